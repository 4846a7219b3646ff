package import ByteCodec
import CSecp256k1

/// A secp256k1 signing key. It cannot be printed or compared, and is wiped from memory after its last use.
package struct SecretKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let scalar: SecretBytes

    /// Takes a scalar of 32 bytes, for a new key from a secure random source; `invalidKey` unless it is in 1 ..< q.
    package init(_ bytes: [UInt8]) throws(SignatureError) {
        guard bytes.count == 32, unsafe secp256k1_ec_seckey_verify(Secp256k1.context, bytes) == 1 else {
            throw .invalidKey
        }
        scalar = SecretBytes(bytes)
    }

    /// The key's point, computed anew by each call.
    package var publicKey: PublicKey {
        PublicKey(scalar: scalar)
    }

    /// The low-S signature of `digest` with the nonce of RFC 6979.
    package func sign(_ digest: Bytes32) -> RecoverableSignature {
        // An identifier of 2 or 3 (r wrapped around q) has a chance of 2^-127; the next nonce then avoids it.
        for attempt in UInt64(0)..<8 {
            if let signature = try? RecoverableSignature(sign(digest, attempt: attempt)) { return signature }
        }
        preconditionFailure("each attempt fails with a chance below 2^-126")
    }

    private func sign(_ digest: Bytes32, attempt: UInt64) -> secp256k1_ecdsa_recoverable_signature {
        var signature = secp256k1_ecdsa_recoverable_signature()
        let extra = Bytes32(UInt128(attempt)).bytes
        let status = unsafe scalar.withPointer { scalar in
            unsafe extra.withUnsafeBytes { extra in
                unsafe secp256k1_ecdsa_sign_recoverable(
                    Secp256k1.context, &signature, digest.bytes, scalar, secp256k1_nonce_function_rfc6979,
                    attempt == 0 ? nil : extra.baseAddress)
            }
        }
        precondition(status == 1, "a SecretKey is a valid scalar")
        return signature
    }

    /// The same for every key.
    package var description: String { "SecretKey(…)" }
    /// Without children, so that dumps show nothing of the key.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension PublicKey {
    /// scalar · G, in constant time. `scalar` must be in 1 ..< q.
    init(scalar: SecretBytes) {
        var point = secp256k1_pubkey()
        let status = unsafe scalar.withPointer {
            unsafe secp256k1_ec_pubkey_create(Secp256k1.context, &point, $0)
        }
        precondition(status == 1, "a secret scalar is in 1 ..< q")
        self.init(point)
    }
}
