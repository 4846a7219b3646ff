package import ByteCodec

/// Everything that can happen to a height.
package enum ConsensusInput: Hashable, Sendable {
    /// Begins round 0, or continues where the sign state left off. Messages that come earlier are kept for it.
    case start
    case proposal(VerifiedProposal)
    case vote(VerifiedVote)
    /// A peer shows a quorum of prevotes.
    case polka(VerifiedPolka)
    /// A peer shows a quorum of precommits.
    case certificate(VerifiedCertificate)
    /// Answer to `buildProposal`. The block must be ready to be served and validated like any other.
    case proposedValue(round: UInt32, blockHash: Bytes32)
    /// Answer to `requestBlock`. `originRound` is the header's; `timely` says whether its timestamp was close enough
    /// to the local clock when it arrived (used for first proposals only, never for blocks proposed again).
    case blockAvailable(blockHash: Bytes32, originRound: UInt32, timely: Bool)
    /// Answers to `validateBlock`.
    case blockValid(blockHash: Bytes32)
    /// See `blockValid`.
    case blockInvalid(blockHash: Bytes32)
    /// A timer of `scheduleTimeout` went off.
    case timeout(TimeoutKind, height: UInt64, round: UInt32)
}
