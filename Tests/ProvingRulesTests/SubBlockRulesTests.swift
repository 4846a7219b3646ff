import ByteCodec
import ChainTypes
import ProofField
import ProvingRules
import SystemState
import Testing

/// Block 1 has ten operations, sub-blocks have four: parts of 4, 4 and 2.
private func splitMarket(provers: Int = 24, _ change: (inout ProvingParameters) -> Void = { _ in }) throws -> Market {
    var market = try Market(provers: provers, instances: 2) {
        $0.subBlockOperations = 4
        $0.maxConcurrentJobs = 8
        change(&$0)
    }
    market.block(operations: 10)
    return market
}

/// A prover of the job proves it alone, which wins it in T1.
private func proveAlone(_ market: inout Market, _ number: UInt64) {
    market.block([market.standAlone(market.selected(number)[0], number)])
}

struct SplittingTests {
    private struct Case {
        var operations: Int
        var provers = 24
        var maxSubBlocks: UInt32 = 8
        var maxOperationsPerJob: UInt32 = 512
        var largestThatFits = Int.max
        var size: Int?
    }

    private static let cases = [
        Case(operations: 4, size: nil), Case(operations: 5, size: 4), Case(operations: 24, size: 4),
        // 24 provers are enough for six parts, and 100 for the eight that genesis allows.
        Case(operations: 25, size: 8), Case(operations: 32, provers: 100, size: 4),
        Case(operations: 33, provers: 100, size: 8), Case(operations: 10, maxSubBlocks: 2, size: 8),
        // Provers for one part: all of it is one job, as far as a job can hold it.
        Case(operations: 10, provers: 4, size: nil), Case(operations: 10, provers: 0, size: nil),
        Case(operations: 10, provers: 4, maxOperationsPerJob: 8, size: 8),
        Case(operations: 10, provers: 4, maxOperationsPerJob: 7, size: 4),
        Case(operations: 10, provers: 4, largestThatFits: 8, size: 8),
        Case(operations: 10, provers: 4, largestThatFits: 4, size: 4),
    ]

    @Test(arguments: cases.indices) func partsFollowFromOperationsCapsAndProvers(index: Int) throws {
        let sample = Self.cases[index]
        let market = try Market(provers: sample.provers, instances: 2) {
            $0.subBlockOperations = 4
            $0.maxSubBlocks = sample.maxSubBlocks
            $0.maxOperationsPerJob = sample.maxOperationsPerJob
        }
        let size = SubBlocks.size(operations: sample.operations, state: market.state) { $0 <= sample.largestThatFits }
        #expect(size == sample.size)
    }
}

struct SubBlockLifecycleTests {
    @Test func eachPartIsAJobWithProversRangeAndRootsOfItsOwn() throws {
        var market = try splitMarket()
        #expect(market.events.contains(.blockSplit(height: 1, subBlocks: 3)))
        let row = try #require(market.state.unproven[1])
        #expect(row.job == nil && row.isWaiting)
        market.block()
        let jobs = (UInt64(1)...3).map { market.job($0) }
        #expect(jobs.map(\.operations) == [0..<4, 4..<8, 8..<10])
        #expect(jobs.map(\.statement.subBlock) == [0, 1, 2] && jobs.allSatisfy { $0.statement.subBlockCount == 3 })
        #expect(jobs.map(\.statement.before) == [row.before] + jobs.dropLast().map(\.statement.after))
        #expect(jobs.last?.statement.after == row.after)
        #expect(Set(jobs.map(\.id)).count == 3 && Set(jobs.map(\.seed)).count == 3)
        let owners = jobs.flatMap(\.selected).map(\.owner)
        #expect(owners.count == 12 && Set(owners).count == 12)
        #expect(market.state.unproven[1]?.split?.parts.map(\.job) == [1, 2, 3])
        #expect(market.events.contains(.subBlockSelected(job: 2, height: 1, subBlock: 1, count: 3)))
    }

    @Test func theBlockIsProvenWhenAllItsPartsAre() throws {
        var market = try splitMarket()
        market.block()
        proveAlone(&market, 3)
        proveAlone(&market, 1)
        #expect(market.state.provenHeight == 0)
        #expect(market.state.unproven[1]?.split?.parts.map(\.isProven) == [true, false, true])
        proveAlone(&market, 2)
        #expect(market.state.provenHeight == market.state.height && market.state.unproven.isEmpty)
        #expect(market.isConserved())
    }

