import ByteCodec
import ChainTypes
import Cryptography
import Testing

@Suite struct BlockCodecTests {
    @Test func `a block decodes to itself`() throws {
        var block = try Sample.block()
        #expect(try Block(decoding: block.encoded) == block)
        block.lastCertificate = nil
        block.transactions = []
        block.evidence = []
        #expect(try Block(decoding: block.encoded) == block)
        #expect(block.hash == Keccak256.hash(block.header.encoded))
    }

    @Test(arguments: [0, 1, 7, 8, 9, 16, 300])
    func `a header keeps each verdict`(count: Int) throws {
        for pattern in 0..<3 {
            let header = try Sample.header(verdicts: (0..<count).map { $0 % 3 == pattern })
            #expect(try BlockHeader(decoding: header.encoded) == header)
        }
    }

    @Test func `each field of a header changes its hash`() throws {
        let header = try Sample.header()
        let other = Sample.word("other")
        let digest = try Sample.digest("other")
        let changes: [(inout BlockHeader) -> Void] = [
            { $0.chainId += 1 }, { $0.height += 1 }, { $0.originRound += 1 }, { $0.proposer = .zero },
            { $0.parentHash = other }, { $0.timestamp += 1 }, { $0.gasLimit += 1 }, { $0.gasUsed += 1 },
            { $0.baseFee += 1 }, { $0.transactionsRoot = other }, { $0.verdicts.append(false) },
            { $0.verdicts[0].toggle() }, { $0.receiptsRoot = other }, { $0.logsBloom = LogsBloom() },
            { $0.accountsRoot = digest }, { $0.accountCount += 1 }, { $0.systemRoot = other },
            { $0.operationCount += 1 }, { $0.operationsDigest = other }, { $0.validatorsHash = other },
            { $0.nextValidatorsHash = other }, { $0.lastCertificateHash = other }, { $0.evidenceHash = other },
            { $0.vrfProof[0] ^= 1 },
            { $0.mix = other },
        ]
        var hashes: Set<Bytes32> = [header.hash]
        for change in changes {
            var changed = header
            change(&changed)
            #expect(hashes.insert(changed.hash).inserted)
            #expect(try BlockHeader(decoding: changed.encoded) == changed)
        }
    }

    /// The items of the sample's header, to be spoiled.
    private func headerItems() throws -> [RLPItem] {
        guard case .list(let items) = try RLPItem(decoding: try Sample.header().encoded) else { return [] }
        return items
    }

    private func expectHeader(_ index: Int, _ item: RLPItem, _ error: BlockDecodingError) throws {
        var items = try headerItems()
        items[index] = item
        #expect(throws: error) { try BlockHeader(decoding: RLPItem.list(items).encoded) }
    }

