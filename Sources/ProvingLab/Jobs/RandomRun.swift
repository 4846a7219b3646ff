import ByteCodec
import ChainTypes
import ProverRuntime
import ProvingRules
import SeededRandom
import SystemState

/// What random runs came to, in sum.
package struct RandomJobsTally: Hashable, Sendable {
    package var runs = 0
    package var blocks = 0
    package var jobs = 0
    package var proven = 0
    package var retried = 0
    package var openToAll = 0
    package var commitGaps = 0
    package var rejected = 0
    package var jailed = 0
    package var withdrawn = 0
    package var calls = 0
    package var splitBlocks = 0
    package var aggregated = 0

    package init() {}

    package static func + (a: RandomJobsTally, b: RandomJobsTally) -> RandomJobsTally {
        var sum = a
        sum.runs += b.runs
        sum.blocks += b.blocks
        sum.jobs += b.jobs
        sum.proven += b.proven
        sum.retried += b.retried
        sum.openToAll += b.openToAll
        sum.commitGaps += b.commitGaps
        sum.rejected += b.rejected
        sum.jailed += b.jailed
        sum.withdrawn += b.withdrawn
        sum.calls += b.calls
        sum.splitBlocks += b.splitBlocks
        sum.aggregated += b.aggregated
        return sum
    }
}

/// A law that did not hold, and where: `cairn-sim jobs --seed SEED --count 1` shows it again.
package struct RandomJobsFailure: Error, Sendable {
    package var seed: UInt64
    package var height: UInt64
    package var violation: LabViolation
}

