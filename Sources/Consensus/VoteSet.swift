import ByteCodec
import ChainTypes
import Cryptography

/// The votes of one type in one round. A validator's first vote counts; a quorum that a peer shows counts too.
struct VoteSet: Hashable, Sendable {
    enum Insertion: Hashable {
        case counted
        case duplicate
        /// The first contradiction of this validator: it comes with the vote that counts.
        case conflict(Vote)
        case repeatedConflict
    }

    private struct Entry: Hashable { var index: Int, vote: Vote, power: UInt64, accused: Bool }
    private struct Shown: Hashable { var blockHash: Bytes32, signatures: [RecoverableSignature?] }

    /// By index in the validator set; sparse, because far rounds hold few.
    private var entries: [Entry] = []
    private var shown: Shown?
    /// Power of all who voted, for whatever.
    private(set) var power: UInt64 = 0

    var votes: [Vote] { entries.map(\.vote) }
    var isEmpty: Bool { entries.isEmpty && shown == nil }
    var voters: [(index: Int, power: UInt64)] { entries.map { ($0.index, $0.power) } }
    func contains(_ index: Int) -> Bool { find(index).found }

    /// The vote that counts.
    func vote(of index: Int) -> Vote? {
        let (position, found) = find(index)
        return found ? entries[position].vote : nil
    }

    mutating func insert(_ vote: Vote, index: Int, power votePower: UInt64) -> Insertion {
        let (position, found) = find(index)
        guard found else {
            entries.insert(Entry(index: index, vote: vote, power: votePower, accused: false), at: position)
            power += votePower
            return .counted
        }
        let first = entries[position]
        guard first.vote.blockHash != vote.blockHash else { return .duplicate }
        guard !first.accused else { return .repeatedConflict }
        entries[position].accused = true
        return .conflict(first.vote)
    }

    mutating func remove(_ index: Int) {
        let (position, found) = find(index)
        guard found else { return }
        power -= entries.remove(at: position).power
    }

    /// Notes a quorum whose signatures were verified. One claim is kept: a second needs a third of equivocators.
    mutating func show(_ blockHash: Bytes32, _ signatures: [RecoverableSignature?]) {
        if shown == nil { shown = Shown(blockHash: blockHash, signatures: signatures) }
    }

    func power(for blockHash: Bytes32?) -> UInt64 {
        entries.reduce(0) { $1.vote.blockHash == blockHash ? $0 + $1.power : $0 }
    }

    func hasQuorum(for blockHash: Bytes32?, in set: ValidatorSet) -> Bool {
        if let blockHash, shown?.blockHash == blockHash { return true }
        return set.isQuorum(power) && set.isQuorum(power(for: blockHash))
    }

    /// Blocks with a quorum: at most one, unless a third equivocates.
    func quorumBlocks(in set: ValidatorSet) -> [Bytes32] {
        var blocks: [Bytes32] = []
        if set.isQuorum(power) {
            for entry in entries {
                guard let hash = entry.vote.blockHash, !blocks.contains(hash) else { continue }
                if set.isQuorum(power(for: hash)) { blocks.append(hash) }
            }
        }
        if let shown, !blocks.contains(shown.blockHash) { blocks.append(shown.blockHash) }
        return blocks
    }

    /// Every known signature for a block, one slot a validator.
    func signatures(for blockHash: Bytes32, slots: Int) -> [RecoverableSignature?] {
        var signatures = [RecoverableSignature?](repeating: nil, count: slots)
        if let shown, shown.blockHash == blockHash, shown.signatures.count == slots { signatures = shown.signatures }
        for entry in entries where entry.vote.blockHash == blockHash { signatures[entry.index] = entry.vote.signature }
        return signatures
    }

    /// Binary search: where the entry is, or would be.
    private func find(_ index: Int) -> (position: Int, found: Bool) {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].index < index { low = middle + 1 } else { high = middle }
        }
        return (low, low < entries.count && entries[low].index == index)
    }
}
