import ByteCodec
import ChainTypes
import ProvingRules
import SystemState
import Testing

/// Each signal, worked out by hand for a job whose every step is known.
struct MarketSignalTests {
    private func value(_ signal: MarketSignal, _ market: Market, window: UInt64 = 1_000) -> SignalValue? {
        MarketReport.measure(market.state, window: window)[signal]?.value
    }

    /// Four provers of eight for three instances dealt twice; everyone does its part.
    private func proven(aggregators: [Int] = [0], after blocks: Int = 0) throws -> Market {
        var market = try Market(provers: 8, instances: 3)
        market.openFirstJob()
        market.commitAll(1)
        market.submitAll(1)
        market.blocks(blocks)
        let ranks = market.selected(1)
        market.block(aggregators.map { market.aggregate(ranks[$0], 1, inlining: true) })
        return market
    }

    @Test func nothingIsKnownOfAMarketWithoutJobsAndThatIsNotZero() throws {
        var market = try Market(provers: 8, instances: 3)
        market.blocks(5)
        let report = MarketReport.measure(market.state)
        for measured in report.signals where measured.signal != .queueDepth {
            #expect(measured.value == nil && measured.confidence == 0 && measured.samples == 0)
        }
        #expect(report[.queueDepth]?.value == .count(0) && report[.queueDepth]?.confidence == 100)
        #expect(report.signals.map(\.signal) == MarketSignal.allCases)
        #expect((report.from, report.to) == (1, 5))
    }

    @Test func aProvenJobsSignals() throws {
        let market = try proven(after: 1)
        let job = market.job(1)
        let complete = try #require(job.height(of: .partialsComplete))
        let provenAt = try #require(job.provenAt)
        #expect(job.statement.lastHeight == 1 && provenAt == complete + 2)
        func same(_ number: UInt64) -> SignalValue { .percentiles(p50: number, p95: number, p99: number) }
        #expect(value(.proofLatency, market) == same(provenAt - 1))
        #expect(value(.aggregationDelay, market) == same(2))
        #expect(value(.verifiedToExecutedLag, market) == same(0))
        #expect(value(.invalidProofRate, market) == .ratio(0, of: 9))
        #expect(value(.commitNoRevealRate, market) == .ratio(0, of: 4))
        #expect(value(.reassignmentCount, market) == .count(0))
        #expect(value(.instancesPerJob, market) == same(3) && value(.shardSize, market) == same(10))
        #expect(value(.winnerConcentration, market) == .count(10_000))
        #expect(value(.nakamotoCoefficient, market) == .count(1))
        // T3 is still open, so no attempt has ended.
        #expect(value(.retryRate, market) == nil)
    }

    @Test func committersWithoutASubmissionAreCounted() throws {
        var market = try Market(provers: 8, instances: 3)
        market.openFirstJob()
        market.commitAll(1)
        let ranks = market.selected(1)
        market.block(ranks.dropFirst().map { market.submit($0, 1) })
        #expect(value(.commitNoRevealRate, market) == nil)
        market.passPhase(1)
        #expect(value(.commitNoRevealRate, market) == .ratio(1, of: 4))
    }

    @Test func invalidProofsAreCountedAmongThoseJudged() throws {
        var market = try Market(provers: 8, instances: 3)
        market.openFirstJob()
        market.commitAll(1)
        let ranks = market.selected(1)
        var garbage = market.submit(ranks[0], 1)
        garbage.payload[garbage.payload.count - 1] ^= 1
        market.block([garbage, market.submit(ranks[1], 1)])
        #expect(value(.invalidProofRate, market) == .ratio(1, of: 6))
    }

    @Test func instancesDealtAgainAreCounted() throws {
        var market = try Market(provers: 8, instances: 3)
        market.openFirstJob()
        let ranks = market.selected(1)
        market.block([market.commit(ranks[0], 1)])
        market.passPhase(1)
        let uncovered = UInt64(market.job(1).reassignmentCount)
        #expect(uncovered > 0)
        #expect(value(.reassignmentCount, market) == .count(uncovered))
    }

    @Test func failedAttemptsAreCountedAmongThoseThatEnded() throws {
        var market = try Market(provers: 8, instances: 3)
        market.openFirstJob()
        while !market.job(1).isClosed { market.block() }
        #expect(market.job(1).outcome == .retried)
        #expect(value(.retryRate, market) == .ratio(1, of: 1))
        #expect(value(.proofLatency, market) == nil)
    }

