import ByteCodec
import ChainTypes
import ProvingRules
import SystemState
import Testing

struct RegistryTests {
    private func refusal(_ outcome: ProverRegistry.Outcome) -> RegistryRefusal? {
        if case .failure(let refusal) = outcome { return refusal }
        return nil
    }

    private func register(
        _ market: inout Market, _ index: Int, key: Int? = nil, stake: UInt128 = Market.stake
    ) -> RegistryRefusal? {
        refusal(
            ProverRegistry.register(
                owner: Market.owner(index), operatorKey: Market.operatorKey(key ?? index),
                recipient: Market.recipient(index), stake: stake, state: &market.state))
    }

    @Test func registeringActsAfterTheDelay() throws {
        var market = try Market(provers: 1, instances: 1)
        market.block()
        let outcome = register(&market, 5)
        #expect(outcome == nil)
        let parameters = market.state.parameters
        let standings = (UInt64(1)...3).map { height in
            market.state.provers[Market.owner(5)]?.standing(at: height, parameters: parameters)
        }
        #expect(standings == [.inactive(from: 3), .inactive(from: 3), .available])
        #expect(market.state.prover(operatedBy: Market.operatorKey(5))?.owner == Market.owner(5))
    }

    @Test func registrationsThatAreRefused() throws {
        var market = try Market(provers: 1, instances: 1)
        let root = market.state.root()
        let refusals = [
            register(&market, 0), register(&market, 5, key: 0), register(&market, 5, stake: 9_999),
            refusal(
                ProverRegistry.register(
                    owner: Market.owner(5), operatorKey: .zero, recipient: .zero, stake: Market.stake,
                    state: &market.state)),
        ]
        #expect(refusals == [.alreadyRegistered, .operatorKeyInUse, .belowMinimumStake, .zeroAddress])
        let unchanged = market.state.root()
        #expect(unchanged == root)
    }

    @Test func whoIsNotRegisteredMayNotCall() throws {
        var market = try Market(provers: 1, instances: 1)
        let nobody = Market.owner(9)
        let outcomes = [
            ProverRegistry.deposit(owner: nobody, amount: 1, state: &market.state),
            ProverRegistry.pause(owner: nobody, state: &market.state),
            ProverRegistry.resume(owner: nobody, state: &market.state),
            ProverRegistry.leave(owner: nobody, state: &market.state),
            ProverRegistry.withdraw(owner: nobody, state: &market.state),
            ProverRegistry.setOperator(owner: nobody, operatorKey: Market.operatorKey(9), state: &market.state),
            ProverRegistry.setRecipient(owner: nobody, recipient: nobody, state: &market.state),
            ProverRegistry.unjail(owner: nobody, state: &market.state),
        ]
        #expect(outcomes.allSatisfy { refusal($0) == .notRegistered })
    }

    @Test func aTopUpCountsAfterTheDelay() throws {
        var market = try Market(provers: 1, instances: 1)
        market.block()
        _ = ProverRegistry.deposit(owner: Market.owner(0), amount: 30, state: &market.state)
        _ = ProverRegistry.deposit(owner: Market.owner(0), amount: 4, state: &market.state)
        let pending = market.state.provers[Market.owner(0)]?.pendingStake
        #expect(pending == [TimedAmount(amount: 34, height: 3)])
        market.block()
        #expect(market.stake(0) == Market.stake)
        market.block()
        #expect(market.stake(0) == Market.stake + 34)
        let none = refusal(ProverRegistry.deposit(owner: Market.owner(0), amount: 0, state: &market.state))
        let huge = refusal(ProverRegistry.deposit(owner: Market.owner(0), amount: .max, state: &market.state))
        #expect(none == .zeroAmount && huge == .amountTooLarge)
    }

