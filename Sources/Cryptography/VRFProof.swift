package import ByteCodec

/// A VRF proof taken apart: pi = (Gamma, c, s) of RFC 9381, section 5.4.4. Not yet verified.
package struct VRFProof: Hashable, Sendable {
    /// Bytes of a proof: Gamma 33, c 16, s 32.
    package static let byteCount = 81

    let gamma: PublicKey
    let challenge: UInt128
    let response: Bytes32

    init(gamma: PublicKey, challenge: UInt128, response: Bytes32) {
        self.gamma = gamma
        self.challenge = challenge
        self.response = response
    }

    /// Throws `wrongLength`, `gammaNotOnCurve` or `scalarOutOfRange`.
    package init(_ bytes: [UInt8]) throws(VRFError) {
        guard bytes.count == Self.byteCount,
            let challenge = UInt128(bigEndianBytes: bytes[33..<49]), let response = Bytes32(bytes[49...])
        else { throw .wrongLength }
        guard let gamma = try? PublicKey(Array(bytes[..<33])) else { throw .gammaNotOnCurve }
        guard response < Secp256k1.order else { throw .scalarOutOfRange }
        self.init(gamma: gamma, challenge: challenge, response: response)
    }

    /// 81 bytes.
    package var bytes: [UInt8] {
        var bytes = gamma.compressed
        challenge.appendBigEndian(to: &bytes)
        response.append(to: &bytes)
        return bytes
    }

    /// The VRF output beta. It means something only when the proof has been verified, or was just made.
    ///
    /// RFC 9381, section 5.2 (the cofactor is one).
    package var output: Bytes32 {
        SHA256.hash(parts: [[VRF.suite, 3], gamma.compressed, [0]])
    }
}
