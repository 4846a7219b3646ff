package import ByteCodec
package import ChainTypes
package import SystemState

/// Why bytes are not a message of a peer.
package enum PeerMessageRejection: Error, Hashable, Sendable {
    case empty
    /// More bytes than a message of this kind may have.
    case tooLarge(bytes: Int, limit: Int)
    case unknownKind(UInt8)
    /// Cut short, too long, or a count above its limit.
    case malformed(ByteReaderError)
    case unknownConsensusKind(UInt8)
    case consensus(ConsensusDecodingError)
    case block(BlockDecodingError)
    case facts(RecordError)
    case unknownEvidence(UInt8)
    /// Nothing is asked for, or more than one answer may hold.
    case badCount(UInt32)
    /// The heights asked for pass the largest number.
    case badRange
    /// A list of transactions that is empty, or one of them is.
    case noTransaction
    /// A proving transaction travels alone with its payload.
    case misplacedTransaction
}
