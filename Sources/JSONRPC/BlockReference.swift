package import ByteCodec

/// Which block a state method is about (EIP-1898 and the block tags of execution-apis).
package enum BlockReference: Sendable, Equatable {
    /// The last committed block, which is final; so are `pending`, `safe` and `finalized` here.
    case latest
    /// The first block that the node can answer for.
    case earliest
    case pending
    case safe
    case finalized
    /// By height.
    case number(UInt64)
    /// By hash; with `requireCanonical` it must be on the chain (EIP-1898), as every block here is.
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