    @Test func pausingActsAtOnceAndResumingAfterTheDelay() throws {
        var market = try Market(provers: 1, instances: 1)
        let owner = Market.owner(0)
        let early = refusal(ProverRegistry.resume(owner: owner, state: &market.state))
        #expect(early == .notPaused)
        _ = ProverRegistry.pause(owner: owner, state: &market.state)
        let twice = refusal(ProverRegistry.pause(owner: owner, state: &market.state))
        #expect(twice == .alreadyPaused)
        _ = ProverRegistry.resume(owner: owner, state: &market.state)
        let again = refusal(ProverRegistry.resume(owner: owner, state: &market.state))
        #expect(again == .notPaused)
        market.block()
        #expect(market.state.provers[owner]?.paused == true)
        market.block()
        #expect(market.state.provers[owner]?.paused == false)
    }

    @Test func aNewOperatorKeySignsAfterTheDelayAndTheOldOneNoMore() throws {
        var market = try Market(provers: 2, instances: 1)
        let owner = Market.owner(0)
        let taken = refusal(
            ProverRegistry.setOperator(owner: owner, operatorKey: Market.operatorKey(1), state: &market.state))
        #expect(taken == .operatorKeyInUse)
        _ = ProverRegistry.setOperator(owner: owner, operatorKey: Market.operatorKey(7), state: &market.state)
        let twice = refusal(
            ProverRegistry.setOperator(owner: owner, operatorKey: Market.operatorKey(8), state: &market.state))
        #expect(twice == .changePending)
        let reserved = register(&market, 5, key: 7)
        #expect(reserved == .operatorKeyInUse)
        market.block()
        #expect(market.state.prover(operatedBy: Market.operatorKey(7)) == nil)
        #expect(market.state.prover(operatedBy: Market.operatorKey(0))?.owner == owner)
        market.block()
        #expect(market.state.prover(operatedBy: Market.operatorKey(7))?.owner == owner)
        #expect(market.state.operators[Market.operatorKey(0)] == nil)
    }

    @Test func aNewRecipientIsPaidAfterTheDelay() throws {
        var market = try Market(provers: 1, instances: 1)
        _ = ProverRegistry.setRecipient(owner: Market.owner(0), recipient: .zero, state: &market.state)
        _ = ProverRegistry.setRecipient(
            owner: Market.owner(0), recipient: Market.recipient(9), state: &market.state)
        market.blocks(2)
        #expect(market.state.provers[Market.owner(0)]?.recipient == Market.recipient(9))
    }

    @Test func leavingUnbondsOnceAllJobsAreSettled() throws {
        var market = try Market(provers: 4, instances: 3)
        market.openFirstJob()
        let leaver = market.selected(1)[0]
        let owner = Market.owner(leaver)
        _ = ProverRegistry.leave(owner: owner, state: &market.state)
        let refusals = [
            refusal(ProverRegistry.leave(owner: owner, state: &market.state)),
            refusal(ProverRegistry.deposit(owner: owner, amount: 1, state: &market.state)),
            refusal(ProverRegistry.withdraw(owner: owner, state: &market.state)),
        ]
        #expect(refusals == [.alreadyLeaving, .alreadyLeaving, .nothingToWithdraw])
        market.commitAll(1)
        #expect(market.job(1).commitments.count == 2)
        market.submitAll(1)
        market.block([market.aggregate(market.selected(1)[1], 1)])
        #expect(market.stake(leaver) == Market.stake)
        market.passPhase(1)
        let released = market.state.height + 10
        #expect(market.stake(leaver) == 0)
        let unbonding = market.state.provers[owner]?.unbonding
        #expect(unbonding == [TimedAmount(amount: Market.stake, height: released)])
        // Still slashable.
        market.state.burnFromStake(owner, 7)
        market.blocks(9)
        let early = refusal(ProverRegistry.withdraw(owner: owner, state: &market.state))
        #expect(early == .nothingToWithdraw)
        market.block()
        let withdrawn = ProverRegistry.withdraw(owner: owner, state: &market.state)
        #expect(withdrawn == .success(.withdrawn(owner: owner, amount: Market.stake - 7)))
        #expect(market.state.claimable[owner] == Market.stake - 7)
        #expect(market.state.provers[owner] == nil && market.state.operators[Market.operatorKey(leaver)] == nil)
        #expect(market.isConserved())
        let again = register(&market, leaver)
        #expect(again == nil)
    }

