package import ByteCodec

/// Which block a state method is about (EIP-1898 and the block tags of execution-apis).
package enum BlockReference: Sendable, Equatable {
    case latest
    case earliest
    case pending
    case safe
    case finalized
    case number(UInt64)
    case hash(Bytes32, requireCanonical: Bool)

    /// The tag of that name.
    package init?(tag: String) {
        switch tag {
        case "latest": self = .latest
        case "earliest": self = .earliest
        case "pending": self = .pending
        case "safe": self = .safe
        case "finalized": self = .finalized
        default: return nil
        }
    }
}
