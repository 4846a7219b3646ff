import ByteCodec
import ChainTypes
import Cryptography
import Testing

@Suite struct EquivocationTests {
    static let kinds: [VoteType?] = [.prevote, .precommit, nil]

    @Test(arguments: kinds) func `an equivocation decodes to itself`(type: VoteType?) throws {
        let pair = try Sample.equivocation(type)
        #expect(try Equivocation(decoding: pair.encoded) == pair)
        #expect(pair.isSigned(chainId: 1337))
        #expect(!pair.isSigned(chainId: 1338))
    }

    @Test(arguments: kinds) func `the fault is the same whatever signatures show it`(type: VoteType?) throws {
        let fault = try Sample.equivocation(type).fault()
        #expect(fault.height == 40)
        #expect(fault.round == 2)
        #expect(fault.kind == (type == nil ? .proposal : type == .prevote ? .prevote : .precommit))
        #expect(fault.validator == (try Sample.key(1).publicKey.address))
    }

    /// One field changed in the second vote, and what is wrong then.
    @Test func `each way in which two votes are no fault has its name`() throws {
        guard case .votes(let first, let second) = try Sample.equivocation(.prevote) else { return }
        func defect(_ change: (inout Vote) -> Void) -> EquivocationDefect? {
            var changed = second
            change(&changed)
            do { _ = try Equivocation.votes(first, changed).fault() } catch { return error }
            return nil
        }
        #expect(defect { _ in } == nil)
        #expect(defect { $0.validator = .zero } == .differentValidators)
        #expect(defect { $0.height += 1 } == .differentHeights)
        #expect(defect { $0.round += 1 } == .differentRounds)
        #expect(defect { $0.type = .precommit } == .differentTypes)
        #expect(defect { $0.blockHash = first.blockHash } == .sameContent)
        #expect(defect { $0.blockHash = nil } == .notInOrder)
        #expect(throws: EquivocationDefect.notInOrder) { try Equivocation.votes(second, first).fault() }
        #expect(Equivocation.votes(second, first).canonical == .votes(first, second))
    }

    @Test func `two proposals of one block that differ in the valid round are a fault`() throws {
        let key = try Sample.key(1)
        let pair = [nil, 1].map {
            Proposal.signed(
                height: 40, round: 2, validRound: $0, blockHash: Sample.word("block"), chainId: 1337, key: key)
        }
        #expect(try Equivocation.proposals(pair[0], pair[1]).fault().kind == .proposal)
        #expect(throws: EquivocationDefect.sameContent) { try Equivocation.proposals(pair[0], pair[0]).fault() }
    }

    @Test func `too long for an equivocation`() {
        let bytes = [UInt8](repeating: 0, count: Limits.maxEquivocationBytes + 1)
        let limit = Limits.maxEquivocationBytes
        #expect(throws: EquivocationDecodingError.tooLarge(bytes: bytes.count, limit: limit)) {
            try Equivocation(decoding: bytes)
        }
    }

    @Test func `mutated equivocations are refused or canonical`() throws {
        var mutator = Mutator(seed: 5)
        for type in Self.kinds {
            let bytes = try Sample.equivocation(type).encoded
            for _ in 0..<3_000 {
                let mutated = mutator.mutate(bytes)
                guard let decoded = try? Equivocation(decoding: mutated) else { continue }
                #expect(decoded.encoded == mutated)
            }
        }
    }
}

@Suite struct ValidatorPowerTests {
    @Test func `a unit of power for each whole unit of stake, one from the minimum on, capped`() {
        let rules = ValidatorParameters.devnet
        let unit = rules.powerUnit
        #expect(rules.power(ofStake: 0) == 0)
        #expect(rules.power(ofStake: rules.minimumStake - 1) == 0)
        #expect(rules.power(ofStake: rules.minimumStake) == 1)
        #expect(rules.power(ofStake: 2 * unit - 1) == 1)
        #expect(rules.power(ofStake: 2 * unit) == 2)
        var fine = rules
        fine.powerUnit = 1
        #expect(fine.power(ofStake: .max) == Limits.maxValidatorPower)
        #expect(Limits.maxValidatorPower * UInt64(Limits.maxValidators) <= Limits.maxTotalPower)
    }
}
