package import ByteCodec
package import ChainTypes

/// A proof over a block's sub-blocks: for each of them, in order, the job that proved it and the prover whose full
/// proof did. 0x05 ‖ count (u32) ‖ count × (job id (32 bytes) ‖ prover's owner (20 bytes)).
///
/// It is a composite: the full proofs are on chain and verified. What is left to show is that their roots chain from
/// the block's root before to its root after and that their operations are the block's, which the rules check.
package struct AggProofPayload: Hashable, Sendable {
    /// The proof of one sub-block.
    package struct Part: Hashable, Sendable {
        /// `JobStatement.id` of the job that proved it.
        package var job: Bytes32
        /// Owner of the prover whose full proof did.
        package var prover: Address
        package init(job: Bytes32, prover: Address) {
            self.job = job
            self.prover = prover
        }
    }
    /// By sub-block.
    package var parts: [Part]

    /// First byte of the payload.
    package static let kind: UInt8 = 5
    static let partBytes: UInt64 = 52

    package init(parts: [Part]) { self.parts = parts }

    /// The payload's bytes, as above.
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.u8(Self.kind)
        writer.u32(UInt32(clamping: parts.count))
        for part in parts {
            writer.bytes32(part.job)
            writer.address(part.prover)
        }
        return writer.bytes
    }

    /// Reads what `encoded` gives, and only that. Throws `wrongKind`, `malformed`, `tooManyEntries` above
    /// `Limits.maxSubBlocks`, or `trailingBytes`.
    package init(decoding bytes: [UInt8]) throws(PayloadRejection) {
        guard let first = bytes.first else { throw .malformed }
        guard first == Self.kind else { throw .wrongKind(first) }
        var reader = ByteReader(bytes.dropFirst())
        do {
            let count = try reader.count(max: Limits.maxSubBlocks)
            parts = []
            for _ in 0..<count {
                parts.append(Part(job: try reader.bytes32(), prover: try reader.address()))
            }
        } catch {
            throw error == .countTooLarge ? .tooManyEntries : .malformed
        }
        guard reader.remaining == 0 else { throw .trailingBytes }
    }
}
