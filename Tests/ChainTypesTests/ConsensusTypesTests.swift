import ByteCodec
import ChainTypes
import Cryptography
import Testing

@Suite struct VoteAndProposalTests {
    static let block = Sample.word("block")

    static func vote(_ hash: Bytes32? = block) throws -> Vote {
        Vote.signed(type: .precommit, height: 42, round: 3, blockHash: hash, chainId: 1337, key: try Sample.key(1))
    }

    static func proposal(validRound: UInt32? = 1) throws -> Proposal {
        Proposal.signed(
            height: 42, round: 3, validRound: validRound, blockHash: block, chainId: 1337, key: try Sample.key(1))
    }

    @Test func `sign bytes are the second implementation's`() throws {
        let vectors = try ChainTypesVectors.load()
        #expect(try Self.vote().signBytes(chainId: 1337) == (try vectors.voteSignBytes.bytes()))
        #expect(
            ConsensusSignBytes.vote(chainId: 1337, type: .prevote, height: 42, round: 3, blockHash: nil)
                == (try vectors.nilVoteSignBytes.bytes()))
        #expect(try Self.proposal().signBytes(chainId: 1337) == (try vectors.proposalSignBytes.bytes()))
    }

    @Test func `each field of a vote is signed`() throws {
        let vote = try Self.vote()
        #expect(vote.isSigned(chainId: 1337))
        #expect(!vote.isSigned(chainId: 1338))
        #expect(vote == (try Self.vote()))
        let changes: [(inout Vote) -> Void] = [
            { $0.type = .prevote }, { $0.height += 1 }, { $0.round += 1 }, { $0.blockHash = nil },
            { $0.blockHash = .zero }, { $0.validator = .zero },
        ]
        for change in changes {
            var changed = vote
            change(&changed)
            #expect(!changed.isSigned(chainId: 1337))
        }
        var zero = try Self.vote(nil)
        #expect(zero.isSigned(chainId: 1337))
        zero.blockHash = .zero
        #expect(!zero.isSigned(chainId: 1337))
    }

    @Test func `each field of a proposal is signed`() throws {
        let proposal = try Self.proposal()
        #expect(proposal.isSigned(chainId: 1337))
        #expect(!proposal.isSigned(chainId: 1338))
        let changes: [(inout Proposal) -> Void] = [
            { $0.height += 1 }, { $0.round += 1 }, { $0.validRound = nil }, { $0.validRound = 0 },
            { $0.blockHash = .zero }, { $0.proposer = .zero },
        ]
        for change in changes {
            var changed = proposal
            change(&changed)
            #expect(!changed.isSigned(chainId: 1337))
        }
    }

    @Test func `votes and proposals decode to themselves`() throws {
        for vote in [try Self.vote(), try Self.vote(nil)] { #expect(try Vote(decoding: vote.encoded) == vote) }
        for validRound in [nil, 0, 1, UInt32.max] {
            let proposal = try Self.proposal(validRound: validRound)
            #expect(try Proposal(decoding: proposal.encoded) == proposal)
        }
    }

    @Test func `rejections of votes and proposals`() throws {
        guard case .list(let vote) = try RLPItem(decoding: try Self.vote().encoded),
            case .list(let proposal) = try RLPItem(decoding: try Self.proposal().encoded)
        else { throw MalformedVector(text: "vote") }
        func expect(_ index: Int, _ item: RLPItem, _ error: ConsensusDecodingError) {
            var items = vote
            items[index] = item
            #expect(throws: error) { try Vote(decoding: RLPItem.list(items).encoded) }
        }
        expect(0, .bytes([3]), .unknownVoteType(3))
        expect(0, .bytes([1, 2]), .unknownVoteType(258))
        expect(2, .bytes([1, 0, 0, 0, 0]), .malformed(.integerTooLarge))
        expect(3, .bytes([1]), .malformed(.wrongByteCount))
        expect(5, .bytes([1]), .malformed(.wrongByteCount))
        expect(5, .bytes([UInt8](repeating: 0, count: 65)), .invalidSignature(.invalidSignature))
        expect(5, .bytes([UInt8](repeating: 0x7f, count: 64) + [2]), .invalidSignature(.invalidRecoveryId))
        expect(5, .bytes([UInt8](repeating: 0x80, count: 65)), .invalidSignature(.invalidRecoveryId))
        expect(5, .bytes([UInt8](repeating: 0x80, count: 64) + [0]), .invalidSignature(.highS))
        var items = proposal
        items[2] = .bytes([1, 0, 0, 0, 1])
        #expect(throws: ConsensusDecodingError.malformed(.integerTooLarge)) {
            try Proposal(decoding: RLPItem.list(items).encoded)
        }
        #expect(throws: ConsensusDecodingError.malformed(.trailingBytes)) {
            try Vote(decoding: try Self.vote().encoded + [0])
        }
    }

    @Test func `mutated messages are refused or canonical`() throws {
        var mutator = Mutator(seed: 5)
        let set = try Sample.validatorSet([1, 2, 3])
        let certificate = try Sample.certificate(set, signers: [0, 2])
        let inputs = [try Self.vote().encoded, try Self.proposal().encoded, certificate.encoded, set.encoded]
        for _ in 0..<5_000 {
            let bytes = inputs.map { mutator.mutate($0) }
            if let vote = try? Vote(decoding: bytes[0]) { #expect(vote.encoded == bytes[0]) }
            if let proposal = try? Proposal(decoding: bytes[1]) { #expect(proposal.encoded == bytes[1]) }
            if let certificate = try? Certificate(decoding: bytes[2]) { #expect(certificate.encoded == bytes[2]) }
            if let set = try? ValidatorSet(decoding: bytes[3]) { #expect(set.encoded == bytes[3]) }
        }
    }
}

@Suite struct CertificateTests {
    @Test func `more than two thirds of the power, in any place`() throws {
        let set = try Sample.validatorSet([1, 1, 1, 1])
        for absent in 0..<4 {
            let certificate = try Sample.certificate(set, signers: (0..<4).filter { $0 != absent })
            try certificate.verify(chainId: 1337, validators: set)
            #expect(try Certificate(decoding: certificate.encoded) == certificate)
        }
    }

    @Test(
        arguments: [
            ([2, 1], [0]), ([1, 1, 1], [0, 1]), ([4, 1, 1], [0]), ([100, 50], [0]), ([1, 1, 1, 1], [0, 1]),
        ] as [([UInt64], [Int])])
    func `insufficientPower at two thirds and below`(powers: [UInt64], signers: [Int]) throws {
        let set = try Sample.validatorSet(powers)
        let certificate = try Sample.certificate(set, signers: signers)
        let power = signers.reduce(UInt64(0)) { $0 + powers[$1] }
        #expect(throws: CertificateRejection.insufficientPower(have: power, total: powers.reduce(0, +))) {
            try certificate.verify(chainId: 1337, validators: set)
        }
    }

    @Test func `one above two thirds of the largest total`() throws {
        let total = Limits.maxTotalPower
        let quorum = total / 3 * 2 + 1
        let set = try Sample.validatorSet([quorum, total - quorum])
        try Sample.certificate(set, signers: [0]).verify(chainId: 1337, validators: set)
        let below = try Sample.validatorSet([quorum - 1, total - quorum + 1])
        #expect(throws: CertificateRejection.insufficientPower(have: quorum - 1, total: total)) {
            try Sample.certificate(below, signers: [0]).verify(chainId: 1337, validators: below)
        }
    }

    @Test func wrongSlotCount() throws {
        let set = try Sample.validatorSet([1, 1, 1, 1])
        var certificate = try Sample.certificate(set, signers: [0, 1, 2, 3])
        certificate.signatures.append(certificate.signatures[0])
        #expect(throws: CertificateRejection.wrongSlotCount(have: 5, want: 4)) {
            try certificate.verify(chainId: 1337, validators: set)
        }
        certificate.signatures.removeLast(2)
        #expect(throws: CertificateRejection.wrongSlotCount(have: 3, want: 4)) {
            try certificate.verify(chainId: 1337, validators: set)
        }
    }

    @Test func `wrongSigner: one signature in two slots, or in another's`() throws {
        let set = try Sample.validatorSet([1, 1, 1, 1])
        let certificate = try Sample.certificate(set, signers: [0, 1, 2, 3])
        var twice = certificate
        twice.signatures[1] = twice.signatures[0]
        #expect(throws: CertificateRejection.wrongSigner(slot: 1, signer: set.validators[0].address)) {
            try twice.verify(chainId: 1337, validators: set)
        }
        var swapped = certificate
        swapped.signatures.swapAt(2, 3)
        #expect(throws: CertificateRejection.wrongSigner(slot: 2, signer: set.validators[3].address)) {
            try swapped.verify(chainId: 1337, validators: set)
        }
    }

    @Test func `a bad signature past the quorum is found`() throws {
        let set = try Sample.validatorSet([1, 1, 1, 1])
        let certificate = try Sample.certificate(set, signers: [0, 1, 2, 3])
        var wrong = certificate
        wrong.signatures[3] = try Sample.key(9).sign(Sample.word("else"))
        #expect(throws: CertificateRejection.self) { try wrong.verify(chainId: 1337, validators: set) }
        // 5 is the x coordinate of no point of secp256k1.
        wrong.signatures[3] = try RecoverableSignature(r: Bytes32(5), s: Bytes32(1), recoveryId: 0)
        #expect(throws: CertificateRejection.invalidSignature(slot: 3)) {
            try wrong.verify(chainId: 1337, validators: set)
        }
    }

    @Test func `another chain, round, height or block is not what was signed`() throws {
        let set = try Sample.validatorSet([1, 1, 1, 1])
        let certificate = try Sample.certificate(set, signers: [0, 1, 2, 3])
        #expect(throws: CertificateRejection.self) { try certificate.verify(chainId: 1, validators: set) }
        let changes: [(inout Certificate) -> Void] = [
            { $0.round += 1 }, { $0.height += 1 }, { $0.blockHash = .zero },
        ]
        for change in changes {
            var changed = certificate
            change(&changed)
            #expect(throws: CertificateRejection.self) { try changed.verify(chainId: 1337, validators: set) }
        }
    }

    @Test func `wrongHeight, wrongBlock`() throws {
        let set = try Sample.validatorSet([1])
        let certificate = try Sample.certificate(set, signers: [0])
        let block = certificate.blockHash
        try certificate.verify(chainId: 1337, validators: set, height: 41, blockHash: block)
        #expect(throws: CertificateRejection.wrongHeight(have: 41, want: 42)) {
            try certificate.verify(chainId: 1337, validators: set, height: 42, blockHash: block)
        }
        #expect(throws: CertificateRejection.wrongBlock(have: block, want: .zero)) {
            try certificate.verify(chainId: 1337, validators: set, height: 41, blockHash: .zero)
        }
    }

    @Test func tooManyValidators() throws {
        let certificate = Certificate(
            height: 1, round: 0, blockHash: .zero,
            signatures: [RecoverableSignature?](repeating: nil, count: Limits.maxValidators + 1))
        #expect(throws: ConsensusDecodingError.tooManyValidators) { try Certificate(decoding: certificate.encoded) }
        #expect(Certificate.hash(of: nil) == .zero)
    }
}

