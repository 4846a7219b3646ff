import ByteCodec
import CSecp256k1

/// The key that verifies a validator's VRF proofs. A type of its own: one key used for ECDSA and the VRF leaks.
package struct VRFPublicKey: Hashable, Sendable, CustomStringConvertible {
    let point: PublicKey

    /// Reads the compressed form, 33 bytes; `invalidKey` unless it is a point of the curve.
    package init(compressed: [UInt8]) throws(VRFError) {
        guard compressed.count == 33, let point = try? PublicKey(compressed) else { throw .invalidKey }
        self.point = point
    }

    init(point: PublicKey) {
        self.point = point
    }

    /// 33 bytes.
    package var compressed: [UInt8] { point.compressed }

    /// The compressed form in hexadecimal.
    package var description: String { Hex.encode(compressed) }
}

/// The key that makes a validator's VRF proofs. It cannot be printed, and is wiped from memory after its last use.
package struct VRFSecretKey: Sendable, CustomStringConvertible, CustomReflectable {
    let scalar: SecretBytes
    /// What a validator registers.
    package let publicKey: VRFPublicKey

    /// HKDF-SHA-256 of a validator's seed (at least 32 bytes) with info "vrf", so that no signing key derived
    /// from the seed in another way equals it.
    package init(validatorSeed seed: [UInt8]) throws(VRFError) {
        guard seed.count >= 32 else { throw .invalidKey }
        var scalar = HKDFSHA256.derive(secret: seed, salt: [], info: Array("vrf".utf8), count: 32)
        defer { scrub(&scalar) }
        try self.init(scalar: scalar)
    }

    /// A scalar of 32 bytes; `invalidKey` unless it is in 1 ..< q.
    package init(scalar bytes: [UInt8]) throws(VRFError) {
        guard bytes.count == 32, unsafe secp256k1_ec_seckey_verify(Secp256k1.context, bytes) == 1 else {
            throw .invalidKey
        }
        scalar = SecretBytes(bytes)
        publicKey = VRFPublicKey(point: PublicKey(scalar: scalar))
    }

    /// The same for every key.
    package var description: String { "VRFSecretKey(…)" }
    /// Without children, so that dumps show nothing of the key.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
