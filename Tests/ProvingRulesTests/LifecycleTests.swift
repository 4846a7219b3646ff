import ByteCodec
import ChainTypes
import Cryptography
import ProvingRules
import SystemState
import Testing

struct HappyPathTests {
    /// Four provers, two selected, each dealt all three instances.
    @Test func aJobGoesFromTheQueueToItsSettlement() throws {
        var market = try Market(provers: 4, instances: 3)
        market.block(operations: 5)
        #expect(market.state.provenHeight == 0 && market.state.jobs.isEmpty)
        market.block()
        let (a, b) = (market.selected(1)[0], market.selected(1)[1])
        #expect(market.job(1).phase == .t1)
        #expect(market.job(1).window == PhaseWindow(phase: .t1, openedAt: 2, endsAt: 5))
        #expect(market.job(1).statement.lastBlockHash == Keccak256.hash(utf8: "block 1"))
        #expect(market.state.provers[Market.owner(a)]?.assignedJob == 1)

        let commits = market.block([market.commit(a, 1), market.commit(b, 1)])
        #expect(commits.allSatisfy { $0.accepted && $0.valid })
        market.passPhase(1)
        #expect(market.state.height == 5 && market.job(1).phase == .t2)
        #expect(market.job(1).challenge != nil && market.job(1).state == .proofCommitted)

        market.block([market.submit(b, 1), market.submit(a, 1)])
        #expect(market.allValid)
        market.passPhase(1)
        #expect(market.state.height == 8 && market.job(1).phase == .t3)
        #expect(market.job(1).state == .partialsComplete)
        #expect(market.state.provers[Market.owner(a)]?.assignedJob == nil)
        #expect(market.state.provers[Market.owner(a)]?.score == HistoryScore.submission)

        market.block([market.aggregate(a, 1)])
        #expect(market.allValid)
        #expect(market.job(1).provenAt == 9 && market.job(1).phase == .t3)
        #expect(market.state.provenHeight == 9)
        market.passPhase(1)
        #expect(market.job(1).outcome == .proven && market.job(1).closedAt == 11)
        #expect(
            market.job(1).history.map(\.state) == [
                .proversSelected, .proofCommitted, .partialsComplete, .proofVerified, .settled,
            ])
        // Devnet: 20 for T2 each; the aggregator's references pay only the other prover.
        #expect(market.claim(a) == 20 && market.claim(b) == 60)
        let validators = (0..<3).reduce(UInt128(0)) { $0 + (market.state.claimable[Market.proposer($1)] ?? 0) }
        #expect(validators == 2 * 3 + 2 * 3 + 1)
        #expect(market.state.supply.burned == 0 && market.isConserved())
    }

    @Test func phasesEndEarlyWhereGenesisSaysSo() throws {
        var market = try Market(provers: 4, instances: 3) { $0.earlyAdvance = true }
        market.openFirstJob()
        market.block(market.selected(1).map { market.commit($0, 1) })
        #expect(market.job(1).phase == .t2 && market.state.height == 3)
        market.block(market.selected(1).map { market.submit($0, 1) })
        #expect(market.job(1).phase == .t3 && market.state.height == 4)
        market.block((0..<4).map { market.aggregate($0, 1) })
        #expect(market.job(1).outcome == .proven && market.state.height == 5)
    }

    @Test func blocksWithoutOperationsAreProvenWithTheirPredecessor() throws {
        var market = try Market(provers: 4, instances: 1)
        market.blocks(3)
        #expect(market.state.provenHeight == 3)
        market.block(operations: 1)
        market.blocks(2)
        #expect(market.state.provenHeight == 3 && market.state.unproven.keys == [4])
    }

    @Test func theWindowGrowsWithTheLoad() throws {
        var market = try Market(provers: 4, instances: 8) { $0.verifyBudgetPerBlock = 2 }
        market.openFirstJob()
        market.commitAll(1)
        // Two provers owe eight partial proofs each: 16 at two a block.
        #expect(market.job(1).window == PhaseWindow(phase: .t2, openedAt: 5, endsAt: 13))
        market.verifier.proofBytes = 1 << 22
        market.submitAll(1)
        // Eight proofs of 4 MiB are bounded by the largest payload, 16 MiB: one block's bytes.
        #expect(market.job(1).window == PhaseWindow(phase: .t3, openedAt: 13, endsAt: 17))
    }
}

