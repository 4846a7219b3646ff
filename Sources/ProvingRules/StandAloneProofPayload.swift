import ByteCodec
package import ChainTypes
package import ProofField

/// A full proof with roots of its own for all instances, from which its challenge is derived, and all partial proofs
/// inline: 0x04 ‖ count (u32) ‖ count × (root (32 bytes) ‖ proof behind its length as u32). Accepted in T1 to T5 and in
/// the open phase.
package struct StandAloneProofPayload: Hashable, Sendable {
    /// The proof of one instance.
    package struct Entry: Hashable, Sendable {
        /// Merkle root of the instance's stage-1 trace, the sender's own.
        package var root: Digest
        /// Bytes of an instance proof (`Docs/Spec/ProofSystem.md`).
        package var proof: [UInt8]
        package init(root: Digest, proof: [UInt8]) {
            self.root = root
            self.proof = proof
        }
    }
    /// By instance.
    package var entries: [Entry]

    /// First byte of the payload.
    package static let kind: UInt8 = 4

    package init(entries: [Entry]) { self.entries = entries }

    /// The payload's bytes, as above.
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.u8(Self.kind)
        writer.u32(UInt32(clamping: entries.count))
        for entry in entries {
            writer.raw(entry.root.bytes)
            writer.bytes(entry.proof)
        }
        return writer.bytes
    }

    /// Reads what `encoded` gives, and only that; throws the `PayloadRejection` that names what is wrong. Proofs are
    /// not looked into.
    package init(decoding bytes: [UInt8]) throws(PayloadRejection) {
        guard let first = bytes.first else { throw .malformed }
        guard first == Self.kind else { throw .wrongKind(first) }
        var reader = ByteReader(bytes.dropFirst())
        entries = []
        let count = try Self.read { () throws(ByteReaderError) in
            try reader.count(max: Limits.maxInstancesPerJob)
        }
        for _ in 0..<count {
            let bytes = try Self.read { () throws(ByteReaderError) in try reader.raw(Digest.byteCount) }
            guard let root = Digest(bytes: bytes) else { throw .digestNotCanonical }
            let proof = try Self.read { () throws(ByteReaderError) in
                try reader.bytes(maxCount: Int(Limits.maxPayloadBytes))
            }
            entries.append(Entry(root: root, proof: proof))
        }
        guard reader.remaining == 0 else { throw .trailingBytes }
    }

    private static func read<Value>(
        _ body: () throws(ByteReaderError) -> Value
    ) throws(PayloadRejection) -> Value {
        do { return try body() } catch { throw error == .countTooLarge ? .tooManyEntries : .malformed }
    }
}
