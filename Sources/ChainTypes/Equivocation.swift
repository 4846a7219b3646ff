package import ByteCodec

/// Two signed messages of one validator of which it may send only one: same height, round and type.
package enum Equivocation: Hashable, Sendable {
    case votes(Vote, Vote)
    case proposals(Proposal, Proposal)

    package var validator: Address {
        switch self {
        case .votes(let vote, _): vote.validator
        case .proposals(let proposal, _): proposal.proposer
        }
    }
}
