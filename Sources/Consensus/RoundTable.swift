import ChainTypes

/// The messages of one round.
struct RoundMessages: Hashable, Sendable {
    let round: UInt32
    var proposal: Proposal?
    /// Index of the proposer in the set, set with `proposal`.
    var proposerIndex: Int?
    /// A second proposal was already reported.
    var proposerAccused = false
    var prevotes = VoteSet()
    var precommits = VoteSet()

    init(round: UInt32) { self.round = round }

    subscript(type: VoteType) -> VoteSet {
        get { type == .prevote ? prevotes : precommits }
        _modify {
            switch type {
            case .prevote: yield &prevotes
            case .precommit: yield &precommits
            }
        }
    }

    /// Power of the distinct validators that sent a vote of either type (line 55).
    var votersPower: UInt64 {
        precommits.voters.reduce(prevotes.power) { prevotes.contains($1.index) ? $0 : $0 + $1.power }
    }

    func hasMessage(from index: Int) -> Bool {
        proposerIndex == index || prevotes.contains(index) || precommits.contains(index)
    }

    var isEmpty: Bool { proposal == nil && prevotes.isEmpty && precommits.isEmpty }

    mutating func removeMessages(from index: Int) {
        prevotes.remove(index)
        precommits.remove(index)
        guard proposerIndex == index else { return }
        proposal = nil
        proposerIndex = nil
        proposerAccused = false
    }
}

/// The rounds of a height of which anything is known, ascending.
struct RoundTable: Hashable, Sendable {
    private(set) var rounds: [RoundMessages] = []

    /// Messages of a round; empty when nothing is known of it.
    subscript(round: UInt32) -> RoundMessages {
        get {
            let (position, found) = find(round)
            return found ? rounds[position] : RoundMessages(round: round)
        }
        _modify {
            let (position, found) = find(round)
            if !found { rounds.insert(RoundMessages(round: round), at: position) }
            yield &rounds[position]
        }
    }

    /// Rounds after `round` in which the validator has sent something, ascending.
    func rounds(after round: UInt32, with index: Int) -> [UInt32] {
        rounds.filter { $0.round > round && $0.hasMessage(from: index) }.map(\.round)
    }

    /// Forgets what a validator sent in a round, and the round when that was all.
    mutating func removeMessages(from index: Int, in round: UInt32) {
        let (position, found) = find(round)
        guard found else { return }
        rounds[position].removeMessages(from: index)
        if rounds[position].isEmpty { rounds.remove(at: position) }
    }

    private func find(_ round: UInt32) -> (position: Int, found: Bool) {
        let position = rounds.firstIndex { $0.round >= round } ?? rounds.count
        return (position, position < rounds.count && rounds[position].round == round)
    }
}
