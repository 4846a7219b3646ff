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
