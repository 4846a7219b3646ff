package import ByteCodec

/// Two signed messages of one validator of which it may send only one: same height, round and type.
///
/// The value alone proves nothing: whether its messages are a fault says `fault()`, whether they were signed by a
/// validator of their height says the rule that verifies evidence.
package enum Equivocation: Hashable, Sendable {
    /// Two prevotes or two precommits.
    case votes(Vote, Vote)
    /// Two proposals, for other blocks or with another valid round.
    case proposals(Proposal, Proposal)

    /// Whom the first message names: address of a signing key. That the second names the same says `fault()`.
    package var validator: Address {
        switch self {
        case .votes(let vote, _): vote.validator
        case .proposals(let proposal, _): proposal.proposer
        }
    }

    /// Height of the first message: the one whose validator set is asked for the key.
    package var height: UInt64 {
        switch self {
        case .votes(let vote, _): vote.height
        case .proposals(let proposal, _): proposal.height
        }
    }
}

/// What an equivocation is evidence of, whatever bytes show it: a validator is punished for a fault, not for bytes.
package struct Fault: Hashable, Comparable, Sendable {
    /// The message that was said twice.
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        case proposal = 0
        case prevote = 1
        case precommit = 2
    }

    /// Height at which both messages speak.
    package var height: UInt64
    /// Round in which both messages speak.
    package var round: UInt32
    /// What was said twice.
    package var kind: Kind
    /// Address of the signing key that signed both.
    package var validator: Address

    package init(height: UInt64, round: UInt32, kind: Kind, validator: Address) {
        self.height = height
        self.round = round
        self.kind = kind
        self.validator = validator
    }

    /// By height, round, kind and validator: the order of evidence in a block.
    package static func < (left: Fault, right: Fault) -> Bool {
        (left.height, left.round, left.kind.rawValue, left.validator)
            < (right.height, right.round, right.kind.rawValue, right.validator)
    }
}

/// Why two messages do not contradict each other in canonical form.
package enum EquivocationDefect: Error, Hashable, Sendable {
    case differentValidators
    case differentHeights
    case differentRounds
    /// A prevote and a precommit: a validator sends both.
    case differentTypes
    /// Both say the same, perhaps under different signatures.
    case sameContent
    /// The message with the smaller sign bytes comes first.
    case notInOrder
}

extension Equivocation {
    /// The fault that these messages show if both are signed.
    package func fault() throws(EquivocationDefect) -> Fault {
        switch self {
        case .votes(let first, let second):
            guard first.validator == second.validator else { throw .differentValidators }
            guard first.height == second.height else { throw .differentHeights }
            guard first.round == second.round else { throw .differentRounds }
            guard first.type == second.type else { throw .differentTypes }
        case .proposals(let first, let second):
            guard first.proposer == second.proposer else { throw .differentValidators }
            guard first.height == second.height else { throw .differentHeights }
            guard first.round == second.round else { throw .differentRounds }
        }
        let (first, second) = contents
        guard first != second else { throw .sameContent }
        guard first.lexicographicallyPrecedes(second) else { throw .notInOrder }
        return Fault(height: height, round: round, kind: kind, validator: validator)
    }

    /// The same two messages, the one with the smaller sign bytes first.
    package var canonical: Equivocation {
        let (first, second) = contents
        guard second.lexicographicallyPrecedes(first) else { return self }
        return switch self {
        case .votes(let first, let second): .votes(second, first)
        case .proposals(let first, let second): .proposals(second, first)
        }
    }

    /// Whether the keys of their validator made both signatures on chain `chainId`.
    package func isSigned(chainId: UInt64) -> Bool {
        switch self {
        case .votes(let first, let second): first.isSigned(chainId: chainId) && second.isSigned(chainId: chainId)
        case .proposals(let first, let second):
            first.isSigned(chainId: chainId) && second.isSigned(chainId: chainId)
        }
    }

    private var round: UInt32 {
        switch self {
        case .votes(let vote, _): vote.round
        case .proposals(let proposal, _): proposal.round
        }
    }

    private var kind: Fault.Kind {
        switch self {
        case .votes(let vote, _): vote.type == .prevote ? .prevote : .precommit
        case .proposals: .proposal
        }
    }

    /// What each message says; the chain is the same for both.
    private var contents: ([UInt8], [UInt8]) {
        switch self {
        case .votes(let first, let second): (first.signBytes(chainId: 0), second.signBytes(chainId: 0))
        case .proposals(let first, let second): (first.signBytes(chainId: 0), second.signBytes(chainId: 0))
        }
    }
}
