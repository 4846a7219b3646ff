import ByteCodec
import Cryptography
import Testing

@Suite struct VRFRejectionTests {
    static let gamma = 0..<33
    static let challenge = 33..<49
    static let response = 49..<81

    static func vector() throws -> VRFVector { try #require(VRFVector.all.first) }

    static func expect(_ error: VRFError, _ change: (inout [UInt8]) throws -> Void) throws {
        let vector = try vector()
        var proof = try vector.proof
        try change(&proof)
        #expect(throws: error) {
            try VRF.verify(publicKey: vector.key, alpha: vector.input, proof: proof)
        }
    }

    @Test func wrongLength() throws {
        try Self.expect(.wrongLength) { $0 = [] }
        try Self.expect(.wrongLength) { $0.removeLast() }
        try Self.expect(.wrongLength) { $0.append(0) }
    }

    @Test(
        arguments: [
            // Infinity, an uncompressed prefix, x not on the curve, x = p.
            "00" + String(repeating: "0", count: 64), "04" + String(repeating: "0", count: 63) + "1",
            "02" + String(repeating: "0", count: 63) + "5",
            "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
        ])
    func gammaNotOnCurve(_ gamma: String) throws {
        try Self.expect(.gammaNotOnCurve) { $0.replaceSubrange(Self.gamma, with: try #require(Hex.decode(gamma))) }
    }

    /// s and s + q give the same points: without the check each proof would have a second form when s < 2^256 - q.
    @Test func scalarOutOfRange() throws {
        let order = try #require(Hex.decode(SignatureTests.order))
        try Self.expect(.scalarOutOfRange) { $0.replaceSubrange(Self.response, with: order) }
        try Self.expect(.scalarOutOfRange) {
            $0.replaceSubrange(Self.response, with: [UInt8](repeating: 0xff, count: 32))
        }
        let greatest = try #require(Hex.decode(SignatureTests.orderLessOne))
        try Self.expect(.challengeMismatch) { $0.replaceSubrange(Self.response, with: greatest) }
    }

    @Test func infinity() throws {
        let zeros = [UInt8](repeating: 0, count: 48)
        try Self.expect(.infinity) { $0.replaceSubrange(33..<81, with: zeros) }
        // With c = 1 and s = x the points are xG - Y and xH - Gamma.
        let vector = try Self.vector()
        let secret = try #require(Hex.decode(vector.secretKey))
        try Self.expect(.infinity) {
            $0.replaceSubrange(Self.challenge, with: [UInt8](repeating: 0, count: 15) + [1])
            $0.replaceSubrange(Self.response, with: secret)
        }
    }

    /// c = 0 and s = 0 are legal values that leave a point; only the challenge can be wrong then.
    @Test func zeroScalarAloneIsAChallengeMismatch() throws {
        try Self.expect(.challengeMismatch) {
            $0.replaceSubrange(Self.challenge, with: [UInt8](repeating: 0, count: 16))
        }
        try Self.expect(.challengeMismatch) {
            $0.replaceSubrange(Self.response, with: [UInt8](repeating: 0, count: 32))
        }
    }

    @Test func challengeMismatchForAnyOtherGammaOrKeyOrInput() throws {
        let vector = try Self.vector()
        try Self.expect(.challengeMismatch) { $0[0] ^= 1 }
        try Self.expect(.challengeMismatch) { $0[48] ^= 1 }
        try Self.expect(.challengeMismatch) { $0[80] ^= 1 }
        let input = try vector.input + [0]
        #expect(throws: VRFError.challengeMismatch) {
            try VRF.verify(publicKey: vector.key, alpha: input, proof: vector.proof)
        }
        let other = try #require(VRFVector.all.last).key
        #expect(throws: VRFError.challengeMismatch) {
            try VRF.verify(publicKey: other, alpha: vector.input, proof: vector.proof)
        }
    }

    /// The proof that draft 05 gives for the same key and input is not a proof of RFC 9381.
    @Test func pitfall20ProofOfDraft05IsRefused() throws {
        let proof = try #require(
            Hex.decode(
                "031f4dbca087a1972d04a07a779b7df1caa99e0f5db2aa21f3aecc4f9e10e85d08748c9fbe6b95d17359707bfb8e8ab0c9"
                    + "3ba0c515333adcb8b64f372c535e115ccf66ebf5abe6fadb01b5efb37c0a0ec9"))
        try Self.expect(.challengeMismatch) { $0 = proof }
    }

    /// No changed proof is accepted, and none traps.
    @Test func everyBitOfAProofMatters() throws {
        let vector = try Self.vector()
        let (key, input, proof) = try (vector.key, vector.input, vector.proof)
        for bit in 0..<8 * proof.count {
            var changed = proof
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: VRFError.self) { try VRF.verify(publicKey: key, alpha: input, proof: changed) }
        }
    }
}

@Suite struct VRFKeyTests {
    @Test func keyComesFromTheSeedByHKDF() throws {
        let seed = [UInt8](repeating: 7, count: 32)
        let scalar = HKDFSHA256.derive(secret: seed, salt: [], info: Array("vrf".utf8), count: 32)
        let key = try VRFSecretKey(validatorSeed: seed)
        #expect(try key.publicKey == VRFSecretKey(scalar: scalar).publicKey)
        #expect(try key.publicKey.compressed != SecretKey(seed).publicKey.compressed)
        #expect(try VRFPublicKey(compressed: key.publicKey.compressed) == key.publicKey)
    }

    @Test func invalidKey() throws {
        let order = try #require(Hex.decode(SignatureTests.order))
        #expect(throws: VRFError.invalidKey) { try VRFSecretKey(validatorSeed: [UInt8](repeating: 7, count: 31)) }
        #expect(throws: VRFError.invalidKey) { try VRFSecretKey(scalar: order) }
        #expect(throws: VRFError.invalidKey) { try VRFSecretKey(scalar: [UInt8](repeating: 0, count: 32)) }
        #expect(throws: VRFError.invalidKey) { try VRFPublicKey(compressed: [2] + Bytes32(5 as UInt128).bytes) }
        let uncompressed = try SecretKey(Bytes32(1 as UInt128).bytes).publicKey.uncompressed
        #expect(throws: VRFError.invalidKey) { try VRFPublicKey(compressed: uncompressed) }
    }

    @Test func possessionHoldsForItsKeyAndContextOnly() throws {
        let key = try VRFSecretKey(validatorSeed: [UInt8](repeating: 7, count: 32))
        let other = try VRFSecretKey(validatorSeed: [UInt8](repeating: 8, count: 32))
        let proof = try VRF.provePossession(key: key, context: [1]).bytes
        try VRF.verifyPossession(publicKey: key.publicKey, context: [1], proof: proof)
        #expect(throws: VRFError.challengeMismatch) {
            try VRF.verifyPossession(publicKey: key.publicKey, context: [2], proof: proof)
        }
        #expect(throws: VRFError.challengeMismatch) {
            try VRF.verifyPossession(publicKey: other.publicKey, context: [1], proof: proof)
        }
        let plain = try VRF.prove(key: key, alpha: [1]).bytes
        #expect(throws: VRFError.challengeMismatch) {
            try VRF.verifyPossession(publicKey: key.publicKey, context: [1], proof: plain)
        }
    }
}