    @Test func partsForWhichThereAreNoProversWait() throws {
        // Twelve provers when the block is cut, four when its parts are due: one part gets two of them, no other does.
        var market = try splitMarket(provers: 12)
        for index in 4..<12 { market.state.provers.update(Market.owner(index)) { $0.paused = true } }
        market.block()
        #expect(market.state.unproven[1]?.split?.parts.map(\.job) == [1, nil, nil])
        proveAlone(&market, 1)
        market.block()
        #expect(market.state.unproven[1]?.split?.parts.map(\.job) == [1, 2, nil])
    }

    @Test func splitBlocksAreNeverMergedWithOthers() throws {
        var market = try Market(provers: 40, instances: 2) {
            $0.subBlockOperations = 4
            $0.maxConcurrentJobs = 1
            $0.proversPerAggProof = 0
        }
        // A first job keeps the others waiting.
        for operations in [1, 3, 3, 10, 3, 3] as [UInt32] { market.block(operations: operations) }
        var ranges: [String] = []
        for number in UInt64(1)...6 {
            if market.state.jobs[number] == nil { market.block() }
            let statement = market.job(number).statement
            ranges.append("\(statement.firstHeight)-\(statement.lastHeight):\(statement.subBlock)")
            proveAlone(&market, number)
        }
        #expect(ranges == ["1-1:0", "2-3:0", "4-4:0", "4-4:1", "4-4:2", "5-6:0"])
    }

    @Test func aRetryKeepsItsRange() throws {
        var market = try splitMarket()
        market.block()
        for _ in 0..<5 { market.passPhase(2) }
        let (failed, next) = (market.job(2), market.state.jobs.values.first { $0.statement.attempt == 1 })
        let retried = try #require(market.state.jobs.values.first { $0.statement.subBlock == 1 && $0.number > 3 })
        #expect(next != nil && failed.outcome == .retried)
        #expect(retried.operations == failed.operations && retried.statement.before == failed.statement.before)
        #expect(market.state.unproven[1]?.split?.parts[1].job == retried.number)
        // Planned anew for other circuits it keeps it, too.
        market.preparer.programHash = StandInVerifier.digest([77])
        market.block()
        let opened = market.job(retried.number)
        #expect(opened.phase == .t1 && opened.operations == failed.operations && opened.statement.subBlock == 1)
    }

    @Test func jobsThatProvedAPartAreKeptUntilTheBlockIsAggregated() throws {
        var market = try splitMarket { $0.jobRetention = 2 }
        market.block()
        proveAlone(&market, 1)
        proveAlone(&market, 2)
        market.blocks(2)
        #expect(market.state.jobs.contains(1) && market.job(1).isClosed)
        proveAlone(&market, 3)
        market.block()
        market.block([market.aggregateSubBlocks(market.selected(4)[0], 4)])
        #expect(market.allValid)
        // The aggregators' window ends two blocks later, the details of its job are kept for two more.
        market.block()
        #expect(market.state.jobs.contains(1) && !market.job(4).isClosed)
        market.block()
        #expect(!market.state.jobs.contains(1) && market.job(4).isClosed)
        market.blocks(3)
        #expect(!market.state.jobs.contains(4))
    }
}

struct AggregationTests {
    /// Block 1 is proven, and its aggregators are selected.
    private func market(
        provers: Int = 24, _ change: (inout ProvingParameters) -> Void = { _ in }
    ) throws -> Market {
        var market = try splitMarket(provers: provers, change)
        market.block()
        for number in UInt64(1)...3 { proveAlone(&market, number) }
        #expect(market.job(4).phase == .queued && market.job(4).isAggregation)
        market.block()
        return market
    }

    @Test func fiveProversAreSelectedWhenTheLastPartIsProven() throws {
        let market = try market()
        let job = market.job(4)
        #expect(job.phase == .aggregate && job.selected.count == 5)
        #expect(job.statement.before == market.job(1).statement.before)
        #expect(job.statement.after == market.job(3).statement.after)
        #expect(job.statement.operationCount == 10)
        #expect(job.subBlocks.map(\.job) == [1, 2, 3])
        #expect(market.selected(4).allSatisfy { market.state.provers[Market.owner($0)]?.assignedJob == 4 })
        let explained = Assignment.explain(
            job.selected[2].owner, job: job, state: market.state, mix: market.state.mix)
        #expect(explained.seed == job.seed)
    }

    @Test(arguments: [(24, 5), (7, 3), (3, 1), (1, 1)]) func atMostHalfOfThoseAvailable(provers: Int, count: Int) throws
    {
        let parameters = Market.parameters
        #expect(Selection.aggregators(available: provers, parameters: parameters) == count)
        #expect(Selection.aggregators(available: 0, parameters: parameters) == 0)
    }

