package import ByteCodec
package import ProofField

/// A part of a block's operations that is proven by jobs of its own.
package struct SubBlock: Hashable, RecordCodable {
    /// Account operations of the part, at least 1.
    package var operationCount: UInt32
    /// Account-tree root after it; before it stands the root of the part before, or of the block.
    package var after: Digest
    /// The job that covers it; nil while it waits for one (`provingQueued`).
    package var job: UInt64?
    /// A valid full proof of `job` is on chain.
    package var isProven = false

    package init(operationCount: UInt32, after: Digest) {
        self.operationCount = operationCount
        self.after = after
    }

    /// Record: operationCount (u32), after (32 bytes), job (flag, u64), isProven (u8).
    package func encode(to writer: inout ByteWriter) {
        writer.u32(operationCount)
        writer.digest(after)
        writer.optional(job)
        writer.bool(isProven)
    }

    /// Reads what `encode(to:)` writes.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(operationCount: try reader.u32(), after: try reader.digest())
        job = try reader.optionalU64()
        isProven = try reader.bool()
    }
}

/// How a block with many operations is cut: the parts in order, and the commitment to all operations together.
package struct BlockSplit: Hashable, RecordCodable {
    /// Root of the operations tree over all parts; a part's tree is a subtree of it.
    package var operationsRoot: Digest
    /// H(domain, count, operationsRoot): the header's `operationsDigest`.
    package var operationsDigest: Bytes32
    /// At least two. All but the last have one number of operations, a power of two.
    package var parts: [SubBlock]

    package init(operationsRoot: Digest, operationsDigest: Bytes32, parts: [SubBlock]) {
        self.operationsRoot = operationsRoot
        self.operationsDigest = operationsDigest
        self.parts = parts
    }

    /// Places of a part's operations in the block's list.
    package func operations(of part: Int) -> Range<UInt32> {
        let first = parts.prefix(part).reduce(UInt32(0)) { $0 &+ $1.operationCount }
        let count = parts.indices.contains(part) ? parts[part].operationCount : 0
        return first..<max(first, first &+ count)
    }

    /// Record: operationsRoot (32 bytes), operationsDigest (32 bytes), parts (u32 count).
    package func encode(to writer: inout ByteWriter) {
        writer.digest(operationsRoot)
        writer.bytes32(operationsDigest)
        writer.list(parts)
    }

    /// Reads what `encode(to:)` writes; the shape of the cut is not checked.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(
            operationsRoot: try reader.digest(), operationsDigest: try reader.bytes32(), parts: try reader.list())
    }
}

/// The valid full proof that proved a sub-block.
package struct SubBlockProof: Hashable, RecordCodable {
    /// Number of the job that proved the part.
    package var job: UInt64
    /// `JobStatement.id` of that job, which an AggProof names.
    package var id: Bytes32
    /// Owner of the prover that sent it.
    package var prover: Address

    package init(job: UInt64, id: Bytes32, prover: Address) {
        self.job = job
        self.id = id
        self.prover = prover
    }

    /// Record: job (u64), id (32 bytes), prover (20 bytes).
    package func encode(to writer: inout ByteWriter) {
        writer.u64(job)
        writer.bytes32(id)
        writer.address(prover)
    }

    /// Reads what `encode(to:)` writes.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(job: try reader.u64(), id: try reader.bytes32(), prover: try reader.address())
    }
}
