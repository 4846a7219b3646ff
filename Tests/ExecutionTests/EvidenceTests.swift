import ByteCodec
import ChainTypes
import Cryptography
import Execution
import SystemState
import Testing

@Suite("Validators: evidence, slashing, missed proposals")
struct EvidenceTests {
    private typealias Chain = ValidatorScenario

    /// A chain at height 20 in whose block 10 validator 2 registered.
    private static func scenario() throws -> ValidatorScenario {
        var chain = try Chain(powers: [4, 4])
        try chain.blocks(9)
        try chain.block { #expect($0.register(2, stake: 4 * Chain.unit) == nil) }
        try chain.blocks(10)
        return chain
    }

    private func rejection(_ chain: Chain, _ evidence: Equivocation...) -> EvidenceRejection? {
        do { _ = try EvidenceRules.verify(evidence, at: chain.state.height + 1, state: chain.state) } catch {
            return error
        }
        return nil
    }

    @Test(
        "an equivocation burns its share, expels for ever, and the rest unbonds",
        arguments: [VoteType?.none, .prevote, .precommit])
    func slash(type: VoteType?) throws {
        var chain = try Self.scenario()
        let address = try chain.address(2)
        let burned = chain.state.supply.burned
        try chain.block(evidence: [try chain.equivocation(2, height: 20, type)])
        let share = 4 * Chain.unit / 20
        #expect(chain.state.supply.burned == burned + share)
        #expect(chain.state.tombstones[address]?.burned == share)
        #expect(chain.state.tombstones[address]?.punishedAt == 21)
        #expect(try chain.validator(2).stake == 0)
        #expect(try chain.validator(2).unbonding == [TimedAmount(amount: 4 * Chain.unit - share, height: 33)])
        // Removed two heights on: it still signs block 22.
        #expect(try chain.set(22).index(of: address) != nil)
        #expect(try chain.set(23).index(of: address) == nil)
        try chain.blocks(11)
        try chain.block {
            #expect($0.call(.withdraw, by: Chain.owner(2)) == nil)
            #expect($0.register(2) == .tombstoned)
        }
    }

    @Test("a fault is punished once, whatever shows it (pitfall 22)")
    func pitfall22Once() throws {
        var chain = try Self.scenario()
        let address = try chain.address(2)
        try chain.block(evidence: [try chain.equivocation(2, height: 20)])
        #expect(rejection(chain, try chain.equivocation(2, height: 20)) == .alreadyPunished(address))
        #expect(rejection(chain, try chain.equivocation(2, height: 20, .precommit)) == .alreadyPunished(address))
        #expect(rejection(chain, try chain.equivocation(2, height: 19)) == .alreadyPunished(address))
    }

    @Test("who has left is punished while its stake unbonds (pitfall 21)")
    func pitfall21WhileUnbonding() throws {
        var chain = try Self.scenario()
        try chain.block { #expect($0.call(.leave, by: Chain.owner(2)) == nil) }
        try chain.blocks(8)
        // Block 22 is the last that it may sign; evidence of it counts up to block 30.
        let evidence = try chain.equivocation(2, height: 22)
        #expect(rejection(chain, try chain.equivocation(2, height: 23)) == .notAValidator(try chain.address(2)))
        try chain.block(evidence: [evidence])
        #expect(chain.state.height == 30)
        #expect(try chain.validator(2).total == 4 * Chain.unit - 4 * Chain.unit / 20)
        // Its time does not begin anew.
        #expect(try chain.validator(2).unbonding.last?.height == 21 + Chain.rules.unbondingBlocks)
    }

    @Test("evidence that does not belong into a block is rejected by name")
    func rejections() throws {
        let chain = try Self.scenario()
        let (first, third) = (try chain.address(0), try chain.address(2))
        let left = try chain.equivocation(0, height: 20)
        let right = try chain.equivocation(1, height: 20)
        let rising = try [left, right].sorted { try $0.fault() < $1.fault() }
        #expect(rejection(chain, rising[0], rising[1]) == nil)
        #expect(rejection(chain, rising[1], rising[0]) == .notRising)
        #expect(rejection(chain, left, left) == .notRising)
        #expect(rejection(chain, try chain.equivocation(0, height: 19), left) == .repeatedValidator(first))
        #expect(rejection(chain, try chain.equivocation(0, height: 21)) == nil)
        #expect(rejection(chain, try chain.equivocation(0, height: 22)) == .ofTheFuture(height: 22))
        #expect(rejection(chain, try chain.equivocation(0, height: 13)) == nil)
        #expect(rejection(chain, try chain.equivocation(0, height: 12)) == .tooOld(height: 12))
        // Registered in block 10, in the set from 13 on; and one that never was a validator.
        #expect(rejection(chain, try chain.equivocation(2, height: 13)) == nil)
        #expect(rejection(chain, try chain.equivocation(3, height: 20)) == .notAValidator(try chain.address(3)))
        #expect(rejection(chain, try chain.equivocation(2, height: 20, chainId: 1)) == .invalidSignature)
        guard case .votes(let one, let other) = left else { return }
        #expect(rejection(chain, .votes(other, one)) == .defect(.notInOrder))
        #expect(rejection(chain, .votes(one, one)) == .defect(.sameContent))
        var stolen = other
        stolen.validator = third
        #expect(rejection(chain, .votes(one, stolen)) == .defect(.differentValidators))
        var foreign = (one, other)
        (foreign.0.validator, foreign.1.validator) = (third, third)
        #expect(rejection(chain, .votes(foreign.0, foreign.1)) == .invalidSignature)
        let many = [Equivocation](repeating: left, count: Limits.maxBlockEvidence + 1)
        #expect(throws: EvidenceRejection.tooMany(17)) {
            try EvidenceRules.verify(many, at: 21, state: chain.state)
        }
    }

    @Test("who was not yet in the set of the height is not accused under a later set (pitfall 8)")
    func setOfTheHeight() throws {
        var chain = try Chain(powers: [4, 4])
        try chain.blocks(9)
        try chain.block { #expect($0.register(2) == nil) }
        try chain.blocks(4)
        #expect(rejection(chain, try chain.equivocation(2, height: 12)) == .notAValidator(try chain.address(2)))
        #expect(rejection(chain, try chain.equivocation(2, height: 13)) == nil)
    }

    @Test("the proposers of the rounds before the origin round pay, each once")
    func missedProposals() throws {
        var chain = try Chain(powers: [1, 1, 1, 1])
        let set = try chain.set(1)
        let late = (UInt32(0)..<3).map { Proposer.select(set, height: 1, round: $0).address }
        let burned = chain.state.supply.burned
        try chain.block(originRound: 3)
        #expect(chain.state.supply.burned == burned + 7 * UInt128(Set(late).count))
        for validator in chain.state.registeredValidators.values {
            #expect(validator.total == Chain.unit - (late.contains(validator.address) ? 7 : 0))
            #expect(validator.misses == (late.contains(validator.address) ? [1] : []))
        }
        try chain.block(originRound: 0)
        #expect(chain.events.isEmpty)
    }

    @Test("a penalty is never more than what is held, and an endless height ends")
    func bounded() throws {
        var chain = try Chain(powers: [1, 1]) { $0.missedProposalPenalty = .max }
        try chain.block(originRound: .max)
        #expect(chain.state.registeredValidators.values.allSatisfy { $0.total == 0 })
        #expect(chain.state.supply.burned == 2 * Chain.unit)
    }

    @Test("too many misses jail: out of the sets two heights on, back after the delay on request, but never the last")
    func jail() throws {
        var chain = try Chain(powers: [1, 1])
        // Two failed rounds a height and two validators: sooner or later both have missed three.
        while !chain.state.registeredValidators.values.contains(where: \.isJailed) {
            try chain.block(originRound: 2)
            #expect(chain.state.height < 20)
        }
        let found = chain.state.registeredValidators.values.first { $0.isJailed }
        let jailed = try #require(found)
        let height = chain.state.height
        #expect(jailed.jailedUntil == height + 4)
        #expect(try chain.set(height + 1).index(of: jailed.address) != nil)
        #expect(try chain.set(height + 2).index(of: jailed.address) == nil)
        for _ in 0..<3 { try chain.block(originRound: 9) }
        #expect(chain.state.registeredValidators.values.count(where: \.isJailed) == 1)
        #expect(chain.call(.unjail, by: jailed.owner) == .jailNotOver)
        try chain.block { #expect($0.call(.unjail, by: jailed.owner) == nil) }
        let from = chain.state.height + 3
        try chain.blocks(1)
        #expect(try chain.set(from - 1).index(of: jailed.address) == nil)
        #expect(try chain.set(from).index(of: jailed.address) != nil)
    }
}
