import ByteCodec
import ChainTypes
import Cryptography
import Testing

/// One transaction as eth-account signed it.
struct SignedTransactionVector: Decodable, Sendable {
    struct Entry: Decodable, Sendable {
        var address: String
        var storageKeys: [String]
    }
    var type: UInt8
    var key, sender, hash, raw, chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit, to, value, data: String
    var accessList: [Entry]

    func transaction() throws -> OrdinaryTransaction {
        guard let kind = TransactionKind(rawValue: type) else { throw MalformedVector(text: "\(type)") }
        return OrdinaryTransaction(
            kind: kind, chainId: try chainId.integer(), nonce: try nonce.integer(),
            maxPriorityFeePerGas: try maxPriorityFeePerGas.integer(), maxFeePerGas: try maxFeePerGas.integer(),
            gasLimit: try gasLimit.integer(), to: to.isEmpty ? nil : try to.address(), value: try value.integer(),
            data: try data.bytes(),
            accessList: try accessList.map {
                AccessListEntry(
                    address: try $0.address.address(), storageKeys: try $0.storageKeys.map { try $0.bytes32() })
            })
    }
}

@Suite struct TransactionVectorTests {
    @Test func `EIP-155 worked example`() throws {
        let key = try SecretKey([UInt8](repeating: 0x46, count: 32))
        let transaction = OrdinaryTransaction(
            kind: .legacy, chainId: 1, nonce: 9, maxPriorityFeePerGas: 20 * Unit.gwei, maxFeePerGas: 20 * Unit.gwei,
            gasLimit: 21_000, to: try "0x3535353535353535353535353535353535353535".address(), value: Unit.cairn)
        #expect(
            transaction.signingDigest.description
                == "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53")
        let signed = try transaction.sign(with: key)
        #expect(
            Hex.encode(signed.encoded)
                == "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef6134"
                + "0bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64"
                + "214b297fb1966a3b6d83")
        #expect(signed.sender.description == "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f")
    }

    @Test func `decode, verify, encode and sign as eth-account does`() throws {
        let vectors: [SignedTransactionVector] = try Vectors.load("transactions.json")
        #expect(vectors.count >= 40)
        #expect(Set(vectors.map(\.type)) == [0, 1, 2])
        for vector in vectors {
            let raw = try vector.raw.bytes()
            let expected = try vector.transaction()
            let decoded = try UnverifiedTransaction(decoding: raw)
            #expect(decoded.body == .ordinary(expected))
            #expect(decoded.encoded == raw)
            let verified = try decoded.verified(chainId: expected.chainId)
            #expect(verified.sender == (try vector.sender.address()))
            #expect(verified.hash == (try vector.hash.bytes32()))
            #expect(verified.encoded == raw)
            #expect(try expected.sign(with: vector.key.secretKey()) == verified)
        }
    }

    @Test func `a legacy body's access list is not in what is signed`() throws {
        var transaction = OrdinaryTransaction(
            kind: .legacy, chainId: 1, nonce: 0, maxPriorityFeePerGas: 1, maxFeePerGas: 2, gasLimit: 21_000, to: nil,
            value: 0, accessList: [AccessListEntry(address: .zero, storageKeys: [])])
        let signed = try transaction.sign(with: Sample.key(0))
        transaction.accessList = []
        transaction.maxPriorityFeePerGas = 2
        #expect(signed.ordinary == transaction)
    }
}

struct ChainTypesVectors: Decodable {
    struct Proving: Decodable {
        var key, sender, raw, hash, chainId, jobId, maxPriorityFeePerGas, maxFeePerGas, payloadDigest: String
        var phase: UInt8
        var payloadLength: UInt32
    }
    struct Stream: Decodable {
        var seed: String
        var purpose: UInt32
        var bound: String
        var values: [String]
        var shuffled: [Int]
    }
    struct Fee: Decodable {
        var parent, used, limit, minimum, next: String
        var elasticity, denominator: UInt64
    }
    var provingTransactions: [Proving]
    var streams: [Stream]
    var baseFees: [Fee]
    var merkleRoots: [String]
    var selectionSeed, randaoAlpha, nextMix, voteSignBytes, nilVoteSignBytes, proposalSignBytes, jobId, planRoot: String

    static func load() throws -> ChainTypesVectors { try Vectors.load("chain_types.json") }
}

@Suite struct ProvingTransactionVectorTests {
    @Test func `decode, verify, encode and sign as the second implementation does`() throws {
        let vectors = try ChainTypesVectors.load().provingTransactions
        #expect(Set(vectors.map(\.phase)) == Set(ProvingPhase.allCases.map(\.rawValue)))
        for vector in vectors {
            guard let phase = ProvingPhase(rawValue: vector.phase) else {
                throw MalformedVector(text: "\(vector.phase)")
            }
            let expected = ProvingTransaction(
                chainId: try vector.chainId.integer(), jobId: try vector.jobId.bytes32(), phase: phase,
                maxPriorityFeePerGas: try vector.maxPriorityFeePerGas.integer(),
                maxFeePerGas: try vector.maxFeePerGas.integer(), payloadDigest: try vector.payloadDigest.bytes32(),
                payloadLength: vector.payloadLength)
            let raw = try vector.raw.bytes()
            let verified = try VerifiedTransaction(decoding: raw, chainId: expected.chainId)
            #expect(verified.proving == expected)
            #expect(verified.ordinary == nil)
            #expect(verified.kind == .proving)
            #expect(verified.sender == (try vector.sender.address()))
            #expect(verified.hash == (try vector.hash.bytes32()))
            #expect(try expected.sign(with: vector.key.secretKey()) == verified)
            #expect(raw.count <= Limits.maxProvingTransactionBytes)
        }
    }
}
