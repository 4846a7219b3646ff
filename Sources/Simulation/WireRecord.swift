package import ByteCodec
package import ChainTypes
package import Consensus

/// What was said on the wire, by whom, over all lives of all nodes: the laws about single validators are checked
/// against it.
package struct WireRecord: Sendable {
    private struct Place: Hashable {
        var validator: Address
        var height: UInt64
        var round: UInt32
        var step: SigningStep
    }
    private struct Round: Hashable {
        var height: UInt64
        var round: UInt32
    }
    private struct Holder: Hashable {
        var validator: Address
        var height: UInt64
    }
    private struct Precommit {
        var round: UInt32
        var blockHash: Bytes32
    }

    private var said: [Place: UnsignedMessage] = [:]
    private var precommits: [Holder: [Precommit]] = [:]
    /// Who prevoted which block, liars included.
    private var prevotes: [Round: [Bytes32: Set<Address>]] = [:]
    /// Validators of which two contradicting messages, or a broken lock, are on record.
    package private(set) var culprits: Set<Address> = []

    package init() {}

    /// Notes what an honest validator says, and throws when it must not.
    package mutating func note(
        _ signed: SignedMessage, _ validator: Address, _ set: ValidatorSet
    ) throws(SimulationFailure) {
        let place = "height \(signed.height), round \(signed.content.round), \(signed.content.step)"
        guard isFirst(signed, validator) else {
            throw SimulationFailure(.equivocation, "\(validator) contradicts itself at \(place)")
        }
        guard isFree(signed, validator, set) else {
            throw SimulationFailure(.lock, "\(validator) breaks its lock at \(place)")
        }
    }

    /// Notes what anybody says, and who is guilty by it.
    package mutating func judge(_ signed: SignedMessage, _ validator: Address, _ set: ValidatorSet) {
        let isFirst = isFirst(signed, validator)
        let isFree = isFree(signed, validator, set)
        if !isFirst || !isFree { culprits.insert(validator) }
    }

    /// Notes a vote of a liar: it counts in polkas.
    package mutating func overhear(_ vote: Vote) {
        guard vote.type == .prevote, let hash = vote.blockHash else { return }
        prevotes[Round(height: vote.height, round: vote.round), default: [:]][hash, default: []]
            .insert(vote.validator)
    }

    /// Whoever is on record with two contradicting messages, or with a prevote of the height against an earlier
    /// precommit that no polka frees it from, whatever came first. Of two processes with one key, one may lag.
    package func culprits(at height: UInt64, _ set: ValidatorSet) -> Set<Address> {
        var found = culprits
        for validator in set.validators.map(\.address) {
            for lock in precommits[Holder(validator: validator, height: height), default: []] {
                for (place, blocks) in prevotes where place.height == height && place.round > lock.round {
                    for (hash, voters) in blocks where hash != lock.blockHash && voters.contains(validator) {
                        if !hasPolka(hash, height, lock.round..<place.round, set) { found.insert(validator) }
                    }
                }
            }
        }
        return found
    }

    private func hasPolka(_ hash: Bytes32, _ height: UInt64, _ rounds: Range<UInt32>, _ set: ValidatorSet) -> Bool {
        rounds.contains { round in
            let voters = prevotes[Round(height: height, round: round)]?[hash] ?? []
            return set.isQuorum(set.validators.reduce(0) { voters.contains($1.address) ? $0 + $1.power : $0 })
        }
    }

    /// Forgets heights below this one: they are decided everywhere.
    package mutating func forget(below height: UInt64) {
        said = said.filter { $0.key.height >= height }
        precommits = precommits.filter { $0.key.height >= height }
        prevotes = prevotes.filter { $0.key.height >= height }
    }

    private mutating func isFirst(_ signed: SignedMessage, _ validator: Address) -> Bool {
        let content = signed.content
        let place = Place(validator: validator, height: signed.height, round: content.round, step: content.step)
        if let known = said[place] { return known == content }
        said[place] = content
        return true
    }

    /// A prevote against an own precommit needs a polka for its block, in that round or a later one before its own.
    private mutating func isFree(_ signed: SignedMessage, _ validator: Address, _ set: ValidatorSet) -> Bool {
        guard case .vote(let vote) = signed, let hash = vote.blockHash else { return true }
        let holder = Holder(validator: validator, height: vote.height)
        if vote.type == .precommit {
            precommits[holder, default: []].append(Precommit(round: vote.round, blockHash: hash))
            return true
        }
        overhear(vote)
        return precommits[holder, default: []].allSatisfy { lock in
            guard lock.round < vote.round, lock.blockHash != hash else { return true }
            return hasPolka(hash, vote.height, lock.round..<vote.round, set)
        }
    }
}
