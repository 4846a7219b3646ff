import ByteCodec
import ChainTypes
import ProverRuntime
import ProvingRules
import SeededRandom
import SystemState

/// Plays a market plan on the production rules with the stand-in proof system, under the audit of every block.
package struct MarketRun: Sendable {
    private let plan: MarketPlan
    private var chain: LabChain
    private var audit: LabAudit
    private var random: SplitMix64
    private var report: MarketReport
    private var crashed: Set<Int> = []
    private let indices: [Address: Int]
    /// Payloads of the jobs that run, in the order of their inclusion.
    private var seen: [UInt64: [SeenPayload]] = [:]
    /// Heights of the blocks with operations that are not proven yet.
    private var waiting: Set<UInt64> = []

    /// Plays it to the end. Throws a broken law.
    package static func play(_ plan: MarketPlan) throws -> MarketReport {
        var run = try MarketRun(plan)
        try run.work()
        return run.report
    }

    private init(_ plan: MarketPlan) throws {
        self.plan = plan
        var fees = plan.fees
        fees.tip = min(fees.tip, fees.gasPrice)
        chain = try LabChain(
            parameters: plan.parameters, provers: plan.members.count, stake: 100 * plan.parameters.minimumStake,
            planner: StandInPlanner(instances: plan.instances, maxInstances: plan.instances), fees: fees,
            seed: plan.seed)
        audit = LabAudit(chain.state)
        random = SplitMix64(seed: plan.seed)
        report = MarketReport(plan: plan)
        indices = Dictionary(uniqueKeysWithValues: plan.members.indices.map { (LabKeys.owner($0), $0) })
    }

    private mutating func work() throws(LabViolation) {
        switch plan.work {
        case .blocks(let count):
            for _ in 0..<count { _ = try block(operations: 3) }
            try finish()
        case .jobs(let count):
            for _ in 0..<count {
                _ = try block(operations: 3)
                try finish()
            }
        }
    }

    /// Empty blocks until everything is proven and settled, or patience is at its end.
    private mutating func finish() throws(LabViolation) {
        var patience = Patience(blocks: plan.patience)
        while !patience.isOver, !waiting.isEmpty || chain.state.jobs.values.contains(where: { !$0.isClosed }) {
            patience.note(try block(operations: 0))
        }
    }

    // MARK: - Blocks

    private mutating func block(operations: UInt32) throws(LabViolation) -> LabReceipt {
        let height = chain.height + 1
        let proposer = Int(height) % (plan.censorship?.validators ?? 10)
        let items = calls().map { LabBlock.Item.call($0) } + proofs(proposer).map { .proof($0) }
        let block = LabBlock(
            proposer: LabKeys.validator(proposer), mix: chain.nextMix, operations: operations, items: items)
        let receipt = chain.execute(block, verifying: !plan.isCareless)
        try audit.check(block, receipt, chain)
        if operations > 0 {
            waiting.insert(height)
            report.blocks += 1
        }
        note(receipt)
        if plan.isExclusionOff {
            chain.edit { state in
                for number in state.jobs.keys where state.jobs[number]?.phase == .queued {
                    state.jobs.update(number) { $0.excluded = [] }
                }
            }
        }
        return receipt
    }

    /// Owners unjail their provers as soon as they may.
    private func calls() -> [LabCall] {
        chain.state.provers.values.filter {
            $0.isJailed && $0.unjailsAt == nil && ($0.jailedUntil ?? 0) <= chain.height + 1
        }.map { .unjail($0.owner) }
    }

    /// What is sent for the next block: thieves see what honest provers send for it, and theirs comes first.
    private mutating func proofs(_ proposer: Int) -> [LabProof] {
        let jobs = chain.state.jobs.values.filter { !$0.isClosed }
        guard !jobs.isEmpty else { return [] }
        var order = Array(plan.members.indices)
        order.shuffle(using: &random)
        var own: [LabProof] = []
        var copied: [LabProof] = []
        for watching in [false, true] {
            for job in jobs {
                let pending = own.filter { $0.job == job.number }.map {
                    SeenPayload(operatorKey: $0.operatorKey, phase: $0.transaction.phase, payload: $0.payload)
                }
                let visible = watching ? (seen[job.number] ?? []) + pending : []
                for index in order where plan.members[index].strategy.watchesOthers == watching {
                    guard let proof = proof(index, job, visible) else { continue }
                    if watching { copied.append(proof) } else { own.append(proof) }
                }
            }
        }
        guard let censorship = plan.censorship, proposer < censorship.censors else { return copied + own }
        return (copied + own).filter { !censorship.victims.contains(indices[$0.owner] ?? -1) }
    }

    private mutating func proof(_ index: Int, _ job: Job, _ seen: [SeenPayload]) -> LabProof? {
        let member = plan.members[index]
        let (owner, key) = (LabKeys.owner(index), LabKeys.operatorKey(index))
        guard !crashed.contains(index) else { return nil }
        var move = member.strategy.move(job, owner: owner, height: chain.height + 1, seen: seen)
        if member.sendsEarlyFullProof, case .work(.commit(.t1, _)) = move { move = .work(.proveAlone(.t1)) }
        guard let phase = move.phase(of: job), !fails(index, job, phase) else { return nil }
        var payload: [UInt8]?
        var isAsAsked = false
        switch move {
        case .wait: return nil
        case .crash:
            crashed.insert(index)
            return nil
        case .forge(_, let forgery): payload = forgery.payload(job, phase: phase, seen: seen)
        case .work(let action):
            if case .proveAlone = action, !member.provesAlone { return nil }
            payload = StandInWork.payload(
                action, job, operatorKey: key, trace: member.worksOnAnotherTrace ? 1 : 0)
            isAsAsked = !member.worksOnAnotherTrace
        }
        guard let payload, !member.refusesLosses || isWorthwhile(phase, payload, job) else { return nil }
        return chain.proof(
            payload, job: job.number, phase: phase, owner: owner, operatorKey: key, isAsAsked: isAsAsked)
    }

    /// Drawn once for a prover, job and phase.
    private func fails(_ index: Int, _ job: Job, _ phase: ProvingPhase) -> Bool {
        guard plan.members[index].failures > 0 else { return false }
        var draw = SplitMix64(seed: plan.seed)
        for word in [job.number, UInt64(index), UInt64(phase.rawValue)] { draw = SplitMix64(seed: draw.next() ^ word) }
        return draw.percent(plan.members[index].failures)
    }

    /// Whether a proof earns its fee: what T2 pays and spares, what a stand-alone proof pays.
    private func isWorthwhile(_ phase: ProvingPhase, _ payload: [UInt8], _ job: Job) -> Bool {
        let parameters = plan.parameters
        let table = parameters.rewards
        let units: UInt64
        switch phase {
        case .t2: units = table.rewardT2Prover + table.penaltyT2Prover
        case .t3: units = table.t3.rewardProver
        case .t4: units = table.t4.rewardProver
        case .t5: units = table.t5.rewardProver
        case .open:
            let waited = chain.height - (job.window?.openedAt ?? chain.height)
            units = min(parameters.openRewardCap, parameters.openReward + parameters.openRewardStep * waited)
        case .t1, .t1Extension, .aggregate: return true
        }
        return chain.fees.fee(payload) <= UInt128(units) * parameters.rewardUnit
    }

    // MARK: - Books

    private mutating func note(_ receipt: LabReceipt) {
        for outcome in receipt.outcomes {
            guard case .proof(let proof, let outcome, let fee, _) = outcome, outcome.accepted else { continue }
            if let index = indices[proof.owner] { report.books[index].fees += fee }
            seen[proof.job, default: []].append(
                SeenPayload(operatorKey: proof.operatorKey, phase: proof.transaction.phase, payload: proof.payload))
        }
        for event in receipt.events { note(event, at: receipt.height) }
    }

    private mutating func note(_ event: ProvingEvent, at height: UInt64) {
        switch event {
        case .jobSelected(_, _, _, _, let attempt, let owners):
            if attempt == 0 { report.jobs += 1 }
            for index in owners.compactMap({ indices[$0] }) { report.books[index].selected += 1 }
        case .t1Closed(let number, _, _): noteRoots(number)
        case .paid(let number, .prover(let owner), let reason, let amount):
            guard let index = indices[owner] else { return }
            report.books[index].rewards += amount
            report.books[index].byReason[reason, default: 0] += amount
            if plan.members[index].isAttacker, amount > 0 { report.attackerPaidJobs.insert(number) }
        case .penalised(let number, let owner, _, let amount):
            guard let index = indices[owner] else { return }
            report.books[index].penalties += amount
            report.books[index].penalisedJobs.insert(number)
        case .jobRetried: report.retries += 1
        case .jobProven(let number, let first, let last): noteProof(number, first...max(first, last), at: height)
        case .jobClosed(let number, _): seen[number] = nil
        default: break
        }
    }

    private mutating func noteRoots(_ number: UInt64) {
        guard let job = chain.state.jobs[number] else { return }
        let isCaptured = job.canonicalRoots.enumerated().contains { instance, root in
            root.map { $0 != StandInProofs.root(job.statement, instance: UInt32(clamping: instance)) } ?? false
        }
        guard isCaptured else { return }
        report.captured += 1
        if job.statement.attempt > 0 { report.capturedAgain += 1 }
    }

    private mutating func noteProof(_ number: UInt64, _ heights: ClosedRange<UInt64>, at height: UInt64) {
        guard let job = chain.state.jobs[number],
            let phase = job.fullProofs.first.flatMap({ JobPhase(rawValue: $0.inclusion.phase.rawValue) })
        else { return }
        // A split block is proven with the last of its parts.
        let proven = waiting.filter { heights.contains($0) && !chain.state.unproven.contains($0) }
        waiting.subtract(proven)
        report.blocksProvenIn[phase, default: 0] += proven.count
        report.blocksProven += proven.count
        report.delays += proven.map { height - $0 }
        if job.statement.attempt > 0 { report.blocksRetried += proven.count }
    }
}