@Suite struct ValidatorSetCodecTests {
    private func encode(_ validators: [Validator]) -> [UInt8] {
        RLPItem.list(
            validators.map {
                .list([
                    .bytes($0.address.bytes), .bytes($0.signingKey.compressed), .bytes($0.vrfKey.compressed),
                    .bytes(Array(Bytes32(UInt128($0.power)).bytes.drop { $0 == 0 })),
                ])
            }
        ).encoded
    }

    @Test func `a set decodes to itself, its hash is of its bytes`() throws {
        let set = try Sample.validatorSet([5, 1, 7, 3])
        #expect(encode(set.validators) == set.encoded)
        #expect(try ValidatorSet(decoding: set.encoded) == set)
        #expect(set.hash == Keccak256.hash(set.encoded))
        #expect(set.hash != (try Sample.validatorSet([5, 1, 7, 4])).hash)
    }

    @Test func rejections() throws {
        let members = try Sample.validatorSet([5, 1, 7]).validators
        func expect(_ validators: [Validator], _ error: ConsensusDecodingError) {
            #expect(throws: error) { try ValidatorSet(decoding: encode(validators)) }
        }
        expect([], .invalidPower)
        expect([members[1], members[0]], .validatorsNotRising)
        expect([members[0], members[0]], .validatorsNotRising)
        var changed = members
        changed[0].power = 0
        expect(changed, .invalidPower)
        changed[0].power = Limits.maxTotalPower
        expect(changed, .invalidPower)
        changed = members
        changed[2].address = .zero
        expect(changed, .addressMismatch(validator: .zero))
        let bad = RLPItem.list([
            .list([
                .bytes([UInt8](repeating: 0, count: 20)), .bytes([UInt8](repeating: 0, count: 33)),
                .bytes([UInt8](repeating: 0, count: 33)), .bytes([1]),
            ])
        ])
        #expect(throws: ConsensusDecodingError.invalidKey(validator: .zero)) { try ValidatorSet(decoding: bad.encoded) }
    }
}