    @Test func missesInsideTheWindowJailAndUnjailingTakesItsTime() throws {
        var market = try Market(provers: 2, instances: 1) {
            $0.minSelected = 1
            $0.missesToJail = 2
            $0.maxAttempts = 10
            $0.windows = PhaseWindows(t1: 1, t1Extension: 1, t2: 1, t3: 1, t4: 1, t5: 1, aggProof: 1)
        }
        _ = ProverRegistry.pause(owner: Market.owner(1), state: &market.state)
        let early = refusal(ProverRegistry.unjail(owner: Market.owner(0), state: &market.state))
        #expect(early == .notJailed)
        market.block(operations: 1)
        while market.state.provers[Market.owner(0)]?.isJailed == false, market.state.height < 40 { market.block() }
        #expect(market.stake(0) == Market.stake - 2)
        #expect(market.events.contains(.jailed(owner: Market.owner(0), until: market.state.height + 5)))
        #expect(market.state.provers[Market.owner(0)]?.misses == [])
        let jobs = market.state.jobs.count
        market.blocks(4)
        #expect(market.state.jobs.count == jobs && market.state.jobs.values.last?.phase == .queued)
        let soon = refusal(ProverRegistry.unjail(owner: Market.owner(0), state: &market.state))
        #expect(soon == .jailNotOver)
        market.block()
        let poor = market.state.provers.update(Market.owner(0)) { prover in
            let stake = prover.stake
            prover.stake = 9_999
            return stake
        }
        let below = refusal(ProverRegistry.unjail(owner: Market.owner(0), state: &market.state))
        #expect(below == .belowMinimumStake)
        market.state.provers.update(Market.owner(0)) { $0.stake = poor ?? 0 }
        let unjailed = refusal(ProverRegistry.unjail(owner: Market.owner(0), state: &market.state))
        let twice = refusal(ProverRegistry.unjail(owner: Market.owner(0), state: &market.state))
        #expect(unjailed == nil && twice == .unjailPending)
        market.blocks(2)
        #expect(market.state.provers[Market.owner(0)]?.isJailed == false)
        #expect(market.state.jobs.values.last?.phase == .t1)
    }

    @Test func oldMissesDoNotCount() throws {
        var market = try Market(provers: 1, instances: 1) {
            $0.minSelected = 1
            $0.missesToJail = 2
            $0.jailWindow = 6
            $0.maxAttempts = 10
            $0.windows = PhaseWindows(t1: 1, t1Extension: 1, t2: 1, t3: 1, t4: 1, t5: 1, aggProof: 1)
        }
        market.block(operations: 1)
        market.blocks(30)
        #expect(market.state.provers[Market.owner(0)]?.isJailed == false)
        #expect(market.state.provers[Market.owner(0)]?.misses.count == 1)
    }
}

