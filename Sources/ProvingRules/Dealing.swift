package import ChainTypes

/// Deals a job's instances to its provers, so that every instance gets `redundancy` different provers.
package enum Dealing {
    /// An instance in a prover's hand, and the deck it came from, 0 being the first.
    package struct Card: Hashable, Sendable {
        /// Place in the plan.
        package var instance: UInt32
        /// Below `redundancy`.
        package var deck: Int
    }

    /// Normative:
    ///
    ///     seats = shuffle(0 ..< provers);  seat = 0
    ///     repeat `redundancy` times:
    ///         deck = shuffle(instances)
    ///         until the deck is empty or every seat in turn has passed:
    ///             the prover at seats[seat] takes the first card of the deck that it lacks, or passes
    ///             seat = (seat + 1) mod provers
    ///
    /// What is left of a deck when everyone passed is dropped: all provers have those instances. Independent draws
    /// instead would leave about e^-redundancy of the instances to nobody.
    ///
    /// - Returns: by prover, the instances dealt, rising.
    package static func deal(
        instances: [UInt32], provers: Int, redundancy: Int, stream: inout SeedStream
    ) -> [[UInt32]] {
        hands(instances: instances, provers: provers, redundancy: redundancy, stream: &stream)
            .map { $0.map(\.instance) }
    }

    /// The same, with the deck of every card.
    package static func hands(
        instances: [UInt32], provers: Int, redundancy: Int, stream: inout SeedStream
    ) -> [[Card]] {
        guard provers > 0 else { return [] }
        var seats = Array(0..<provers)
        stream.shuffle(&seats)
        var held = [[Int?]](repeating: [Int?](repeating: nil, count: instances.count), count: provers)
        var seat = 0
        for round in 0..<redundancy {
            var deck = Array(instances.indices)
            stream.shuffle(&deck)
            var passes = 0
            while !deck.isEmpty, passes < provers {
                let prover = seats[seat]
                if let place = deck.firstIndex(where: { held[prover][$0] == nil }) {
                    held[prover][deck.remove(at: place)] = round
                    passes = 0
                } else {
                    passes += 1
                }
                seat = (seat + 1) % provers
            }
        }
        return held.map { row in
            instances.indices.compactMap { index in row[index].map { Card(instance: instances[index], deck: $0) } }
                .sorted { $0.instance < $1.instance }
        }
    }
}
