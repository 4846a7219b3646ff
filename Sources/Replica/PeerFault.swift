package import ChainTypes
package import Consensus

/// What a peer did wrong. Honest peers commit none of these, except that the network may make them stall.
package enum PeerFault: Hashable, Sendable {
    /// Bytes that are no message.
    case malformed(PeerMessageRejection)
    /// A consensus message that fails its checks; an honest peer checks before it passes anything on.
    case invalidMessage(MessageRejection)
    /// A proposal that names a valid round which is not an earlier one.
    case validRoundNotEarlier
    /// A block whose transactions, certificate or payloads are not those that its header and transactions commit to.
    case wrongBlockBody
    /// A block that was not asked for.
    case unrequestedBlock
    case unrequestedBlocks
    case invalidTransaction(TransactionRejection)
    /// A proving transaction with another payload than it signs.
    case wrongPayload
    /// It claims blocks that it does not send.
    case inflatedHeight
    /// The blocks sent do not follow one another, or not from where they were asked for.
    case nonContiguousBlocks
    /// A synced block whose certificate proves nothing.
    case invalidCertificate(CertificateRejection)
    /// A synced block with other facts than those of the payloads.
    case wrongFacts
    /// A synced block, young enough for its payloads to be kept, without one.
    case missingPayload
    /// Nothing came within the time for an answer.
    case stalled
    /// More requests than a peer may make in a second.
    case tooManyRequests

    /// How heavy the fault is; a peer that gathers 100 is banned. What cannot happen by accident bans at once.
    package var weight: Int {
        switch self {
        case .malformed, .invalidMessage, .validRoundNotEarlier, .wrongBlockBody, .invalidTransaction, .wrongPayload,
            .nonContiguousBlocks, .invalidCertificate, .wrongFacts:
            100
        case .inflatedHeight: 50
        case .missingPayload, .unrequestedBlock, .unrequestedBlocks: 20
        case .tooManyRequests: 10
        case .stalled: 5
        }
    }
}
