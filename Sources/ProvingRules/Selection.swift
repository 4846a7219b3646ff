package import ByteCodec
package import ChainTypes
package import SystemState

/// Draws a job's provers.
package enum Selection {
    /// A prover that may be drawn.
    package struct Candidate: Hashable, Sendable {
        /// Identity of the prover.
        package var owner: Address
        /// `HistoryScore.weight`; 0 is never drawn.
        package var weight: UInt64

        package init(owner: Address, weight: UInt64) {
            self.owner = owner
            self.weight = weight
        }
    }

    /// Purposes of the streams of one selection seed.
    package enum Purpose {
        /// The draw of provers.
        package static let draw: UInt32 = 0
        /// The dealing of instances in T1.
        package static let deal: UInt32 = 1
        /// The dealing of what nobody committed.
        package static let extensionDeal: UInt32 = 2
    }

    /// How many provers a job gets: min(PROVERS_PER_PROOF, available / 2, instances · redundancy), at least 1 if there
    /// is one. Preset `source` leaves the last bound out; it never asks for fewer than `minSelected`.
    package static func count(available: Int, instances: Int, parameters: ProvingParameters) -> Int {
        guard available > 0 else { return 0 }
        var count = min(Int(parameters.proversPerProof), available / 2, Limits.maxSelectedProvers)
        if parameters.preset == .devnet {
            let (needed, overflow) = instances.multipliedReportingOverflow(by: Int(parameters.redundancy))
            if !overflow { count = min(count, max(needed, Int(parameters.minSelected))) }
        }
        return max(count, 1)
    }

    /// How many provers have to be available for the smallest job to open; nil where no number is enough.
    package static func neededToOpen(_ parameters: ProvingParameters) -> Int? {
        (1...2 * Limits.maxSelectedProvers).first { available in
            count(available: available, instances: 1, parameters: parameters) >= Int(parameters.minSelected)
        }
    }

    /// How many provers may aggregate a split block: min(PROVERS_PER_AGGPROOF, available / 2), at least 1 if there is
    /// one.
    package static func aggregators(available: Int, parameters: ProvingParameters) -> Int {
        let count = min(Int(parameters.proversPerAggProof), available / 2, Limits.maxSelectedProvers)
        return available > 0 ? max(count, 1) : 0
    }

    /// Who may be selected at `height`, by rising owner.
    package static func candidates(
        _ state: SystemState, at height: UInt64, excluding excluded: [Address] = []
    ) -> [Candidate] {
        let parameters = state.parameters
        return state.provers.values.compactMap { prover in
            guard prover.standing(at: height, parameters: parameters) == .available,
                !excluded.contains(prover.owner)
            else { return nil }
            let weight = HistoryScore.weight(of: prover, at: height, parameters: parameters)
            return Candidate(owner: prover.owner, weight: weight)
        }
    }

    /// Draws without replacement by weight. Normative:
    ///
    ///     repeat `count` times:
    ///         x = next(below sum of the weights left)
    ///         take the first candidate left, by rising owner, whose running sum of weights is above x
    ///
    /// The order of drawing is the selection rank. Candidates without weight are never drawn.
    package static func draw(_ count: Int, from candidates: [Candidate], stream: inout SeedStream) -> [Address] {
        var left = candidates.filter { $0.weight > 0 }
        var total = left.reduce(UInt64(0)) { $0 &+ $1.weight }
        var drawn: [Address] = []
        while drawn.count < count, !left.isEmpty {
            var place = stream.next(below: total)
            var index = 0
            while index < left.count - 1, place >= left[index].weight {
                place -= left[index].weight
                index += 1
            }
            total &-= left[index].weight
            drawn.append(left.remove(at: index).owner)
        }
        return drawn
    }
}