    @Test func malformed() throws {
        let items = try headerItems()
        #expect(items.count == 24)
        for (count, error) in [(23, RLPError.wrongItemCount), (0, .wrongItemCount)] {
            #expect(throws: BlockDecodingError.malformed(error)) {
                try BlockHeader(decoding: RLPItem.list(Array(items.prefix(count))).encoded)
            }
        }
        #expect(throws: BlockDecodingError.malformed(.wrongItemCount)) {
            try BlockHeader(decoding: RLPItem.list(items + [.bytes([])]).encoded)
        }
        #expect(throws: BlockDecodingError.malformed(.trailingBytes)) {
            try BlockHeader(decoding: try Sample.header().encoded + [0])
        }
        try expectHeader(2, .bytes([1, 0, 0, 0, 0]), .malformed(.integerTooLarge))
        try expectHeader(12, .bytes([UInt8](repeating: 0, count: 255)), .malformed(.wrongByteCount))
    }

    @Test func verdictsNotCanonical() throws {
        for (count, bits) in [([3], [0xa1]), ([3], []), ([3], [0xa0, 0x00]), ([9], [0xa0]), ([], [0x00])]
            as [([UInt8], [UInt8])]
        {
            try expectHeader(10, .list([.bytes(count), .bytes(bits)]), .verdictsNotCanonical)
        }
        let huge = [UInt8](repeating: 0xff, count: 8)
        try expectHeader(10, .list([.bytes(huge), .bytes([0xa0])]), .verdictsNotCanonical)
    }

    @Test func accountsRootNotCanonical() throws {
        try expectHeader(13, .bytes([UInt8](repeating: 0xff, count: 32)), .accountsRootNotCanonical)
    }

    @Test(arguments: [0, 1, 80])
    func wrongVRFProofLength(count: Int) throws {
        try expectHeader(22, .bytes([UInt8](repeating: 0x90, count: count)), .wrongVRFProofLength(count))
    }

    @Test func `wrongVRFProofLength at genesis`() throws {
        try expectHeader(1, .bytes([]), .wrongVRFProofLength(81))
    }

    @Test func tooLarge() {
        let bytes = [UInt8](repeating: 0xc0, count: Limits.maxBlockBytes + 1)
        let error = BlockDecodingError.tooLarge(bytes: bytes.count, limit: Limits.maxBlockBytes)
        #expect(throws: error) { try Block(decoding: bytes) }
        #expect(throws: error) { try BlockHeader(decoding: bytes) }
    }

    @Test func tooManyTransactions() throws {
        var block = try Sample.block()
        block.transactions = [[UInt8]](repeating: [1], count: Limits.maxBlockTransactions)
        #expect(try Block(decoding: block.encoded) == block)
        block.transactions.append([1])
        #expect(throws: BlockDecodingError.tooManyTransactions) { try Block(decoding: block.encoded) }
    }

    @Test func transactionTooLarge() throws {
        var block = try Sample.block()
        block.transactions = [[UInt8](repeating: 1, count: Limits.maxTransactionBytes + 1)]
        #expect(throws: BlockDecodingError.transactionTooLarge(bytes: Limits.maxTransactionBytes + 1)) {
            try Block(decoding: block.encoded)
        }
    }

    @Test func invalidCertificate() throws {
        let header = try RLPItem(decoding: try Sample.header().encoded)
        for (certificate, error) in [
            (RLPItem.bytes([]), ConsensusDecodingError.malformed(.unexpectedBytes)),
            (.list([.bytes([])]), .malformed(.wrongItemCount)),
        ] {
            #expect(throws: BlockDecodingError.invalidCertificate(error)) {
                try Block(decoding: RLPItem.list([header, .list([]), certificate]).encoded)
            }
        }
        #expect(throws: BlockDecodingError.malformed(.wrongItemCount)) {
            try Block(decoding: RLPItem.list([header, .list([])]).encoded)
        }
    }

    @Test func tooMuchEvidence() throws {
        var block = try Sample.block()
        block.evidence = [Equivocation](repeating: block.evidence[0], count: Limits.maxBlockEvidence)
        #expect(try Block(decoding: block.encoded) == block)
        block.evidence.append(block.evidence[0])
        #expect(throws: BlockDecodingError.tooMuchEvidence) { try Block(decoding: block.encoded) }
    }

    @Test func invalidEvidence() throws {
        let header = try RLPItem(decoding: try Sample.header().encoded)
        let votes = try Sample.equivocation(.prevote).encoded
        for (evidence, error) in [
            ([0xc0], EquivocationDecodingError.malformed(.wrongItemCount)),
            (RLPItem.list([.bytes([7]), .bytes([]), .bytes([])]).encoded, .unknownKind(7)),
            (RLPItem.list([.bytes([]), .bytes([]), .bytes([])]).encoded, .message(.malformed(.truncated))),
            (votes + [0], .malformed(.trailingBytes)),
        ] as [([UInt8], EquivocationDecodingError)] {
            #expect(throws: BlockDecodingError.invalidEvidence(error)) {
                try Block(
                    decoding: RLPItem.list([header, .list([]), .list([]), .list([.bytes(evidence)])]).encoded)
            }
        }
    }

    @Test func `mutated blocks are refused or canonical`() throws {
        let bytes = try Sample.block().encoded
        var mutator = Mutator(seed: 3)
        var decodedCount = 0
        for _ in 0..<20_000 {
            let mutated = mutator.mutate(bytes)
            guard let decoded = try? Block(decoding: mutated) else { continue }
            decodedCount += 1
            #expect(decoded.encoded == mutated)
        }
        #expect(decodedCount > 100)
    }
}
