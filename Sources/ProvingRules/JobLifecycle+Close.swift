import ByteCodec
import ChainTypes
package import SystemState

extension JobLifecycle {
    /// The block's end, jobs in order of (first height, sub-block, attempt): phases close and open, jobs settle,
    /// provers are released; then the block joins the queue, and what is over is forgotten.
    package static func closeBlock(
        _ context: BlockContext, operations: BlockOperations, verifier: some ProofVerifying, state: inout SystemState
    ) -> [ProvingEvent] {
        var events: [ProvingEvent] = []
        for number in jobsInOrder(state) {
            advance(number, context.height, verifier: verifier, state: &state, events: &events)
        }
        if operations.count > 0 {
            state.unproven[context.height] = UnprovenBlock(
                blockHash: nil, before: operations.before, after: operations.after,
                operationCount: operations.count, split: operations.split)
            if let split = operations.split {
                events.append(.blockSplit(height: context.height, subBlocks: UInt32(clamping: split.parts.count)))
            }
        }
        // Blocks without operations have no row: they are proven with their predecessor.
        let proven = state.unproven.keys.first.map { max($0, 1) - 1 } ?? context.height
        if proven > state.provenHeight {
            state.provenHeight = proven
            events.append(.provenHeightAdvanced(height: proven))
        }
        startUnbonding(&state, events: &events)
        prune(&state)
        return events
    }

    private static func jobsInOrder(_ state: SystemState) -> [UInt64] {
        state.jobs.values.filter { !$0.isClosed && $0.phase != .queued }
            .sorted {
                let (a, b) = ($0.statement, $1.statement)
                return (a.firstHeight, a.subBlock, a.attempt, $0.number)
                    < (b.firstHeight, b.subBlock, b.attempt, $1.number)
            }
            .map(\.number)
    }

    /// Moves one job on, if its time has come.
    private static func advance(
        _ number: UInt64, _ height: UInt64, verifier: some ProofVerifying, state: inout SystemState,
        events: inout [ProvingEvent]
    ) {
        guard var job = state.jobs[number], let window = job.window else { return }
        let before = job
        let closing = JobClosing(verifier: verifier, height: height, parameters: state.parameters)
        if job.provenAt == nil, !job.fullProofs.isEmpty {
            closing.prove(&job, &state, &events)
        }
        if job.isDecided {
            closing.finish(&job, .proven, &state, &events)
        } else if window.openedAt < height,
            height >= window.endsAt || (state.parameters.earlyAdvance && closing.isOver(job, state))
        {
            closing.closePhase(&job, &state, &events)
        }
        if job != before { state.jobs[number] = job }
    }

    /// Provers that leave start to unbond once nothing can cost them anything any more.
    private static func startUnbonding(_ state: inout SystemState, events: inout [ProvingEvent]) {
        let (release, overflow) = state.height.addingReportingOverflow(state.parameters.unbondingBlocks)
        for (owner, prover) in state.provers.rows where prover.isLeaving && prover.assignedJob == nil {
            let amount = prover.pendingStake.reduce(prover.stake) { $0 + $1.amount }
            guard amount > 0, !isLiable(owner, state: state) else { continue }
            let entry = TimedAmount(amount: amount, height: overflow ? .max : release)
            state.provers.update(owner) {
                $0.stake = 0
                $0.pendingStake = []
                $0.unbonding.append(entry)
            }
            events.append(.unbondingStarted(owner: owner, amount: amount, releaseAt: entry.height))
        }
    }

    /// Forgets jobs `jobRetention` blocks after their settlement, and those that proved a sub-block not before their
    /// block is aggregated.
    private static func prune(_ state: inout SystemState) {
        var kept = Set(state.unproven.values.compactMap(\.split).flatMap(\.parts).compactMap(\.job))
        for job in state.jobs.values where !job.isClosed { kept.formUnion(job.subBlocks.map(\.job)) }
        for (number, job) in state.jobs.rows where !kept.contains(number) {
            guard let closed = job.closedAt, state.height - closed > state.parameters.jobRetention else { continue }
            state.jobs[number] = nil
            state.jobNumbers[job.id] = nil
        }
    }
}
