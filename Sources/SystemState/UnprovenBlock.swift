package import ByteCodec
package import ProofField

/// A block with account operations that no settled proof covers yet.
package struct UnprovenBlock: Hashable, RecordCodable {
    /// Known from the next block on: the hash covers the system root, which covers this record.
    package var blockHash: Bytes32?
    /// Account-tree roots around the block.
    package var before: Digest
    /// See `before`.
    package var after: Digest
    /// Account operations of the block, at least 1.
    package var operationCount: UInt32
    /// The job that covers it; nil while it waits for one (`provingQueued`), and when the block is split.
    package var job: UInt64?
    /// Its sub-blocks, each covered by a job of its own; nil unless the block is split.
    package var split: BlockSplit?

    package init(
        blockHash: Bytes32?, before: Digest, after: Digest, operationCount: UInt32, job: UInt64? = nil,
        split: BlockSplit? = nil
    ) {
        self.blockHash = blockHash
        self.before = before
        self.after = after
        self.operationCount = operationCount
        self.job = job
        self.split = split
    }

    /// Whether the block, or a part of it, is in no job.
    package var isWaiting: Bool { split.map { $0.parts.contains { $0.job == nil } } ?? (job == nil) }

    /// Record: blockHash (optional), before, after, operationCount (u32), job (optional), split (optional).
    package func encode(to writer: inout ByteWriter) {
        writer.optional(blockHash) { $0.bytes32($1) }
        writer.digest(before)
        writer.digest(after)
        writer.u32(operationCount)
        writer.optional(job)
        writer.optional(split) { $1.encode(to: &$0) }
    }

    /// Reads what `encode(to:)` writes.
    package init(from reader: inout RecordReader) throws(RecordError) {
        blockHash = try reader.optional { (r) throws(RecordError) in try r.bytes32() }
        before = try reader.digest()
        after = try reader.digest()
        operationCount = try reader.u32()
        job = try reader.optionalU64()
        split = try reader.optional { (r) throws(RecordError) in try BlockSplit(from: &r) }
    }
}
