package import ByteCodec
import CSecp256k1

/// An ECDSA signature in low-S form from which the signer's key can be recovered (yellow paper, appendix F).
package struct RecoverableSignature: Hashable, Sendable {
    /// Each in 1 ..< q, s at most q / 2.
    package let r, s: Bytes32
    /// Parity of y of the nonce's point: 0 or 1.
    package let recoveryId: UInt8

    /// Throws `invalidRecoveryId`, `invalidSignature` when r or s is not in 1 ..< q, or `highS`.
    package init(r: Bytes32, s: Bytes32, recoveryId: UInt8) throws(SignatureError) {
        guard recoveryId <= 1 else { throw .invalidRecoveryId }
        guard Secp256k1.isValidScalar(r), Secp256k1.isValidScalar(s) else { throw .invalidSignature }
        guard s <= Secp256k1.halfOrder else { throw .highS }
        self.r = r
        self.s = s
        self.recoveryId = recoveryId
    }

    /// Reads the 65 bytes of `bytes`; errors as in `init(r:s:recoveryId:)`.
    package init(bytes: [UInt8]) throws(SignatureError) {
        guard bytes.count == 65, let r = Bytes32(bytes[..<32]), let s = Bytes32(bytes[32..<64]) else {
            throw .invalidSignature
        }
        try self.init(r: r, s: s, recoveryId: bytes[64])
    }

    init(_ signature: secp256k1_ecdsa_recoverable_signature) throws(SignatureError) {
        var signature = signature
        var compact = [UInt8](repeating: 0, count: 64)
        var recoveryId: Int32 = 0
        _ = unsafe secp256k1_ecdsa_recoverable_signature_serialize_compact(
            Secp256k1.context, &compact, &recoveryId, &signature)
        try self.init(bytes: compact + [UInt8(truncatingIfNeeded: recoveryId)])
    }

    /// r and s, 64 bytes.
    package var compact: [UInt8] { r.bytes + s.bytes }

    /// r, s and the recovery identifier, 65 bytes.
    package var bytes: [UInt8] { compact + [recoveryId] }

    /// The key that signed `digest`; `invalidSignature` when there is none.
    package func recover(digest: Bytes32) throws(SignatureError) -> PublicKey {
        var parsed = secp256k1_ecdsa_recoverable_signature()
        let isParsed = unsafe secp256k1_ecdsa_recoverable_signature_parse_compact(
            Secp256k1.context, &parsed, compact, Int32(recoveryId))
        guard isParsed == 1 else { throw .invalidSignature }
        var point = secp256k1_pubkey()
        guard unsafe secp256k1_ecdsa_recover(Secp256k1.context, &point, &parsed, digest.bytes) == 1 else {
            throw .invalidSignature
        }
        return PublicKey(point)
    }

    /// The address of the key that signed `digest`; `invalidSignature` when there is none.
    package func recoverAddress(digest: Bytes32) throws(SignatureError) -> Address {
        try recover(digest: digest).address
    }
}
