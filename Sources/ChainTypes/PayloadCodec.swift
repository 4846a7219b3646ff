package import ByteCodec
import Cryptography
import ProofField

/// The first byte of a sidecar payload. All payloads are written by `ByteWriter`: big-endian integers, byte strings
/// behind their length as u32. No value has two encodings.
package enum PayloadKind: UInt8, Hashable, Sendable, CaseIterable {
    /// 0x01 ‖ count (u32) ‖ count × (instance (u32) ‖ root (32 bytes))
    case commitment = 1
    /// 0x02 ‖ count (u32) ‖ count × (instance (u32) ‖ proof)
    case submission = 2
    /// 0x03 ‖ count (u32) ‖ count × (0x00 ‖ prover (20 bytes) | 0x01 ‖ proof) ‖ bloom
    case compositeProof = 3
}

/// A sidecar payload of any kind.
package enum Payload: Hashable, Sendable {
    case commitment(CommitmentPayload)
    case submission(SubmissionPayload)
    case compositeProof(CompositeProofPayload)

    /// What a proving transaction's `payloadDigest` must be: Keccak-256 of the payload's bytes.
    package static func digest(of bytes: [UInt8]) -> Bytes32 { Keccak256.hash(bytes) }

    /// Reads a payload by its first byte. Throws `wrongKind` for bytes of another form, kinds 0x04 and 0x05
    /// (ProvingRules) among them, and what the kind's own decoder throws.
    package init(decoding bytes: [UInt8]) throws(PayloadRejection) {
        guard let first = bytes.first else { throw .malformed }
        switch PayloadKind(rawValue: first) {
        case .commitment: self = .commitment(try CommitmentPayload(decoding: bytes))
        case .submission: self = .submission(try SubmissionPayload(decoding: bytes))
        case .compositeProof: self = .compositeProof(try CompositeProofPayload(decoding: bytes))
        case nil: throw .wrongKind(first)
        }
    }

    /// The bytes whose Keccak-256 a proving transaction signs.
    package var encoded: [UInt8] {
        switch self {
        case .commitment(let payload): payload.encoded
        case .submission(let payload): payload.encoded
        case .compositeProof(let payload): payload.encoded
        }
    }
}

extension CommitmentPayload {
    /// See `PayloadKind.commitment`.
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.u8(PayloadKind.commitment.rawValue)
        writer.u32(UInt32(entries.count))
        for entry in entries {
            writer.u32(entry.instance)
            writer.raw(entry.root.bytes)
        }
        return writer.bytes
    }

    /// Keccak-256 of `encoded`.
    package var payloadDigest: Bytes32 { Payload.digest(of: encoded) }

    /// Reads what `encoded` gives, and only that; throws the `PayloadRejection` that names what is wrong.
    package init(decoding bytes: [UInt8]) throws(PayloadRejection) {
        var reader = try PayloadReader(bytes, kind: .commitment)
        entries = []
        for _ in 0..<(try reader.count()) {
            entries.append(Entry(instance: try reader.risingInstance(), root: try reader.digest()))
        }
        try reader.end()
    }
}

extension SubmissionPayload {
    /// See `PayloadKind.submission`.
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.u8(PayloadKind.submission.rawValue)
        writer.u32(UInt32(entries.count))
        for entry in entries {
            writer.u32(entry.instance)
            writer.bytes(entry.proof)
        }
        return writer.bytes
    }

    /// Keccak-256 of `encoded`.
    package var payloadDigest: Bytes32 { Payload.digest(of: encoded) }

    /// Reads what `encoded` gives, and only that; throws the `PayloadRejection` that names what is wrong. Proofs are
    /// not looked into.
    package init(decoding bytes: [UInt8]) throws(PayloadRejection) {
        var reader = try PayloadReader(bytes, kind: .submission)
        entries = []
        for _ in 0..<(try reader.count()) {
            entries.append(Entry(instance: try reader.risingInstance(), proof: try reader.proof()))
        }
        try reader.end()
    }
}

extension CompositeProofPayload {
    /// See `PayloadKind.compositeProof`.
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.u8(PayloadKind.compositeProof.rawValue)
        writer.u32(UInt32(parts.count))
        for part in parts {
            switch part {
            case .reference(let prover):
                writer.u8(0)
                writer.address(prover)
            case .inline(let proof):
                writer.u8(1)
                writer.bytes(proof)
            }
        }
        writer.bytes(bloom)
        return writer.bytes
    }

    /// Keccak-256 of `encoded`.
    package var payloadDigest: Bytes32 { Payload.digest(of: encoded) }

    /// Reads what `encoded` gives, and only that; throws the `PayloadRejection` that names what is wrong. Neither
    /// proofs nor the bloom are looked into.
    package init(decoding bytes: [UInt8]) throws(PayloadRejection) {
        var reader = try PayloadReader(bytes, kind: .compositeProof)
        parts = []
        for _ in 0..<(try reader.count()) {
            parts.append(try reader.isInline() ? .inline(proof: reader.proof()) : .reference(prover: reader.address()))
        }
        bloom = try reader.bloom()
        try reader.end()
    }
}
