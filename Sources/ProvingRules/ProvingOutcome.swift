package import ByteCodec
package import SystemState

/// What a valid payload adds to the state. Kept beside the block, it stands in for a payload that was pruned: the
/// system root after the block binds it.
package enum PayloadFacts: Hashable, Sendable {
    /// By rising instance.
    case commitment([InstanceRoot])
    /// By rising instance.
    case submission([InstanceSum])
    /// See `FullProof`.
    case fullProof(kind: FullProofKind, reused: [Address], inlined: [UInt32])
}

extension PayloadFacts: RecordCodable {
    /// Record: tag (u8: 0 commitment, 1 submission, 2 full proof), then the lists behind u32 counts; a full proof's
    /// kind (u8) stands before them.
    package func encode(to writer: inout ByteWriter) {
        switch self {
        case .commitment(let roots):
            writer.u8(0)
            writer.list(roots)
        case .submission(let sums):
            writer.u8(1)
            writer.list(sums)
        case .fullProof(let kind, let reused, let inlined):
            writer.u8(2)
            writer.u8(kind.rawValue)
            writer.addresses(reused)
            writer.indices(inlined)
        }
    }

    /// Reads what `encode(to:)` writes; throws `unknownCase` for another tag or kind.
    package init(from reader: inout RecordReader) throws(RecordError) {
        let tag = try reader.u8()
        switch tag {
        case 0: self = .commitment(try reader.list())
        case 1: self = .submission(try reader.list())
        case 2:
            self = .fullProof(
                kind: try reader.tag(), reused: try reader.addresses(), inlined: try reader.indices())
        default: throw .unknownCase(tag)
        }
    }
}

/// The outcome of one proving transaction.
package struct ProvingOutcome: Hashable, Sendable {
    /// False when the transaction does not belong into the block; nothing was changed then.
    package var accepted: Bool
    /// The verdict bit: whether the payload is valid.
    package var valid: Bool
    /// Why it was not accepted, or why its payload is invalid; nil when it is valid.
    package var refusal: ProvingRefusal?
    /// In the order of their logs.
    package var events: [ProvingEvent]
    /// What to keep for replay after the payload was pruned; nil when nothing of it is in the state.
    package var facts: PayloadFacts?

    package init(
        accepted: Bool, valid: Bool, refusal: ProvingRefusal? = nil, events: [ProvingEvent] = [],
        facts: PayloadFacts? = nil
    ) {
        self.accepted = accepted
        self.valid = valid
        self.refusal = refusal
        self.events = events
        self.facts = facts
    }
}