    /// 300 provers: 150 and 75 of the 200 wanted, as the source's pipelined blocks get them.
    @Test func theShortfallOfPipelinedBlocks() throws {
        var market = try Market(provers: 300, instances: 100) {
            $0.preset = .source
            $0.maxInstances = 100
            $0.maxOperationsPerJob = 5
        }
        market.preparer.maxBlocks = 1
        market.block(operations: 5)
        market.block(operations: 5)
        market.block()
        #expect(market.job(1).selected.count == 150 && market.job(2).selected.count == 75)
        #expect(value(.selectionShortfall, market) == .ratio(50 + 125, of: 400))
    }

    @Test func waitingBlocksAreTheQueue() throws {
        var market = try Market(provers: 1, instances: 3)
        market.block(operations: 5)
        market.block(operations: 5)
        market.block(operations: 5)
        #expect(value(.queueDepth, market) == .count(3))
    }

    /// A job proven before the one below it is of use only when that one is proven too.
    @Test func aProofAboveAGapIsExecutedWhenTheGapCloses() throws {
        var market = try Market(provers: 40, instances: 1) { $0.maxOperationsPerJob = 5 }
        market.preparer.maxBlocks = 1
        market.block(operations: 5)
        market.block(operations: 5)
        market.block()
        market.block([market.standAlone(market.selected(2)[0], 2)])
        #expect(market.job(2).provenAt == 4 && market.state.provenHeight == 0)
        #expect(value(.verifiedToExecutedLag, market) == nil)
        market.blocks(1)
        market.block([market.standAlone(market.selected(1)[0], 1)])
        #expect(market.job(1).provenAt == 6 && market.state.provenHeight >= 2)
        #expect(value(.verifiedToExecutedLag, market) == .percentiles(p50: 0, p95: 2, p99: 2))
    }

    @Test func onlyTheWindowCountsAndWhatItMissesLowersTheConfidence() throws {
        var market = try proven()
        let provenAt = try #require(market.job(1).provenAt)
        let whole = MarketReport.measure(market.state, window: market.state.height)
        // One of the thirty samples that are enough, from the whole window.
        #expect(whole[.proofLatency]?.confidence == 3)
        let longer = MarketReport.measure(market.state, window: 2 * market.state.height)
        #expect(longer[.proofLatency]?.confidence == 1)
        market.blocks(5)
        #expect(value(.proofLatency, market, window: market.state.height - provenAt) == nil)
        #expect(value(.proofLatency, market, window: market.state.height - provenAt + 1) != nil)
    }

    @Test func prunedJobsAreOutsideOfWhatIsCovered() throws {
        var market = try proven()
        market.blocks(70)
        let report = MarketReport.measure(market.state, window: 60)
        #expect(market.state.jobs[1] == nil)
        #expect(report.coveredFrom == market.state.height - 50 && report.from == market.state.height - 59)
        #expect(report[.proofLatency]?.value == nil)
    }

    @Test(
        arguments: [
            ([5], 5, 5, 5), (Array(1...100), 50, 95, 99), ([3, 1, 2], 2, 3, 3), (Array(1...20), 10, 19, 20),
        ] as [([UInt64], UInt64, UInt64, UInt64)])
    func percentilesAreNearestRank(_ values: [UInt64], _ p50: UInt64, _ p95: UInt64, _ p99: UInt64) {
        #expect(SignalValue(percentilesOf: values.reversed()) == .percentiles(p50: p50, p95: p95, p99: p99))
        #expect(SignalValue(percentilesOf: []) == nil)
    }

    /// Wins 2, 1, 1: Σ shares² = (4 + 1 + 1) / 16 = 0.375, and the first prover alone holds no more than half.
    @Test func concentrationOfWinners() throws {
        var market = try Market(provers: 40, instances: 1) { $0.maxOperationsPerJob = 5 }
        market.preparer.maxBlocks = 1
        for _ in 0..<4 { market.block(operations: 5) }
        market.block()
        var jobs = (1...4).map { market.job($0) }
        let owners = [7, 7, 8, 9]
        for (index, owner) in owners.enumerated() {
            jobs[index].provenAt = market.state.height
            jobs[index].fullProofs = [
                FullProof(
                    inclusion: Inclusion(
                        owner: Market.owner(owner), operatorKey: .zero, phase: .t1, height: market.state.height,
                        proposer: .zero, transactionHash: .zero, payloadDigest: .zero), kind: .standAlone,
                    reused: [], inlined: [])
            ]
            market.state.jobs[jobs[index].number] = jobs[index]
        }
        #expect(value(.winnerConcentration, market) == .count(3_750))
        #expect(value(.nakamotoCoefficient, market) == .count(2))
    }
}