struct ExplanationTests {
    @Test func everyProverIsToldWhyOrWhyNot() throws {
        var market = try Market(provers: 8, instances: 3)
        _ = ProverRegistry.pause(owner: Market.owner(0), state: &market.state)
        market.block(operations: 5)
        let before = market.state
        market.block()
        let job = market.job(1)
        let mix = market.state.mix
        func explain(_ index: Int) -> Assignment.Explanation {
            Assignment.explain(Market.owner(index), job: job, state: before, mix: mix)
        }
        #expect(explain(0).reason == .unavailable(.paused))
        #expect(explain(99).reason == .notRegistered)
        for (rank, index) in market.selected(1).enumerated() {
            #expect(explain(index).reason == .selected(rank: rank, instances: job.selected[rank].instances))
        }
        let others = (1..<8).filter { !market.selected(1).contains($0) }
        #expect(others.allSatisfy { explain($0).reason == .notDrawn(weight: 100, totalWeight: 700) })
        #expect(explain(1).agrees && explain(1).candidates == 7 && explain(1).wanted == 3)
        let otherMix = Assignment.explain(Market.owner(1), job: job, state: before, mix: .zero)
        #expect(!otherMix.agrees)
    }
    /// What a client has: the list of provers that the job's record binds, and nothing of the state.
    @Test func theRosterIsBoundByTheJobAndEnoughToExplainIt() throws {
        var market = try Market(provers: 8, instances: 3)
        _ = ProverRegistry.pause(owner: Market.owner(0), state: &market.state)
        market.block(operations: 5)
        let before = market.state
        market.block()
        let job = market.job(1)
        let record = try #require(market.state.rosters.first)
        #expect(record.job == 1 && SelectionRoster.digest(of: record.bytes) == job.rosterDigest)
        let roster = try SelectionRoster(record: record.bytes)
        #expect(roster.entries.count == 8 && roster.digest == job.rosterDigest)
        for index in 0..<9 {
            #expect(
                Assignment.explain(
                    Market.owner(index), job: job, roster: roster, parameters: before.parameters, mix: market.state.mix)
                    == Assignment.explain(Market.owner(index), job: job, state: before, mix: market.state.mix))
        }
        market.block()
        #expect(market.state.rosters.isEmpty)
    }

    @Test func aSecondSelectionOfABlockSeesTheProversOfTheFirstAsTaken() throws {
        var market = try Market(provers: 12, instances: 2) { $0.maxOperationsPerJob = 5 }
        market.block(operations: 5)
        market.preparer.maxBlocks = 0
        market.block(operations: 5)
        market.preparer.maxBlocks = 1
        market.block()
        let rosters = try market.state.rosters.map { try SelectionRoster(record: $0.bytes) }
        #expect(rosters.count == 2)
        for owner in market.job(1).selected.map(\.owner) {
            #expect(rosters[1].entry(of: owner)?.standing == .assigned(job: 1))
        }
    }

    @Test func aRosterWithOwnersOutOfOrderOrAnUnknownStandingIsRefused() throws {
        let entry = SelectionRoster.Entry(
            owner: Market.owner(0), operatorKey: .zero, weight: 1, standing: .jailed(until: 9))
        #expect(try SelectionRoster(record: SelectionRoster(entries: [entry]).encoded).entries == [entry])
        #expect(throws: RecordError.notRising) {
            try SelectionRoster(record: SelectionRoster(entries: [entry, entry]).encoded)
        }
        var bytes = SelectionRoster(entries: [entry]).encoded
        bytes[bytes.count - 9] = 7
        #expect(throws: RecordError.unknownCase(7)) { try SelectionRoster(record: bytes) }
    }

    /// Every card comes from the deck that it names: each deck has every instance at most once.
    @Test(arguments: [(1_000, 200, 3), (5, 3, 4), (7, 1, 2), (1, 9, 4)])
    func aHandNamesTheDecksItsCardsCameFrom(_ instances: Int, _ provers: Int, _ redundancy: Int) {
        var (first, second) = (SeedStream(seed: .zero), SeedStream(seed: .zero))
        let list = Array(0..<UInt32(instances))
        let hands = Dealing.hands(instances: list, provers: provers, redundancy: redundancy, stream: &first)
        #expect(
            hands.map { $0.map(\.instance) }
                == Dealing.deal(instances: list, provers: provers, redundancy: redundancy, stream: &second))
        for deck in 0..<redundancy {
            let dealt = hands.joined().filter { $0.deck == deck }.map(\.instance)
            #expect(Set(dealt).count == dealt.count)
        }
        #expect(hands.joined().allSatisfy { (0..<redundancy).contains($0.deck) })
    }
}
