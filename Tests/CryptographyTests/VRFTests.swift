import ByteCodec
import Cryptography
import FoundationEssentials
import Testing

/// Vectors made by a second implementation of RFC 9381, in Python over integers, which also gives the RFC's own
/// example 10 (ECVRF-P256-SHA256-TAI).
struct VRFVector: Decodable, Sendable {
    let secretKey, publicKey, alpha, h, pi, beta: String
    let counter: Int

    private struct File: Decodable {
        let vectors: [VRFVector]
    }

    static let all: [VRFVector] = {
        let path = FilePath.vectors + "/vrf-rfc9381-secp256k1.json"
        guard let data = FileManager.default.contents(atPath: path),
            let file = try? JSONDecoder().decode(File.self, from: data)
        else { return [] }
        return file.vectors
    }()

    var proof: [UInt8] { get throws { try #require(Hex.decode(pi)) } }
    var input: [UInt8] { get throws { try #require(Hex.decode(alpha)) } }
    var key: VRFPublicKey { get throws { try VRFPublicKey(compressed: #require(Hex.decode(publicKey))) } }
}

enum FilePath {
    /// Tests/Vectors, from this file's own path.
    static let vectors = #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Vectors"
}

@Suite struct VRFVectorTests {
    @Test func allVectorsAreRead() {
        #expect(VRFVector.all.count == 24)
    }

    /// Whoever has the key may choose its nonce, and so has many proofs: they all have one output. Made by the second
    /// implementation for the first vector with the nonces 12345678901234567890 and 987654321.
    @Test(
        "pitfall 17: another proof is another proof, and the same randomness",
        arguments: [
            "6f6f4d05e2b8ae187827ee23c0d3aa612a0e9230f8a015cebc32d7f6fa6c3648f77aad5477d58dd9e76145f6dff12bb8",
            "730a704b251db49462f16d8b8f71d3c47be013fcea940eb6ea008058431ef9e21f4dcc1b7054fcf74a2b1d81e8ea22f8",
        ])
    func pitfall17AnotherProofTheSameOutput(_ scalars: String) throws {
        let vector = try #require(VRFVector.all.first)
        let proof = try vector.proof.prefix(33) + #require(Hex.decode(scalars))
        #expect(try Array(proof) != vector.proof)
        let output = try VRF.verify(publicKey: vector.key, alpha: vector.input, proof: Array(proof))
        #expect(output == Bytes32(hex: vector.beta))
    }

    @Test(arguments: VRFVector.all)
    func proofAndOutput(_ vector: VRFVector) throws {
        let key = try VRFSecretKey(scalar: #require(Hex.decode(vector.secretKey)))
        #expect(try key.publicKey == vector.key)
        let proof = try VRF.prove(key: key, alpha: vector.input)
        #expect(Hex.encode(proof.bytes, prefix: false) == vector.pi)
        #expect(proof.output == Bytes32(hex: vector.beta))
        let output = try VRF.verify(publicKey: vector.key, alpha: vector.input, proof: vector.proof)
        #expect(output == Bytes32(hex: vector.beta))
    }
}
