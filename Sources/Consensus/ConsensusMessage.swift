package import ByteCodec
package import ChainTypes
package import Cryptography

/// What peers send each other about a height.
package enum ConsensusMessage: Hashable, Sendable {
    case proposal(Proposal)
    case vote(Vote)
    case polka(PolkaCertificate)
    case certificate(Certificate)
}

/// What a validator says, before it is signed.
package enum UnsignedMessage: Hashable, Sendable {
    case proposal(round: UInt32, validRound: UInt32?, blockHash: Bytes32)
    case vote(VoteType, round: UInt32, blockHash: Bytes32?)

    /// Round of the message.
    package var round: UInt32 {
        switch self {
        case .proposal(let round, _, _), .vote(_, let round, _): round
        }
    }

    /// Its place among what a validator signs in a round.
    package var step: SigningStep {
        switch self {
        case .proposal: .proposal
        case .vote(let type, _, _): SigningStep(type)
        }
    }
}

/// What a validator says, signed.
package enum SignedMessage: Hashable, Sendable {
    case proposal(Proposal)
    case vote(Vote)

    /// Height of the message.
    package var height: UInt64 {
        switch self {
        case .proposal(let proposal): proposal.height
        case .vote(let vote): vote.height
        }
    }

    /// What it says, without height and signature: equal for two signings of the same decision.
    package var content: UnsignedMessage {
        switch self {
        case .proposal(let proposal):
            .proposal(round: proposal.round, validRound: proposal.validRound, blockHash: proposal.blockHash)
        case .vote(let vote): .vote(vote.type, round: vote.round, blockHash: vote.blockHash)
        }
    }

    /// As it is sent to peers.
    package var message: ConsensusMessage {
        switch self {
        case .proposal(let proposal): .proposal(proposal)
        case .vote(let vote): .vote(vote)
        }
    }
}

/// The messages a validator signs in a round, in their order.
package enum SigningStep: UInt8, Comparable, Hashable, Sendable {
    case proposal = 1
    case prevote
    case precommit

    init(_ type: VoteType) { self = type == .prevote ? .prevote : .precommit }
    /// In the order in which a round signs them.
    package static func < (left: SigningStep, right: SigningStep) -> Bool { left.rawValue < right.rawValue }
}

/// Asks to sign, with all that must be on disk before the signature leaves (`SignState.recording`).
package struct SigningRequest: Hashable, Sendable {
    /// Height of the request.
    package let height: UInt64
    /// What is to be signed.
    package let content: UnsignedMessage
    /// The polka on which a precommit for a block locks (line 38); nil for anything else.
    package let lock: PolkaCertificate?
    /// All votes known of this round and the one before: what justifies being in this round.
    package let journal: [Vote]

    /// The message under `key`, by RFC 6979: the same request gives the same bytes. It neither asks nor changes the
    /// sign state.
    package func signed(chainId: UInt64, key: SecretKey) -> SignedMessage {
        switch content {
        case .proposal(let round, let validRound, let blockHash):
            .proposal(
                .signed(
                    height: height, round: round, validRound: validRound, blockHash: blockHash, chainId: chainId,
                    key: key))
        case .vote(let type, let round, let blockHash):
            .vote(
                .signed(type: type, height: height, round: round, blockHash: blockHash, chainId: chainId, key: key))
        }
    }
}
