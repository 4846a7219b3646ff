import ByteCodec
import ChainTypes
import Cryptography
import ProvingRules
import SystemState
import Testing

/// A market whose provers do anything, and what must hold after each of its blocks.
private struct Chaos {
    var market: Market
    var replay: Replay
    var stream: SeedStream
    var stored: [[UInt8]: [UInt8]] = [:]
    var closed: Set<UInt64> = []
    var provenHeight: UInt64 = 0
    /// Prover 0 does its part, always.
    var isOrderly = false
    let provers: Int

    init(seed: UInt64) throws {
        var stream = SeedStream(seed: Bytes32(UInt128(seed)))
        func pick(_ range: ClosedRange<UInt64>) -> UInt64 {
            range.lowerBound + stream.next(below: range.upperBound - range.lowerBound + 1)
        }
        let provers = Int(pick(3...10))
        let instances = Int(pick(1...5))
        var parameters = Market.parameters
        parameters.preset = pick(0...1) == 0 ? .source : .devnet
        parameters.redundancy = UInt32(pick(1...3))
        parameters.minSelected = 1
        parameters.maxConcurrentJobs = UInt32(pick(1...4))
        parameters.earlyAdvance = pick(0...3) > 0
        parameters.maxAttempts = UInt32(pick(1...3))
        parameters.maxFullProofsPerPhase = UInt32(pick(1...3))
        parameters.missesToJail = UInt32(pick(2...6))
        parameters.maxOperationsPerJob = UInt32(pick(1...20))
        parameters.subBlockOperations = 1 << UInt32(pick(0...2))
        parameters.maxSubBlocks = UInt32(pick(3...8))
        parameters.proversPerAggProof = UInt32(pick(0...3))
        parameters.jobRetention = pick(1...30)
        parameters.maxIssuancePerJob = pick(0...1) == 0 ? 0 : 777
        let fixed = parameters
        market = try Market(provers: provers, instances: instances) { $0 = fixed }
        market.fee = UInt128(pick(0...40))
        replay = Replay(state: market.state)
        self.stream = stream
        self.provers = provers
    }

    mutating func chance(_ percent: UInt64) -> Bool { stream.next(below: 100) < percent }

    /// What a prover sends for a job now, if anything: mostly what it should.
    private mutating func sending(_ owner: Int, _ job: Job) -> Market.Sending? {
        let isReliable = isOrderly && owner == 0
        guard isReliable || chance(60) else { return nil }
        let isHonest = isReliable || chance(85)
        var sending: Market.Sending
        switch job.phase {
        case .t1:
            sending =
                !isReliable && chance(5)
                ? market.standAlone(owner, job.number)
                : market.commit(owner, job.number, variant: isHonest ? 0 : UInt8(stream.next(below: 2)))
        case .t1Extension: sending = market.commit(owner, job.number, extending: true)
        case .t2: sending = market.submit(owner, job.number)
        case .t3, .t4, .t5:
            guard isReliable || chance(25) else { return nil }
            let hasChallenge = job.challenge != nil && !job.isUnbalanced
            sending =
                hasChallenge && !job.isDisputed
                ? market.aggregate(owner, job.number, inlining: chance(20)) : market.standAlone(owner, job.number)
        case .open: sending = market.standAlone(owner, job.number)
        case .aggregate: sending = market.aggregateSubBlocks(owner, job.number)
        case .queued, .closed: return nil
        }
        if !isHonest, !sending.payload.isEmpty {
            sending.payload[Int(stream.next(below: UInt64(sending.payload.count)))] ^= 1
        }
        return sending
    }

    mutating func block(operations: UInt32) {
        var sendings: [Market.Sending] = []
        for job in market.state.jobs.values where !job.isClosed {
            for owner in 0..<provers {
                if let sending = sending(owner, job) { sendings.append(sending) }
            }
        }
        if chance(10) { sendings += sendings.prefix(2) }
        _ = ProverRegistry.unjail(owner: Market.owner(0), state: &market.state)
        _ = ProverRegistry.unjail(owner: Market.owner(0), state: &replay.state)
        let transactions = sendings.map { (market.transaction($0), $0) }
        let context = market.nextContext
        market.block(operations: operations, sendings)
        let follows = replay.follow(
            market, transactions, context: context, operations: market.lastOperations)
        #expect(follows)
        check()
    }

    private mutating func check() {
        #expect(market.isConserved())
        let root = market.state.root()
        let replayed = replay.state.root()
        #expect(root == replayed)
        #expect(market.state.provenHeight >= provenHeight && market.state.provenHeight <= market.state.height)
        provenHeight = market.state.provenHeight

        for change in market.state.takeChanges() { stored[change.key] = change.value }
        var restored = try? SystemState(
            genesis: market.state.genesis, records: stored.map { (key: $0.key, value: $0.value) })
        let restoredRoot = restored?.root()
        #expect(restoredRoot == root)

        let closing = market.events.compactMap { event in
            if case .jobClosed(let number, _) = event { number } else { nil }
        }
        let paying = market.events.compactMap { event in
            if case .paid(let number, _, _, _) = event { number } else { nil }
        }
        #expect(closed.isDisjoint(with: closing) && Set(closing).count == closing.count)
        #expect(Set(paying).isSubset(of: closing))
        closed.formUnion(closing)
        for job in market.state.jobs.values where job.isClosed {
            let lines = job.payments.map { "\($0.account) \($0.reason)" }
            #expect(Set(lines).count == lines.count)
            if market.state.parameters.maxIssuancePerJob > 0 {
                let minted = job.payments.filter { !$0.isPenalty }.reduce(UInt128(0)) { $0 + $1.amount }
                #expect(minted <= market.state.parameters.maxIssuancePerJob)
            }
        }
        for prover in market.state.provers.values {
            #expect(prover.total <= Market.stake)
            if let number = prover.assignedJob {
                let phase = market.state.jobs[number]?.phase
                #expect([.t1, .t1Extension, .t2, .aggregate].contains(phase))
            }
        }
    }
}

struct RandomJobsTests {
    @Test(arguments: UInt64(0)..<12) func whateverProversDoTheRulesHold(batch: UInt64) throws {
        var jobs: UInt64 = 0
        for seed in batch * 5..<batch * 5 + 5 {
            var chaos = try Chaos(seed: seed)
            for _ in 0..<70 {
                // Some blocks are split: into as many parts as genesis allows when they have one operation each.
                let most = chaos.market.state.parameters.subBlockOperations * 3
                let operations = chaos.chance(40) ? UInt32(chaos.stream.next(below: UInt64(most) + 1)) : 0
                chaos.block(operations: operations)
            }
            // Once one prover always does its part, everything is proven in the end.
            chaos.isOrderly = true
            var left = 1_000
            while chaos.market.state.provenHeight < chaos.market.state.height, left > 0 {
                chaos.block(operations: 0)
                left -= 1
            }
            #expect(chaos.market.state.provenHeight == chaos.market.state.height)
            jobs += chaos.market.state.nextJobNumber - 1
        }
        #expect(jobs >= 50)
    }
}
