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
        state.rosters = []
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

    /// A place in the queue: a block, or a part of it.
    private struct Place: Comparable {
        var height: UInt64
        var part: UInt32 = 0

        static func < (a: Place, b: Place) -> Bool { (a.height, a.part) < (b.height, b.part) }

        /// Behind what the statement is about.
        static func after(_ statement: JobStatement) -> Place {
            statement.isSubBlock
                ? Place(height: statement.firstHeight, part: statement.subBlock + 1)
                : Place(height: statement.lastHeight + 1)
        }
    }

    /// What wants provers: a run of waiting blocks, a part of a split block, or a further attempt.
    private enum Waiting {
        case run([(height: UInt64, block: UnprovenBlock)])
        case part(Int, height: UInt64, block: UnprovenBlock, split: BlockSplit)
        case attempt(Job)
    }

    private static func selectWaiting(
        _ context: BlockContext, preparer: some JobPreparing, verifier: some ProofVerifying, state: inout SystemState
    ) -> [ProvingEvent] {
        var events: [ProvingEvent] = []
        // Blocks that wait for their aggregators are proven: they are older than all that is not.
        for job in state.jobs.values where job.isAggregation && job.phase == .queued {
            if case .opened(let selected, _) = select(job, context, verifier: verifier, state: &state) {
                events += selected
            }
        }
        var next = Place(height: 0)
        while hasRoom(state), let waiting = firstWaiting(state, from: next) {
            let opened: Opening
            let (first, end): (Place, Place)
            switch waiting {
            case .run(let blocks):
                first = Place(height: blocks[0].height)
                end = Place(height: blocks[blocks.count - 1].height + 1)
                opened = openRun(blocks, context, preparer: preparer, verifier: verifier, state: &state)
            case .part(let index, let height, let block, let split):
                first = Place(height: height, part: UInt32(clamping: index))
                end = Place(height: height, part: UInt32(clamping: index + 1))
                opened = openPart(
                    index, height, block, split, context, preparer: preparer, verifier: verifier, state: &state)
            case .attempt(let job):
                let statement = job.statement
                first = Place(
                    height: statement.firstHeight, part: statement.isSubBlock ? statement.subBlock : 0)
                end = .after(statement)
                opened = openAttempt(job, context, preparer: preparer, verifier: verifier, state: &state)
            }
            switch opened {
            case .opened(let selected, let place):
                events += selected
                next = place
            case .notPlannable:
                if case .run = waiting { next = Place(height: first.height + 1) } else { next = end }
            case .tooFewProvers: next = end
            }
        }
        return events
    }

    private enum Opening {
        case opened([ProvingEvent], Place)
        case notPlannable
        case tooFewProvers
    }

    /// Whether another job may run at once: proven and open jobs do not count, nor do aggregations.
    private static func hasRoom(_ state: SystemState) -> Bool {
        let running = state.jobs.values.count { job in
            job.selectedAt != nil && !job.isClosed && job.provenAt == nil && !job.isAggregation
        }
        return running < Int(state.parameters.maxConcurrentJobs)
    }

    private static func firstWaiting(_ state: SystemState, from place: Place) -> Waiting? {
        var run: [(height: UInt64, block: UnprovenBlock)] = []
        var operations: UInt64 = 0
        for (at, block) in state.unproven.rows where at >= place.height {
            if let split = block.split {
                if !run.isEmpty { break }
                if let waiting = firstWaitingPart(state, at, block, split, from: place) { return waiting }
            } else if let number = block.job {
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

    private static func firstWaitingPart(
        _ state: SystemState, _ height: UInt64, _ block: UnprovenBlock, _ split: BlockSplit, from place: Place
    ) -> Waiting? {
        for (index, part) in split.parts.enumerated() where !part.isProven {
            guard Place(height: height, part: UInt32(clamping: index)) >= place else { continue }
            guard let number = part.job else { return .part(index, height: height, block: block, split: split) }
            if let job = state.jobs[number], job.phase == .queued { return .attempt(job) }
        }
        return nil
    }

    private static func isWithinLimits(_ prepared: PreparedJob, _ parameters: ProvingParameters) -> Bool {
        !prepared.plan.isEmpty && prepared.plan.count <= Int(parameters.maxInstances)
            && prepared.plan.count <= Limits.maxInstancesPerJob
    }

    /// Whether a job may get provers at all: asked first, since counting and planning cost more.
    private static func hasProvers(_ state: SystemState, at height: UInt64) -> Bool {
        let parameters = state.parameters
        let most = Selection.count(
            available: Selection.candidates(state, at: height).count, instances: Int(parameters.maxInstances),
            parameters: parameters)
        return most >= Int(parameters.minSelected)
    }

    /// Opens a job over the longest start of the run that has a plan: all of it, else half as many blocks, and so on.
    private static func openRun(
        _ blocks: [(height: UInt64, block: UnprovenBlock)], _ context: BlockContext, preparer: some JobPreparing,
        verifier: some ProofVerifying, state: inout SystemState
    ) -> Opening {
        guard hasProvers(state, at: context.height) else { return .tooFewProvers }
        var count = blocks.count
        while count > 0 {
            let (first, last) = (blocks[0], blocks[count - 1])
            if let hash = last.block.blockHash,
                let prepared = preparer.prepare(firstHeight: first.height, lastHeight: last.height),
                isWithinLimits(prepared, state.parameters)
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

    /// Opens a job over a part of a split block, which no other block joins.
    private static func openPart(
        _ index: Int, _ height: UInt64, _ block: UnprovenBlock, _ split: BlockSplit, _ context: BlockContext,
        preparer: some JobPreparing, verifier: some ProofVerifying, state: inout SystemState
    ) -> Opening {
        guard hasProvers(state, at: context.height) else { return .tooFewProvers }
        let operations = split.operations(of: index)
        guard let hash = block.blockHash,
            let prepared = preparer.prepare(height: height, operations: operations),
            isWithinLimits(prepared, state.parameters)
        else { return .notPlannable }
        let statement = JobStatement(
            chainId: state.genesis.chainId, programHash: preparer.programHash, firstHeight: height,
            lastHeight: height, lastBlockHash: hash, subBlock: UInt32(clamping: index),
            subBlockCount: UInt32(clamping: split.parts.count), operationCount: prepared.operationCount,
            operationsDigest: prepared.operationsDigest, operationsRoot: prepared.operationsRoot,
            before: index == 0 ? block.before : split.parts[index - 1].after, after: split.parts[index].after,
            attempt: 0)
        var job = Job(
            number: state.nextJobNumber, id: statement.id, statement: statement, plan: prepared.plan,
            planRoot: PlannedInstance.planRoot(prepared.plan), phase: .queued)
        job.firstOperation = operations.lowerBound
        return select(job, context, verifier: verifier, state: &state)
    }

    /// Selects provers for a further attempt, planned anew if the circuits changed since.
    private static func openAttempt(
        _ waiting: Job, _ context: BlockContext, preparer: some JobPreparing, verifier: some ProofVerifying,
        state: inout SystemState
    ) -> Opening {
        var job = waiting
        if job.statement.programHash != preparer.programHash {
            let statement = job.statement
            let operations = job.firstOperation..<job.firstOperation + statement.operationCount
            let found =
                statement.isSubBlock
                ? preparer.prepare(height: statement.firstHeight, operations: operations)
                : preparer.prepare(firstHeight: statement.firstHeight, lastHeight: statement.lastHeight)
            guard let prepared = found, isWithinLimits(prepared, state.parameters) else { return .notPlannable }
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

    /// Draws provers, deals the instances and opens T1, or the window of the aggregators; changes nothing when there
    /// are too few provers.
    private static func select(
        _ waiting: Job, _ context: BlockContext, verifier: some ProofVerifying, state: inout SystemState
    ) -> Opening {
        let parameters = state.parameters
        var job = waiting
        job.seed = SelectionSeed.of(
            chainId: job.statement.chainId, firstHeight: job.statement.firstHeight, subBlock: job.statement.subBlock,
            attempt: job.statement.attempt, mix: context.mix)
        let roster = SelectionRoster(state, at: context.height)
        let owners = Assignment.choose(for: job, among: roster.candidates, parameters: parameters)
        guard !owners.isEmpty, job.isAggregation || owners.count >= Int(parameters.minSelected) else {
            return .tooFewProvers
        }
        let hands = Assignment.deal(seed: job.seed, job: job, provers: owners.count, parameters: parameters)
        job.selected = zip(owners, hands).map { owner, hand in
            SelectedProver(
                owner: owner, operatorKey: state.provers[owner]?.operatorKey ?? .zero, instances: hand)
        }
        job.selectedAt = context.height
        let bytes = roster.encoded
        job.rosterDigest = SelectionRoster.digest(of: bytes)
        state.rosters.append(RosterRecord(job: job.number, bytes: bytes))
        job.reach(.proversSelected, at: context.height)
        job.open(
            job.isAggregation ? .aggregate : .t1, at: context.height, parameters: parameters, verifier: verifier)
        store(job, state: &state)
        let statement = job.statement
        var events = [
            ProvingEvent.jobSelected(
                job: job.number, id: job.id, firstHeight: statement.firstHeight, lastHeight: statement.lastHeight,
                attempt: statement.attempt, provers: owners)
        ]
        if statement.subBlockCount > 1 {
            events.append(
                .subBlockSelected(
                    job: job.number, height: statement.firstHeight, subBlock: statement.subBlock,
                    count: statement.subBlockCount))
        }
        return .opened(events, .after(statement))
    }

    private static func store(_ job: Job, state: inout SystemState) {
        let number = job.number
        if number == state.nextJobNumber { state.nextJobNumber += 1 }
        // Planned anew, an attempt has another id.
        if let previous = state.jobs[number], previous.id != job.id { state.jobNumbers[previous.id] = nil }
        state.jobNumbers[job.id] = number
        state.jobs[number] = job
        for prover in job.selected { state.provers.update(prover.owner) { $0.assignedJob = number } }
        guard !job.isAggregation else { return }
        if job.statement.isSubBlock {
            let part = Int(job.statement.subBlock)
            state.unproven.update(job.statement.firstHeight) { row in
                if row.split?.parts.indices.contains(part) == true { row.split?.parts[part].job = number }
            }
        } else {
            for height in blocks(of: job, state) { state.unproven.update(height) { $0.job = number } }
        }
    }

    /// Gives what the job `failed` covers to its next attempt.
    static func hand(over failed: UInt64, to next: Job, _ state: inout SystemState) {
        if next.statement.isSubBlock {
            let part = Int(next.statement.subBlock)
            state.unproven.update(next.statement.firstHeight) { row in
                guard row.split?.parts.indices.contains(part) == true, row.split?.parts[part].job == failed else {
                    return
                }
                row.split?.parts[part].job = next.number
            }
        } else {
            for block in blocks(of: next, state) where state.unproven[block]?.job == failed {
                state.unproven.update(block) { $0.job = next.number }
            }
        }
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
