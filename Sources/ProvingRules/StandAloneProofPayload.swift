import ByteCodec
package import ChainTypes
package import ProofField

/// A full proof with roots of its own for all instances, from which its challenge is derived, and all partial
/// proofs inline: 0x04 ‖ count (u32) ‖ count × (root (32 bytes) ‖ proof behind its length as u32). Accepted in every phase.
package struct StandAloneProofPayload: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package var root: Digest
        package var proof: [UInt8]
        package init(root: Digest, proof: [UInt8]) {
            self.root = root
            self.proof = proof
        }
    }
    /// By instance.
    package var entries: [Entry]

    package static let kind: UInt8 = 4

    package init(entries: [Entry]) { self.entries = entries }

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