struct FallbackTests {
    @Test func nobodyCommitsAndTheJobEndsOpenToAll() throws {
        var market = try Market(provers: 4, instances: 3)
        market.openFirstJob()
        let selected = market.selected(1)
        market.passPhase(1)
        #expect(market.job(1).phase == .t2 && market.job(1).commitGap && market.job(1).challenge == nil)
        for _ in 0..<4 { market.passPhase(1) }
        #expect(market.job(1).outcome == .retried)
        #expect(market.stake(selected[0]) == Market.stake - 1)
        #expect(market.job(2).phase == .queued && market.job(2).statement.attempt == 1)
        #expect(market.job(2).id != market.job(1).id)
        market.block()
        #expect(market.job(2).phase == .t1)
        for _ in 0..<5 { market.passPhase(2) }
        #expect(market.job(3).phase == .open && market.state.provenHeight == 0)
        let opened = market.state.height
        market.blocks(1)
        market.block([market.aggregate(0, 3, inlining: true)])
        #expect(market.outcomes[0].refusal == .noChallenge)
        market.block([market.standAlone(3, 3), market.standAlone(2, 3)])
        #expect(market.outcomes.map(\.valid) == [true, true])
        #expect(market.job(3).outcome == .proven && market.state.height == opened + 3)
        #expect(market.state.provenHeight == market.state.height)
        #expect(market.claim(3) == 30 && market.claim(2) == 0)
        #expect(market.job(3).unpaid.map(\.owner) == [Market.owner(2)])
        #expect(market.isConserved())
    }

    @Test func withoutAFullProofT4AndT5Follow() throws {
        var market = try Market(provers: 6, instances: 3)
        market.openFirstJob()
        market.commitAll(1)
        market.submitAll(1)
        market.passPhase(1)
        #expect(market.job(1).phase == .t4 && market.job(1).state == .aggregationDelayed)
        market.passPhase(1)
        #expect(market.job(1).phase == .t5)
        market.block([market.aggregate(0, 1)])
        #expect(market.outcomes[0].valid)
        market.passPhase(1)
        #expect(market.job(1).outcome == .proven)
        #expect(market.job(1).payments.contains { $0.reason == .rewardProverReusedT5 && $0.amount == 20 })
    }

    @Test func whoTookPartIsSelectedAgain() throws {
        var market = try Market(provers: 20, instances: 4)
        market.openFirstJob()
        let first = market.selected(1)
        market.commitAll(1)
        market.submitAll(1)
        for _ in 0..<3 { market.passPhase(1) }
        #expect(market.job(2).preferred == first.map(Market.owner))
        market.block()
        #expect(market.selected(2) == first)
        #expect(market.job(2).seed != market.job(1).seed)
    }

    @Test func aRetryIsPlannedAnewWhenTheCircuitsChanged() throws {
        var market = try Market(provers: 4, instances: 3)
        market.openFirstJob()
        for _ in 0..<5 { market.passPhase(1) }
        let id = market.job(2).id
        market.preparer.instances = 5
        market.preparer.programHash = StandInVerifier.digest([77])
        market.block()
        #expect(market.job(2).plan.count == 5 && market.job(2).id != id)
        #expect(market.state.jobNumbers[id] == nil && market.state.jobNumbers[market.job(2).id] == 2)
    }

    @Test func uncoveredInstancesAreDealtOnceMore() throws {
        var market = try Market(provers: 4, instances: 4) { $0.redundancy = 1 }
        market.openFirstJob()
        let (a, b) = (market.selected(1)[0], market.selected(1)[1])
        market.block([market.commit(a, 1)])
        market.passPhase(1)
        #expect(market.job(1).phase == .t1Extension && market.job(1).reassignmentCount == 2)
        #expect(market.job(1).selected[0].extensionInstances == market.job(1).selected[1].instances)
        market.block([market.commit(b, 1, extending: true)])
        #expect(market.outcomes[0].refusal == .nothingDealt)
        market.block([market.commit(a, 1, extending: true)])
        #expect(market.outcomes[0].valid)
        #expect(market.job(1).phase == .t2 && !market.job(1).commitGap)
        #expect(market.job(1).owed(by: Market.owner(a)) == [0, 1, 2, 3])
        market.block([market.submit(b, 1)])
        #expect(market.outcomes[0].refusal == .notCommitted)
        market.block([market.submit(a, 1)])
        #expect(market.outcomes[0].valid)
        market.passPhase(1)
        #expect(market.job(1).partialsComplete)
    }

