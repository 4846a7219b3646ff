package import ByteCodec
import CSecp256k1

/// ECVRF-SECP256K1-SHA256-TAI: the construction of RFC 9381 over secp256k1.
///
/// RFC 9381 registers no suite for this curve; 0xFE is what its drafts' implementations use. The ciphersuite is
/// that of ECVRF-P256-SHA256-TAI (section 5.5) with the curve changed: SEC 1 compressed points, challenges of
/// 16 bytes, cofactor one, nonces of RFC 6979, encoding to the curve by try and increment.
package enum VRF {
    static let suite: UInt8 = 0xfe

    /// Proves `alpha` (RFC 9381, section 5.1). `noCurvePoint` has a chance of 2^-256.
    ///
    /// Operations on the key and the nonce are constant-time; the search for a point of the curve depends only
    /// on `alpha` and the public key.
    package static func prove(key: VRFSecretKey, alpha: [UInt8]) throws(VRFError) -> VRFProof {
        let base = try encodeToCurve(publicKey: key.publicKey, alpha: alpha)
        let gamma = base.multiplied(bySecret: key.scalar)
        let nonce = nonce(key: key, base: base)
        let challenge = challenge([
            key.publicKey.point, base, gamma, PublicKey(scalar: nonce), base.multiplied(bySecret: nonce),
        ])
        let response = response(nonce: nonce, challenge: challenge, key: key)
        return VRFProof(gamma: gamma, challenge: challenge, response: response)
    }

    /// The output beta of a proof (81 bytes) for `alpha` under `publicKey` (RFC 9381, section 5.3).
    package static func verify(
        publicKey: VRFPublicKey, alpha: [UInt8], proof: [UInt8]
    ) throws(VRFError) -> Bytes32 {
        let proof = try VRFProof(proof)
        let base = try encodeToCurve(publicKey: publicKey, alpha: alpha)
        let (s, c) = (proof.response, Bytes32(proof.challenge))
        guard let u = publicKey.point.verificationPoint(base: nil, s: s, c: c),
            let v = proof.gamma.verificationPoint(base: base, s: s, c: c)
        else { throw .infinity }
        guard challenge([publicKey.point, base, proof.gamma, u, v]) == proof.challenge else {
            throw .challengeMismatch
        }
        return proof.output
    }

    /// Try and increment (RFC 9381, section 5.4.1.1), the salt being the public key.
    static func encodeToCurve(publicKey: VRFPublicKey, alpha: [UInt8]) throws(VRFError) -> PublicKey {
        let salt = publicKey.compressed
        for counter in UInt8.min...UInt8.max {
            let hash = SHA256.hash(parts: [[suite, 1], salt, alpha, [counter, 0]])
            if let point = try? PublicKey([2] + hash.bytes) { return point }
        }
        throw .noCurvePoint
    }

    /// RFC 9381, section 5.4.3, over Y, H, Gamma, U and V.
    private static func challenge(_ points: [PublicKey]) -> UInt128 {
        let hash = SHA256.hash(parts: [[suite, 2]] + points.map(\.compressed) + [[0]])
        return UInt128(hash.word0) << 64 | UInt128(hash.word1)
    }

    /// RFC 9381, section 5.4.2.1: the nonce of RFC 6979 for the message `base` with SHA-256.
    ///
    /// RFC 6979 reduces the message's hash modulo q and the library does not. The two differ for hashes of q or
    /// more, a chance of 2^-128, and a proof made with either nonce is valid.
    private static func nonce(key: VRFSecretKey, base: PublicKey) -> SecretBytes {
        let message = SHA256.hash(base.compressed).bytes
        var nonce = [UInt8](repeating: 0, count: 32)
        defer { scrub(&nonce) }
        for attempt in UInt32(0)..<8 {
            let status = unsafe key.scalar.withPointer {
                unsafe secp256k1_nonce_function_rfc6979(&nonce, message, $0, nil, nil, attempt)
            }
            if status == 1, unsafe secp256k1_ec_seckey_verify(Secp256k1.context, nonce) == 1 {
                return SecretBytes(nonce)
            }
        }
        preconditionFailure("each attempt fails with a chance below 2^-127")
    }

    /// s = k + c · x mod q.
    private static func response(nonce: SecretBytes, challenge: UInt128, key: VRFSecretKey) -> Bytes32 {
        var sum = key.scalar.copy
        defer { scrub(&sum) }
        // The library refuses the scalar zero: as challenge it leaves the nonce, as sum it is the answer.
        guard unsafe secp256k1_ec_seckey_tweak_mul(Secp256k1.context, &sum, Bytes32(challenge).bytes) == 1 else {
            return Bytes32(nonce.copy) ?? .zero
        }
        let isNonZero = unsafe nonce.withPointer {
            unsafe secp256k1_ec_seckey_tweak_add(Secp256k1.context, &sum, $0)
        }
        return isNonZero == 1 ? Bytes32(sum) ?? .zero : .zero
    }
}