/// One chain of random jobs. The seed is everything: parameters, provers, what they do, registry changes, faults.
package struct RandomRun: Sendable {
    private let seed: UInt64
    private var random: SplitMix64
    private var chain: LabChain
    /// The same chain on a node that has no payloads, now and then restarted from its records.
    private var follower: LabChain
    private var records: [[UInt8]: [UInt8]] = [:]
    private var audit: LabAudit
    private var provers: [RandomProver]
    private var tally = RandomJobsTally()
    /// Per cent of blocks that bring a call to the registry.
    private let callRate: Int
    /// Per cent of blocks whose proposer verifies nothing and includes what is invalid.
    private let carelessRate: Int
    private let upgradesAt: UInt64?
    /// Heights at which no prover reaches the chain.
    private let outage: Range<UInt64>

    private static let coreCount = 4
    private static let chaosBlocks = 70
    /// Above every attempt of the longest job and what lets its provers return.
    private static let patience = 500

    /// Runs it to the end: chaos, then enough provers that do their part until everything is proven. Throws the first
    /// law that is broken.
    package static func run(seed: UInt64) throws(RandomJobsFailure) -> RandomJobsTally {
        try result(seed: seed).tally
    }

    /// The same run twice gives the same state.
    package static func runTwice(seed: UInt64) throws(RandomJobsFailure) -> RandomJobsTally {
        let (first, second) = (try result(seed: seed), try result(seed: seed))
        guard first.root == second.root, first.tally == second.tally else {
            throw RandomJobsFailure(seed: seed, height: 0, violation: .runDiffers)
        }
        return first.tally
    }

    private static func result(seed: UInt64) throws(RandomJobsFailure) -> (tally: RandomJobsTally, root: Bytes32) {
        guard var run = RandomRun(seed: seed) else {
            throw RandomJobsFailure(seed: seed, height: 0, violation: .runDiffers)
        }
        do throws(LabViolation) {
            try run.play()
        } catch {
            throw RandomJobsFailure(seed: seed, height: run.chain.height, violation: error)
        }
        return (run.tally, run.chain.root())
    }

    private init?(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let parameters = RandomParameters.make(&random)
        let count = random.pick(Self.coreCount...12)
        let planner = StandInPlanner(instances: random.pick(1...4), maxInstances: random.pick(4...7))
        let price = UInt128(random.pick(0...2)) * 500_000_000
        var fees = LabFees.devnet
        (fees.gasPrice, fees.tip) = (price, price / UInt128(random.pick(1...4)))
        let stake = parameters.minimumStake * UInt128(random.pick(2...20)) / 2
        guard
            let chain = try? LabChain(
                parameters: parameters, provers: count, stake: stake, planner: planner, fees: fees, seed: seed)
        else { return nil }
        self.seed = seed
        self.chain = chain
        follower = chain
        audit = LabAudit(chain.state)
        provers = (0..<count).map { RandomProver(index: $0, isCore: $0 < Self.coreCount, &random) }
        callRate = random.pick([0, 20, 60, 100])
        carelessRate = random.pick([0, 20, 100])
        upgradesAt = random.percent(20) ? UInt64(random.pick(10...60)) : nil
        let outageStart = UInt64(random.pick(1...Self.chaosBlocks))
        outage = outageStart..<outageStart + UInt64(random.percent(50) ? random.pick(5...60) : 0)
        self.random = random
    }

    private mutating func play() throws(LabViolation) {
        for _ in 0..<Self.chaosBlocks {
            let operations = random.percent(55) ? random.pick(1...RandomParameters.maxOperations) : 0
            _ = try block(operations: UInt32(operations), calls: randomCalls())
        }
        for index in provers.indices { provers[index].comeToOrder() }
        var patience = Patience(blocks: Self.patience)
        while chain.state.provenHeight < chain.height, !patience.isOver {
            patience.note(try block(operations: 0, calls: orderlyCalls()))
        }
        guard chain.state.provenHeight == chain.height else {
            throw .neverProven(provenHeight: chain.state.provenHeight, height: chain.height)
        }
        tally.runs = 1
        tally.jobs = Int(chain.state.nextJobNumber) - 1
    }

    // MARK: - Blocks

    private mutating func block(operations: UInt32, calls: [LabCall]) throws(LabViolation) -> LabReceipt {
        var items = calls.map { LabBlock.Item.call($0) } + proofs().map { .proof($0) }
        if random.percent(30) { items.shuffle(using: &random) }
        if upgradesAt == chain.height + 1 {
            let planner = StandInPlanner(
                instances: chain.planner.instances, maxInstances: chain.planner.maxInstances, generation: 1)
            (chain.planner, follower.planner) = (planner, planner)
        }
        let block = LabBlock(
            proposer: LabKeys.validator(random.below(4)), mix: chain.nextMix, operations: operations, items: items)
        let receipt = chain.execute(block, verifying: !random.percent(carelessRate))
        count(receipt, calls: calls.count)
        try audit.check(block, receipt, chain)
        try follow(block, receipt)
        return receipt
    }

    /// What provers send: those who watch others act last and see what is pending.
    private mutating func proofs() -> [LabProof] {
        guard !outage.contains(chain.height + 1) else { return [] }
        var sent: [LabProof] = []
        let jobs = chain.state.jobs.values.filter { !$0.isClosed }
        for watching in [false, true] {
            for job in jobs {
                let seen = sent.filter { $0.job == job.number }.map {
                    SeenPayload(operatorKey: $0.operatorKey, phase: $0.transaction.phase, payload: $0.payload)
                }
                for index in provers.indices where provers[index].watchesOthers == watching {
                    if let proof = provers[index].proof(job, chain, seen: seen, &random) { sent.append(proof) }
                }
            }
        }
        // A gossiped transaction may come twice, and a phase may be misnamed.
        if random.percent(10), let again = sent.randomElement(using: &random) {
            sent.append(again)
            sent[sent.count - 1].isAsAsked = false
        }
        if random.percent(10), var astray = sent.randomElement(using: &random) {
            astray.transaction.phase = random.pick(ProvingPhase.allCases)
            astray.isAsAsked = false
            sent.append(astray)
        }
        return sent
    }

    private mutating func count(_ receipt: LabReceipt, calls: Int) {
        tally.blocks += 1
        tally.calls += calls
        for event in receipt.events {
            switch event {
            case .jobProven: tally.proven += 1
            case .jobRetried: tally.retried += 1
            case .phaseOpened(_, .open, _): tally.openToAll += 1
            case .t1Closed(_, _, commitGap: true): tally.commitGaps += 1
            case .proofRejected: tally.rejected += 1
            case .jailed: tally.jailed += 1
            case .blockSplit: tally.splitBlocks += 1
            case .blockAggregated: tally.aggregated += 1
            case .withdrawn: tally.withdrawn += 1
            default: break
            }
        }
    }

    /// The node without payloads must come to the same state, also when it goes on from its records.
    private mutating func follow(_ block: LabBlock, _ receipt: LabReceipt) throws(LabViolation) {
        guard follower.replay(block, receipt) else { throw .replayDiffers }
        let root = chain.root()
        guard follower.root() == root else { throw .replayDiffers }
        for change in chain.takeChanges() { records[change.key] = change.value }
        guard random.percent(10) else { return }
        do { try follower.resume(from: records) } catch { throw .snapshotDiffers }
        guard follower.root() == root else { throw .snapshotDiffers }
    }

    // MARK: - Registry

    private mutating func randomCalls() -> [LabCall] {
        guard random.percent(callRate) else { return [] }
        let index = random.below(provers.count + 2)
        let owner = LabKeys.owner(index)
        let isCore = index < Self.coreCount
        let amount = chain.state.parameters.minimumStake * UInt128(random.pick(0...4)) / 2
        let generation = Int(chain.height)
        switch random.below(10) {
        case 0:
            if !provers.contains(where: { $0.index == index }) {
                provers.append(RandomProver(index: index, isCore: false, &random))
            }
            let key = LabKeys.operatorKey(random.percent(20) ? 0 : index, random.percent(50) ? 0 : generation)
            return [
                .register(owner: owner, operatorKey: key, recipient: LabKeys.recipient(index), stake: amount)
            ]
        case 1: return [.deposit(owner: owner, amount: amount)]
        case 2: return [.pause(owner)]
        case 3: return [.resume(owner)]
        case 4: return isCore ? [] : [.leave(owner)]
        case 5: return [.withdraw(owner)]
        case 6: return [.unjail(owner)]
        case 7: return [.setOperator(owner, LabKeys.operatorKey(random.percent(20) ? 0 : index, generation))]
        case 8: return [.setRecipient(owner, LabKeys.recipient(index, generation))]
        default: return [.claim(chain.state.claimable.keys.first ?? owner)]
        }
    }

    /// What the owners of the core do in the end: back into selection, with enough stake.
    private func orderlyCalls() -> [LabCall] {
        (0..<Self.coreCount).flatMap { index -> [LabCall] in
            let owner = LabKeys.owner(index)
            guard let prover = chain.state.provers[owner] else { return [] }
            var calls: [LabCall] = []
            if prover.paused, prover.resumesAt == nil { calls.append(.resume(owner)) }
            if prover.isJailed, prover.unjailsAt == nil { calls.append(.unjail(owner)) }
            let minimum = chain.state.parameters.minimumStake
            if prover.stake < 2 * minimum, prover.pendingStake.isEmpty {
                calls.append(.deposit(owner: owner, amount: 4 * minimum))
            }
            return calls
        }
    }
}
