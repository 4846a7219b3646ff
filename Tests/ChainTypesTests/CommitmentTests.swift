import ByteCodec
import ChainTypes
import Cryptography
import Testing

@Suite struct MerkleRootTests {
    @Test func `roots of 0 to 19 items are those of RFC 6962's recursion`() throws {
        let vectors = try ChainTypesVectors.load().merkleRoots
        #expect(vectors.count == 20)
        for (count, root) in vectors.enumerated() {
            let items = (0..<count).map { [UInt8](repeating: UInt8($0), count: $0) }
            #expect(MerkleRoot.over(items) == (try root.bytes32()))
        }
    }

    @Test func `a node is no leaf`() {
        let (left, right) = (Keccak256.hash([0, 1]), Keccak256.hash([0, 2]))
        #expect(MerkleRoot.over([[1], [2]]) == Keccak256.hash([1] + left.bytes + right.bytes))
        #expect(MerkleRoot.over([left.bytes + right.bytes]) != MerkleRoot.over([[1], [2]]))
    }
}

@Suite struct LogsBloomTests {
    /// go-ethereum, core/types/bloom9_test.go, TestBloomExtensively.
    @Test func `go-ethereum's hundred items`() {
        var bloom = LogsBloom()
        for index in 0..<100 { bloom.insert(Array("xxxxxxxxxx data \(index) yyyyyyyyyyyyyy".utf8)) }
        #expect(
            Keccak256.hash(bloom.bytes).description
                == "0xc8d3ca65cdb4874300a9e39475508f23ed6da09fdbc487f89a2dcf50b09eb263")
    }

    @Test func `what was inserted is found, what was not is not`() {
        let bloom = LogsBloom([Sample.log])
        #expect(bloom.mayContain(Sample.log.address.bytes))
        for topic in Sample.log.topics { #expect(bloom.mayContain(topic.bytes)) }
        #expect(!bloom.mayContain(Sample.word("absent").bytes))
        var union = LogsBloom()
        union.formUnion(bloom)
        #expect(union == bloom)
        #expect(LogsBloom(bloom.bytes) == bloom)
        #expect(LogsBloom([1]) == nil)
    }
}

@Suite struct ReceiptTests {
    static func receipt(_ kind: TransactionKind, failure: String? = nil) -> Receipt {
        Receipt(
            kind: kind, succeeded: failure == nil, gasUsed: 21_000, cumulativeGasUsed: 63_000, effectiveGasPrice: 9,
            logs: failure == nil ? [Sample.log, Sample.log] : [], failure: failure)
    }

    @Test(arguments: TransactionKind.allCases)
    func `the stored form keeps every field`(kind: TransactionKind) throws {
        for receipt in [
            Self.receipt(kind), Self.receipt(kind, failure: "nicht genügend Geld"), Self.receipt(kind, failure: ""),
        ] {
            #expect(try Receipt(stored: receipt.stored) == receipt)
        }
    }

    @Test func `a long failure is cut between characters`() throws {
        let text = String(repeating: "ä", count: 600)
        let stored = try Receipt(stored: Self.receipt(.legacy, failure: text).stored)
        #expect(stored.failure == String(repeating: "ä", count: 512))
    }

    @Test func `the root does not depend on the failure's text`() {
        let (one, other) = (Self.receipt(.legacy, failure: "a"), Self.receipt(.legacy, failure: "b"))
        #expect(Receipt.root([one]) == Receipt.root([other]))
        #expect(Receipt.root([one]) != Receipt.root([Self.receipt(.legacy)]))
    }

    /// The receipt of a transfer as Ethereum encodes it: status 1, gas, an empty bloom, no logs.
    @Test func `the consensus form is Ethereum's`() {
        var receipt = Self.receipt(.dynamicFee)
        receipt.logs = []
        let body = [0x01, 0x82, 0xf6, 0x18, 0xb9, 0x01, 0x00] + [UInt8](repeating: 0, count: 256) + [0xc0]
        #expect(receipt.consensusEncoded == [0x02, 0xf9, 0x01, 0x08] + body)
        receipt.kind = .legacy
        #expect(receipt.consensusEncoded == [0xf9, 0x01, 0x08] + body)
    }

    @Test func `unknown kind, broken text, lengths`() throws {
        var bytes = Self.receipt(.legacy, failure: "abc").stored
        #expect(throws: ReceiptDecodingError.malformed(.trailingBytes)) { try Receipt(stored: bytes + [0]) }
        #expect(throws: ReceiptDecodingError.malformed(.truncated)) { try Receipt(stored: bytes.dropLast()) }
        bytes[bytes.count - 1] = 0xff
        #expect(throws: ReceiptDecodingError.failureNotUTF8) { try Receipt(stored: bytes) }
        bytes[0] = 3
        #expect(throws: ReceiptDecodingError.unknownKind(3)) { try Receipt(stored: bytes) }
        var mutator = Mutator(seed: 4)
        for _ in 0..<5_000 {
            let mutated = mutator.mutate(Self.receipt(.proving).stored)
            if let receipt = try? Receipt(stored: mutated) { #expect(receipt.stored == mutated) }
        }
    }
}