    @Test func aCommitGapLeavesOnlyStandAloneProofs() throws {
        var market = try Market(provers: 4, instances: 4) { $0.redundancy = 1 }
        market.openFirstJob()
        let (a, b) = (market.selected(1)[0], market.selected(1)[1])
        market.block([market.commit(a, 1)])
        market.passPhase(1)
        market.passPhase(1)
        #expect(market.job(1).commitGap && market.job(1).state == .commitGap)
        market.block([market.submit(a, 1, instances: [0])])
        #expect(market.outcomes[0].refusal == .noChallenge)
        market.passPhase(1)
        market.block([market.standAlone(b, 1)])
        #expect(market.outcomes[0].valid)
        market.passPhase(1)
        #expect(market.job(1).outcome == .proven)
        #expect(!market.job(1).payments.contains { $0.reason == .penaltyT2Prover })
    }

    @Test func aStandAloneProofInT1WinsTheJobAtOnce() throws {
        var market = try Market(provers: 4, instances: 3)
        market.openFirstJob()
        let (a, b) = (market.selected(1)[0], market.selected(1)[1])
        let outcomes = market.block([market.standAlone(b, 1), market.commit(a, 1), market.commit(a, 1)])
        #expect(outcomes.map(\.valid) == [true, true, false] && outcomes[2].refusal == .alreadySent)
        #expect(market.job(1).outcome == .proven && market.job(1).closedAt == 3)
        #expect(market.claim(b) == 9_050 && market.claim(a) == 0 && market.stake(a) == Market.stake)
        #expect(market.state.provers[Market.owner(a)]?.assignedJob == nil)
        market.block([market.commit(a, 1)])
        #expect(market.outcomes[0].refusal == .jobClosed)
    }

    @Test func aStandAloneProofInT2WinsTheJob() throws {
        var market = try Market(provers: 4, instances: 3)
        market.openFirstJob()
        let (a, b) = (market.selected(1)[0], market.selected(1)[1])
        market.commitAll(1)
        market.block([market.submit(a, 1), market.standAlone(b, 1)])
        #expect(market.allValid)
        #expect(market.job(1).outcome == .proven)
        #expect(market.claim(b) == 8_040 && market.claim(a) == 8_000)
    }
}

struct DisputeTests {
    @Test func theRootWithTheMostCommitmentsIsCanonical() throws {
        var market = try Market(provers: 6, instances: 2) { $0.redundancy = 3 }
        market.openFirstJob()
        let selected = market.selected(1)
        #expect(selected.count == 3)
        market.block([
            market.commit(selected[0], 1, variant: 1), market.commit(selected[1], 1), market.commit(selected[2], 1),
        ])
        market.passPhase(1)
        let job = market.job(1)
        #expect(job.canonicalRoots == [0, 1].map { StandInVerifier.root(job.statement, instance: $0) })
        #expect(job.isDisputed && job.owed(by: Market.owner(selected[0])).isEmpty)
        // Who committed another root owes nothing, and may still prove the canonical one.
        market.block([
            market.submit(selected[1], 1), market.submit(selected[0], 1, instances: [1]),
        ])
        #expect(market.allValid)
        market.passPhase(1)
        #expect(market.job(1).partialsComplete)
    }

    @Test func atATieTheEarlierInSelectionOrderWinsWhateverTheOrderOfInclusion() throws {
        var market = try Market(provers: 4, instances: 2)
        market.openFirstJob()
        let (a, b) = (market.selected(1)[0], market.selected(1)[1])
        market.block([market.commit(b, 1), market.commit(a, 1, variant: 1)])
        market.passPhase(1)
        let job = market.job(1)
        #expect(job.canonicalRoots == [0, 1].map { StandInVerifier.root(job.statement, instance: $0, variant: 1) })
        #expect(job.owed(by: Market.owner(b)).isEmpty)
        // The wrong roots have valid partial proofs whose sums do not cancel: nobody is paid or fined for T2, and
        // the next attempt goes to others.
        market.block([market.submit(a, 1)])
        #expect(market.outcomes[0].valid)
        market.passPhase(1)
        #expect(!market.job(1).partialsComplete && market.job(1).isUnbalanced)
        market.block([market.aggregate(a, 1)])
        #expect(market.outcomes[0].refusal == .unbalanced)
        for _ in 0..<3 { market.passPhase(1) }
        #expect(market.job(1).outcome == .retried)
        #expect(market.job(1).payments.allSatisfy { ![.rewardT2Prover, .penaltyT2Prover].contains($0.reason) })
        // Whose root was of the wrong trace nobody can say: both are left out.
        #expect(market.job(2).preferred.isEmpty && market.job(2).excluded == [a, b].map(Market.owner))
    }