    /// What five aggregators do in the three blocks of their window, by rank, and what each of them and the proposer of
    /// each block is paid: 50 an aggregator, under `devnet` to those that sent, 3 a proof to who included it.
    struct Window: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sent: [[Int]]
        let source, devnet, proposers: [UInt128]
    }

    static let windows = [
        Window(
            testDescription: "all are silent", sent: [[], [], []], source: [0, 0, 0, 0, 0],
            devnet: [0, 0, 0, 0, 0], proposers: [0, 0, 0]),
        Window(
            testDescription: "one acts", sent: [[], [3], []], source: [50, 50, 50, 50, 50],
            devnet: [0, 0, 0, 50, 0], proposers: [0, 3, 0]),
        Window(
            testDescription: "two act in one block", sent: [[3, 1], [], []], source: [50, 50, 50, 50, 50],
            devnet: [0, 50, 0, 50, 0], proposers: [6, 0, 0]),
        Window(
            testDescription: "one acts in the last block", sent: [[0], [], [4]], source: [50, 50, 50, 50, 50],
            devnet: [50, 0, 0, 0, 50], proposers: [3, 0, 3]),
        Window(
            testDescription: "all act", sent: [[0, 2], [4], [1, 3]], source: [50, 50, 50, 50, 50],
            devnet: [50, 50, 50, 50, 50], proposers: [6, 3, 6]),
    ]

    @Test(arguments: windows, [RulesPreset.source, .devnet])
    func whoSentAnAggProofIsPaidAndUnderTheSourceWhoWasSelected(window: Window, preset: RulesPreset) throws {
        var market = try market { $0.preset = preset }
        let (aggregators, before) = (market.selected(4), market.state)
        var claims = aggregators.map { market.claim($0) }
        let firstBlock = market.state.height + 1
        var events: [ProvingEvent] = []
        for ranks in window.sent {
            #expect(!market.job(4).isClosed)
            market.block(ranks.map { market.aggregateSubBlocks(aggregators[$0], 4) })
            #expect(market.allValid)
            events += market.events
        }
        claims = zip(aggregators, claims).map { market.claim($0) - $1 }
        #expect(claims == (preset == .source ? window.source : window.devnet))
        let job = market.job(4)
        let proposers = (0..<3).map { block in
            job.payments.filter { $0.account == .validator(Market.proposer(firstBlock + block)) }
                .reduce(UInt128(0)) { $0 + $1.amount }
        }
        #expect(proposers == window.proposers)
        #expect(market.state.supply.minted - before.supply.minted == (claims + proposers).reduce(0, +))
        #expect(market.state.supply.burned == before.supply.burned)
        let first = window.sent.joined().first
        #expect(job.isClosed && job.outcome == (first == nil ? .lapsed : .proven))
        let aggregated = events.compactMap { event in
            if case .blockAggregated(4, 1, let prover) = event { prover } else { nil }
        }
        #expect(aggregated == [first.map { Market.owner(aggregators[$0]) }].compactMap { $0 })
        #expect(market.state.provers.values.allSatisfy { $0.assignedJob == nil })
        #expect(market.isConserved())
    }

    @Test func theWindowClosesEarlyOnceAllHaveSent() throws {
        var market = try market { $0.earlyAdvance = true }
        let aggregators = market.selected(4)
        market.block(aggregators.dropLast().map { market.aggregateSubBlocks($0, 4) })
        #expect(market.job(4).provenAt == market.state.height && market.job(4).phase == .aggregate)
        market.block([market.aggregateSubBlocks(aggregators[4], 4)])
        #expect(market.job(4).outcome == .proven && market.job(4).closedAt == market.state.height)
    }

    @Test func withoutAProofTheWindowLapsesAndNobodyPays() throws {
        var market = try market()
        let supply = market.state.supply
        let window = try #require(market.job(4).window)
        #expect(window.endsAt - window.openedAt == 3)
        market.passPhase(4)
        #expect(market.job(4).outcome == .lapsed && market.job(4).closedAt == window.endsAt)
        #expect(market.job(4).history.map(\.state).contains(.aggregationLapsed))
        #expect(market.job(4).payments.isEmpty && market.state.supply == supply)
        #expect(market.state.provers.values.allSatisfy { $0.assignedJob == nil })
        market.block([market.aggregateSubBlocks(market.selected(4)[0], 4)])
        #expect(market.outcomes[0].refusal == .jobClosed)
    }

    @Test func withoutProversForItItWaitsAndWithoutTheParameterThereIsNone() throws {
        var market = try splitMarket()
        market.block()
        for number in UInt64(1)...3 { proveAlone(&market, number) }
        for index in 0..<24 { market.state.provers.update(Market.owner(index)) { $0.paused = true } }
        market.block()
        #expect(market.job(4).phase == .queued)
        market.state.provers.update(Market.owner(7)) { $0.paused = false }
        market.block()
        #expect(market.selected(4) == [7])

        var bare = try splitMarket { $0.proversPerAggProof = 0 }
        bare.block()
        for number in UInt64(1)...3 { proveAlone(&bare, number) }
        #expect(bare.state.jobs.count == 3 && bare.state.provenHeight == bare.state.height)
    }

    @Test func refusedWithoutThePayload() throws {
        var market = try market()
        let (aggregators, proof) = (market.selected(4), market.aggregateSubBlocks(market.selected(4)[0], 4))
        let other = try #require((0..<24).first { !aggregators.contains($0) })
        var long = proof
        long.payload += [UInt8](repeating: 0, count: 32)
        var wrongPhase = market.aggregateSubBlocks(aggregators[0], 4)
        wrongPhase.phase = .t3
        var notSplit = proof
        notSplit.job = 1
        market.block([market.aggregateSubBlocks(other, 4), long, wrongPhase, notSplit])
        #expect(market.outcomes.map(\.refusal) == [.notSelected, .payloadTooLarge, .wrongPhase, .noSubBlocks])
        #expect(market.outcomes.allSatisfy { !$0.accepted })
    }

    @Test func anInvalidProofIsFinedAndBarsItsSender() throws {
        let changes: [(refusal: ProvingRefusal, change: (inout AggProofPayload, Market) -> Void)] = [
            (.wrongSubBlocks, { payload, _ in payload.parts.swapAt(0, 1) }),
            (.wrongSubBlocks, { payload, _ in payload.parts.removeLast() }),
            (.wrongSubBlocks, { payload, _ in payload.parts[2] = payload.parts[1] }),
            (.wrongSubBlocks, { payload, _ in payload.parts[0].job = .zero }),
            (.unknownFullProof, { payload, _ in payload.parts[1].prover = .zero }),
        ]
        for (refusal, change) in changes {
            var market = try market()
            let sender = market.selected(4)[0]
            let stake = market.stake(sender)
            market.block([market.aggregateSubBlocks(sender, 4) { change(&$0, market) }])
            #expect(market.outcomes[0].refusal == refusal && market.outcomes[0].accepted)
            #expect(market.stake(sender) == stake - 1_000)
            market.block([market.aggregateSubBlocks(sender, 4)])
            #expect(market.outcomes[0].refusal == .barred)
            market.block([market.aggregateSubBlocks(market.selected(4)[1], 4)])
            #expect(market.job(4).outcome == .proven && market.isConserved())
        }
    }

    @Test func rootsThatDoNotChainAndOperationsThatAreNotTheBlocksAreNamed() throws {
        var market = try market()
        let sender = market.selected(4)[0]
        let broken = market.state
        market.state.jobs.update(2) { $0.statement.after = .zero }
        market.block([market.aggregateSubBlocks(sender, 4)])
        #expect(market.outcomes[0].refusal == .brokenRootChain)
        market.state = broken
        market.state.jobs.update(4) { $0.statement.operationsRoot = .zero }
        market.block([market.aggregateSubBlocks(sender, 4)])
        #expect(market.outcomes[0].refusal == .operationsNotCovered)
    }

    @Test func thePayloadsCodec() throws {
        let payload = AggProofPayload(
            parts: (0..<3).map { AggProofPayload.Part(job: Bytes32(UInt128($0)), prover: Market.owner($0)) })
        let bytes = payload.encoded
        #expect(try AggProofPayload(decoding: bytes) == payload)
        #expect(bytes.count == 5 + 3 * 52)
        #expect(throws: PayloadRejection.malformed) { try AggProofPayload(decoding: Array(bytes.dropLast())) }
        #expect(throws: PayloadRejection.trailingBytes) { try AggProofPayload(decoding: bytes + [0]) }
        #expect(throws: PayloadRejection.wrongKind(4)) { try AggProofPayload(decoding: [4] + bytes.dropFirst()) }
        #expect(throws: PayloadRejection.tooManyEntries) { try AggProofPayload(decoding: [5, 0, 0, 1, 1]) }
        #expect(throws: PayloadRejection.malformed) { try AggProofPayload(decoding: []) }
    }
}
