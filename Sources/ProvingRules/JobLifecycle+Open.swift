import ByteCodec
import ChainTypes
package import SystemState

extension JobLifecycle {
    /// The block's start: the height and the mix advance, what was due takes effect, and waiting jobs get their provers
    /// as long as there are enough, in order of their first height.
    package static func openBlock(
        _ context: BlockContext, preparer: some JobPreparing, verifier: some ProofVerifying, state: inout SystemState
    ) -> [ProvingEvent] {
        state.height = context.height
        state.mix = context.mix
        if context.height > 0 {
            state.unproven.update(context.height - 1) { $0.blockHash = context.parentHash }
        }
        activate(&state)
        return selectWaiting(context, preparer: preparer, verifier: verifier, state: &state)
    }

    /// Registrations need nothing: they carry their height. Top-ups, keys, resuming and unjailing take effect here.
    private static func activate(_ state: inout SystemState) {
        let height = state.height
        for (owner, prover) in state.provers.rows where prover.isDue(at: height) {
            if let change = prover.pendingOperator, change.height <= height {
                state.operators[prover.operatorKey] = nil
            }
            state.provers.update(owner) { $0.takeEffect(at: height) }
        }
    }

    /// A run of waiting blocks, or a further attempt, that wants provers.
    private enum Waiting {
        case run([(height: UInt64, block: UnprovenBlock)])
        case attempt(Job)
    }

    private static func selectWaiting(
        _ context: BlockContext, preparer: some JobPreparing, verifier: some ProofVerifying, state: inout SystemState
    ) -> [ProvingEvent] {
        var events: [ProvingEvent] = []
        var next: UInt64 = 0
        while hasRoom(state), let waiting = firstWaiting(state, from: next) {
            let opened: Opening
            let (first, last): (UInt64, UInt64)
            switch waiting {
            case .run(let blocks):
                (first, last) = (blocks[0].height, blocks[blocks.count - 1].height)
                opened = openRun(blocks, context, preparer: preparer, verifier: verifier, state: &state)
            case .attempt(let job):
                (first, last) = (job.statement.firstHeight, job.statement.lastHeight)
                opened = openAttempt(job, context, preparer: preparer, verifier: verifier, state: &state)
            }
            switch opened {
            case .opened(let event, let lastHeight):
                events.append(event)
                next = lastHeight + 1
            case .notPlannable: next = first + 1
            case .tooFewProvers: next = last + 1
            }
        }
        return events
    }

    private enum Opening {
        case opened(ProvingEvent, lastHeight: UInt64)
        case notPlannable
        case tooFewProvers
    }

    /// Whether another job may run at once: proven and open jobs do not count.
    private static func hasRoom(_ state: SystemState) -> Bool {
        let running = state.jobs.values.count { job in
            job.selectedAt != nil && !job.isClosed && job.provenAt == nil
        }
        return running < Int(state.parameters.maxConcurrentJobs)
    }

    private static func firstWaiting(_ state: SystemState, from height: UInt64) -> Waiting? {
        var run: [(height: UInt64, block: UnprovenBlock)] = []
        var operations: UInt64 = 0
        for (at, block) in state.unproven.rows where at >= height {
            if let number = block.job {
                if !run.isEmpty { break }
                if let job = state.jobs[number], job.phase == .queued, job.statement.firstHeight == at {
                    return .attempt(job)
                }
            } else {
                let sum = operations + UInt64(block.operationCount)
                if !run.isEmpty, sum > UInt64(state.parameters.maxOperationsPerJob) { break }
                operations = sum
                run.append((at, block))
            }
        }
        return run.isEmpty ? nil : .run(run)
    }

    private static func isWithinLimits(_ prepared: PreparedJob, _ parameters: ProvingParameters) -> Bool {
        !prepared.plan.isEmpty && prepared.plan.count <= Int(parameters.maxInstances)
            && prepared.plan.count <= Limits.maxInstancesPerJob
    }

    /// Opens a job over the longest start of the run that has a plan: all of it, else half as many blocks, and so on.
    private static func openRun(
        _ blocks: [(height: UInt64, block: UnprovenBlock)], _ context: BlockContext, preparer: some JobPreparing,
        verifier: some ProofVerifying, state: inout SystemState
    ) -> Opening {
        // Asked first, since counting and planning cost more.
        let parameters = state.parameters
        let most = Selection.count(
            available: Selection.candidates(state, at: context.height).count,
            instances: Int(parameters.maxInstances), parameters: parameters)
        guard most >= Int(parameters.minSelected) else { return .tooFewProvers }
        var count = blocks.count
        while count > 0 {
            let (first, last) = (blocks[0], blocks[count - 1])
            if let hash = last.block.blockHash,
                let prepared = preparer.prepare(firstHeight: first.height, lastHeight: last.height),
                isWithinLimits(prepared, parameters)
            {
                let statement = JobStatement(
                    chainId: state.genesis.chainId, programHash: preparer.programHash, firstHeight: first.height,
                    lastHeight: last.height, lastBlockHash: hash, subBlock: 0, subBlockCount: 1,
                    operationCount: prepared.operationCount, operationsDigest: prepared.operationsDigest,
                    operationsRoot: prepared.operationsRoot, before: first.block.before, after: last.block.after,
                    attempt: 0)
                let job = Job(
                    number: state.nextJobNumber, id: statement.id, statement: statement, plan: prepared.plan,
                    planRoot: PlannedInstance.planRoot(prepared.plan), phase: .queued)
                return select(job, context, verifier: verifier, state: &state)
            }
            count /= 2
        }
        return .notPlannable
    }