    @Test func suspectsStayOutOfAllLaterAttempts() throws {
        var market = try Market(provers: 16, instances: 2) { $0.maxAttempts = 4 }
        market.openFirstJob()
        var suspects: [Address] = []
        for number in UInt64(1)...3 {
            if number > 1 { market.block() }
            let selected = market.selected(number)
            #expect(Set(selected.map(Market.owner)).isDisjoint(with: suspects))
            market.block(selected.enumerated().map { market.commit($1, number, variant: UInt8($0)) })
            market.passPhase(number)
            for _ in 0..<4 { market.passPhase(number) }
            suspects += selected.map(Market.owner)
            #expect(market.job(number + 1).excluded == suspects)
        }
    }

    @Test func theCommittersOfUnprovenRootsAreLeftOutWhileThereAreOthers() throws {
        var market = try Market(provers: 8, instances: 2)
        market.openFirstJob()
        let selected = market.selected(1)
        #expect(selected.count == 4)
        market.block(selected.enumerated().map { market.commit($1, 1, variant: UInt8($0)) })
        market.passPhase(1)
        for _ in 0..<4 { market.passPhase(1) }
        #expect(market.job(2).excluded == selected.map(Market.owner))
        market.block()
        #expect(market.selected(2).count == 2)
        #expect(Set(market.selected(2)).isDisjoint(with: selected))
    }
}

struct QueueTests {
    @Test func withoutEnoughProversBlocksWaitAndOneJobTakesThemAll() throws {
        var market = try Market(provers: 3, instances: 3)
        for _ in 0..<5 { market.block(operations: 3) }
        market.block()
        #expect(market.state.jobs.isEmpty && market.state.unproven.count == 5 && market.state.provenHeight == 0)
        let registered = ProverRegistry.register(
            owner: Market.owner(3), operatorKey: Market.operatorKey(3), recipient: Market.recipient(3),
            stake: Market.stake, state: &market.state)
        #expect((try? registered.get()) != nil)
        market.block(operations: 1)
        #expect(market.state.jobs.isEmpty)
        market.block()
        #expect(market.job(1).statement.firstHeight == 1 && market.job(1).statement.lastHeight == 7)
        #expect(market.state.unproven.values.allSatisfy { $0.job == 1 })
    }

    @Test func aJobTakesNoMoreOperationsThanItMayAndAtLeastOneBlock() throws {
        var market = try Market(provers: 1, instances: 3) {
            $0.minSelected = 1
            $0.maxOperationsPerJob = 10
            $0.maxConcurrentJobs = 1
        }
        market.state.provers.update(Market.owner(0)) { $0.paused = true }
        for count in [4, 6, 1, 50, 2] as [UInt32] { market.block(operations: count) }
        market.state.provers.update(Market.owner(0)) { $0.paused = false }
        var ranges: [ClosedRange<UInt64>] = []
        for number in UInt64(1)...3 {
            market.block()
            let statement = market.job(number).statement
            ranges.append(statement.firstHeight...statement.lastHeight)
            market.block([market.standAlone(0, number)])
        }
        #expect(ranges == [1...2, 3...3, 4...4])
    }

    @Test func aRunWithoutAPlanIsHalved() throws {
        var market = try Market(provers: 3, instances: 3)
        for _ in 0..<5 { market.block(operations: 1) }
        market.preparer.maxBlocks = 2
        for index in 3..<20 {
            market.state.provers[Market.owner(index)] = Prover(
                owner: Market.owner(index), operatorKey: Market.operatorKey(index), recipient: .zero,
                stake: Market.stake, registeredAt: 0, activeFrom: 0)
        }
        market.block()
        #expect(market.job(1).statement.lastHeight == 2)
        #expect(market.job(2).statement.firstHeight == 3)
    }

    @Test func noMoreJobsRunAtOnceThanGenesisAllows() throws {
        var market = try Market(provers: 100, instances: 1) { $0.maxConcurrentJobs = 2 }
        for _ in 0..<6 { market.block(operations: 1) }
        #expect(market.state.jobs.count == 2)
        #expect(market.state.unproven.values.count { $0.job == nil } == 4)
    }

    @Test func aProverHasOneJobAtATime() throws {
        var market = try Market(provers: 40, instances: 4)
        for _ in 0..<4 { market.block(operations: 1) }
        let all = market.state.jobs.values.flatMap(\.selected).map(\.owner)
        #expect(market.state.jobs.count == 3 && Set(all).count == all.count)
    }

    @Test func settledJobsAreForgottenAfterTheirRetention() throws {
        var market = try Market(provers: 4, instances: 1)
        market.openFirstJob()
        market.block([market.standAlone(market.selected(1)[0], 1)])
        let id = market.job(1).id
        market.blocks(50)
        #expect(market.state.jobs.contains(1))
        market.block()
        #expect(!market.state.jobs.contains(1) && market.state.jobNumbers[id] == nil)
    }
}