    /// Selects provers for a further attempt, planned anew if the circuits changed since.
    private static func openAttempt(
        _ waiting: Job, _ context: BlockContext, preparer: some JobPreparing, verifier: some ProofVerifying,
        state: inout SystemState
    ) -> Opening {
        var job = waiting
        if job.statement.programHash != preparer.programHash {
            let statement = job.statement
            guard
                let prepared = preparer.prepare(
                    firstHeight: statement.firstHeight, lastHeight: statement.lastHeight),
                isWithinLimits(prepared, state.parameters)
            else { return .notPlannable }
            job.statement.programHash = preparer.programHash
            job.statement.operationCount = prepared.operationCount
            job.statement.operationsDigest = prepared.operationsDigest
            job.statement.operationsRoot = prepared.operationsRoot
            job.id = job.statement.id
            job.plan = prepared.plan
            job.planRoot = PlannedInstance.planRoot(prepared.plan)
        }
        return select(job, context, verifier: verifier, state: &state)
    }

    /// Draws provers, deals the instances and opens T1; changes nothing when there are too few provers.
    private static func select(
        _ waiting: Job, _ context: BlockContext, verifier: some ProofVerifying, state: inout SystemState
    ) -> Opening {
        let parameters = state.parameters
        var job = waiting
        job.seed = SelectionSeed.of(
            chainId: job.statement.chainId, firstHeight: job.statement.firstHeight, subBlock: job.statement.subBlock,
            attempt: job.statement.attempt, mix: context.mix)
        let owners = Assignment.choose(for: job, state: state, at: context.height)
        guard !owners.isEmpty, owners.count >= Int(parameters.minSelected) else { return .tooFewProvers }
        let hands = Assignment.deal(seed: job.seed, job: job, provers: owners.count, parameters: parameters)
        job.selected = zip(owners, hands).map { owner, hand in
            SelectedProver(
                owner: owner, operatorKey: state.provers[owner]?.operatorKey ?? .zero, instances: hand)
        }
        job.selectedAt = context.height
        job.reach(.proversSelected, at: context.height)
        job.open(.t1, at: context.height, parameters: parameters, verifier: verifier)
        store(job, state: &state)
        return .opened(
            .jobSelected(
                job: job.number, id: job.id, firstHeight: job.statement.firstHeight,
                lastHeight: job.statement.lastHeight, attempt: job.statement.attempt, provers: owners),
            lastHeight: job.statement.lastHeight)
    }

    private static func store(_ job: Job, state: inout SystemState) {
        let number = job.number
        if number == state.nextJobNumber { state.nextJobNumber += 1 }
        // Planned anew, an attempt has another id.
        if let previous = state.jobs[number], previous.id != job.id { state.jobNumbers[previous.id] = nil }
        state.jobNumbers[job.id] = number
        state.jobs[number] = job
        for prover in job.selected { state.provers.update(prover.owner) { $0.assignedJob = number } }
        for height in blocks(of: job, state) { state.unproven.update(height) { $0.job = number } }
    }

    /// Heights of the unproven blocks in the job's range.
    static func blocks(of job: Job, _ state: SystemState) -> [UInt64] {
        let range = job.statement.firstHeight...max(job.statement.firstHeight, job.statement.lastHeight)
        return state.unproven.keys.filter { range.contains($0) }
    }
}

extension Prover {
    fileprivate func isDue(at height: UInt64) -> Bool {
        pendingStake.contains { $0.height <= height }
            || [resumesAt, unjailsAt, pendingOperator?.height, pendingRecipient?.height]
                .contains { $0.map { $0 <= height } ?? false }
    }

    fileprivate mutating func takeEffect(at height: UInt64) {
        for amount in pendingStake where amount.height <= height { stake += amount.amount }
        pendingStake.removeAll { $0.height <= height }
        if let due = resumesAt, due <= height {
            paused = false
            resumesAt = nil
        }
        if let due = unjailsAt, due <= height {
            jailedAt = nil
            jailedUntil = nil
            unjailsAt = nil
        }
        if let change = pendingOperator, change.height <= height {
            operatorKey = change.key
            pendingOperator = nil
        }
        if let change = pendingRecipient, change.height <= height {
            recipient = change.key
            pendingRecipient = nil
        }
    }
}
