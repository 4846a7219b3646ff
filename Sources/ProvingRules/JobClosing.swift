package import ByteCodec
import ChainTypes
import ProofField
package import SystemState

/// The transitions of one job at the end of the block at `height`.
struct JobClosing<Verifier: ProofVerifying> {
    let verifier: Verifier
    let height: UInt64
    let parameters: ProvingParameters

    /// Whether nothing that counts can arrive in the job's phase any more.
    func isOver(_ job: Job, _ state: SystemState) -> Bool {
        switch job.phase {
        case .t1: return job.selected.allSatisfy { hasSent($0.owner, job, .t1) }
        case .t1Extension:
            return job.selected.allSatisfy {
                $0.extensionInstances.isEmpty || hasSent($0.owner, job, .t1Extension)
            }
        case .t2:
            return !job.commitGap
                && job.selected.allSatisfy { job.owed(by: $0.owner).isEmpty || hasSent($0.owner, job, .t2) }
        case .t3, .t4, .t5:
            guard let phase = job.phase.accepts else { return false }
            let valid = job.fullProofs.count { $0.inclusion.phase == phase }
            return valid >= Int(parameters.maxFullProofsPerPhase)
                || (job.provenAt != nil && state.provers.values.allSatisfy { !mayStillSend($0, job, phase) })
        case .aggregate: return job.selected.allSatisfy { hasSent($0.owner, job, .aggregate) }
        case .queued, .open, .closed: return false
        }
    }

    private func hasSent(_ owner: Address, _ job: Job, _ phase: ProvingPhase) -> Bool {
        job.hasSent(owner, in: phase) || job.isBarred(owner)
    }

    private func mayStillSend(_ prover: Prover, _ job: Job, _ phase: ProvingPhase) -> Bool {
        !prover.isJailed && prover.stake >= parameters.minimumStake && !hasSent(prover.owner, job, phase)
    }

    // MARK: - Phases

    func closePhase(_ job: inout Job, _ state: inout SystemState, _ events: inout [ProvingEvent]) {
        switch job.phase {
        case .t1:
            let uncovered = canonicalise(&job)
            if !uncovered.isEmpty, !job.commitments.isEmpty {
                reassign(uncovered, &job, state, &events)
            } else {
                closeCommitments(&job, &events)
            }
        case .t1Extension:
            _ = canonicalise(&job)
            closeCommitments(&job, &events)
        case .t2: closePartials(&job, &state, &events)
        case .t3, .t4, .t5: closeAggregation(&job, &state, &events)
        case .aggregate:
            if job.provenAt == nil { job.reach(.aggregationLapsed, at: height) }
            finish(&job, job.provenAt == nil ? .lapsed : .proven, &state, &events)
        case .queued, .open, .closed: break
        }
    }

    private func open(_ phase: JobPhase, _ job: inout Job, _ events: inout [ProvingEvent]) {
        job.open(phase, at: height, parameters: parameters, verifier: verifier)
        events.append(.phaseOpened(job: job.number, phase: phase, endsAt: job.window?.endsAt ?? .max))
    }

    /// Fixes one root for every instance: the one with the most commitments, ties to the root whose earliest committer
    /// in selection order comes first. Returns the instances without any.
    private func canonicalise(_ job: inout Job) -> [UInt32] {
        var votes = [[(root: Digest, count: Int)]](repeating: [], count: job.plan.count)
        for prover in job.selected {
            for commitment in job.commitments where commitment.owner == prover.owner {
                for entry in commitment.roots where Int(entry.instance) < votes.count {
                    let instance = Int(entry.instance)
                    if let place = votes[instance].firstIndex(where: { $0.root == entry.root }) {
                        votes[instance][place].count += 1
                    } else {
                        votes[instance].append((entry.root, 1))
                    }
                }
            }
        }
        job.canonicalRoots = votes.map { roots in
            roots.reduce(nil as (root: Digest, count: Int)?) { best, next in
                if let best, best.count >= next.count { best } else { next }
            }?.root
        }
        return job.canonicalRoots.indices.filter { job.canonicalRoots[$0] == nil }.map { UInt32($0) }
    }

    /// Deals what nobody committed once more, among those who did commit.
    private func reassign(
        _ instances: [UInt32], _ job: inout Job, _ state: SystemState, _ events: inout [ProvingEvent]
    ) {
        let ranks = job.selected.indices.filter { job.commitment(of: job.selected[$0].owner) != nil }
        let seed = SelectionSeed.of(
            chainId: job.statement.chainId, firstHeight: job.statement.firstHeight, subBlock: job.statement.subBlock,
            attempt: job.statement.attempt, mix: state.mix)
        var stream = SeedStream(seed: seed, purpose: Selection.Purpose.extensionDeal)
        let hands = Dealing.deal(
            instances: instances, provers: ranks.count, redundancy: Int(parameters.redundancy), stream: &stream)
        for (rank, hand) in zip(ranks, hands) { job.selected[rank].extensionInstances = hand }
        job.reassignmentCount = UInt32(clamping: instances.count)
        job.reach(.reassigned, at: height)
        events.append(.instancesReassigned(job: job.number, count: job.reassignmentCount))
        open(.t1Extension, &job, &events)
    }

    /// T1 is over: the challenge, or none if an instance has no root.
    private func closeCommitments(_ job: inout Job, _ events: inout [ProvingEvent]) {
        let roots = job.canonicalRoots.compactMap { $0 }
        job.commitGap = roots.count < job.plan.count
        job.reach(job.commitGap ? .commitGap : .proofCommitted, at: height)
        events.append(
            .t1Closed(
                job: job.number, commitments: UInt32(clamping: job.commitments.count), commitGap: job.commitGap))
        if !job.commitGap {
            let challenge = verifier.challenge(statement: job.statement, plan: job.plan, roots: roots)
            job.challenge = challenge
            events.append(.challengeSet(job: job.number, challenge: challenge))
        }
        open(.t2, &job, &events)
    }

    /// T2 is over: the provers are free.
    private func closePartials(_ job: inout Job, _ state: inout SystemState, _ events: inout [ProvingEvent]) {
        job.partialsComplete = isComplete(job)
        job.reach(job.partialsComplete ? .partialsComplete : .partialsIncomplete, at: height)
        if job.partialsComplete { events.append(.partialsComplete(job: job.number)) }
        release(job, &state)
        for submission in job.submissions {
            state.provers.update(submission.owner) { HistoryScore.credit(&$0, at: height) }
        }
        open(.t3, &job, &events)
    }

    /// Whether every instance has a valid partial proof and the bus sums cancel.
    private func isComplete(_ job: Job) -> Bool {
        guard let challenge = job.challenge else { return false }
        var sums = [Ext?](repeating: nil, count: job.plan.count)
        for entry in job.submissions.flatMap(\.entries) where Int(entry.instance) < sums.count {
            if sums[Int(entry.instance)] == nil { sums[Int(entry.instance)] = entry.busSum }
        }
        let known = sums.compactMap { $0 }
        return known.count == sums.count
            && verifier.isBalanced(statement: job.statement, challenge: challenge, sums: known)
    }

    private func closeAggregation(_ job: inout Job, _ state: inout SystemState, _ events: inout [ProvingEvent]) {
        if job.provenAt != nil {
            finish(&job, .proven, &state, &events)
        } else if job.phase == .t5 {
            job.reach(.fallbackRoute, at: height)
            finish(&job, .retried, &state, &events)
            retry(job, &state, &events)
        } else {
            job.reach(.aggregationDelayed, at: height)
            open(job.phase == .t3 ? .t4 : .t5, &job, &events)
        }
    }

    // MARK: - The end

    /// The first valid full proof: the job's blocks are proven, or a part of its block.
    func prove(_ job: inout Job, _ state: inout SystemState, _ events: inout [ProvingEvent]) {
        job.provenAt = height
        job.reach(.proofVerified, at: height)
        if job.isAggregation {
            if let sender = job.fullProofs.first?.owner {
                events.append(
                    .blockAggregated(job: job.number, height: job.statement.firstHeight, prover: sender))
            }
            return
        }
        if job.statement.isSubBlock {
            proveSubBlock(job, &state)
        } else {
            for block in JobLifecycle.blocks(of: job, state) where state.unproven[block]?.job == job.number {
                state.unproven[block] = nil
            }
        }
        events.append(
            .jobProven(
                job: job.number, firstHeight: job.statement.firstHeight, lastHeight: job.statement.lastHeight))
    }

    /// A sub-block is proven. With the last of them the block is, and waits for its aggregators.
    private func proveSubBlock(_ job: Job, _ state: inout SystemState) {
        let (block, part) = (job.statement.firstHeight, Int(job.statement.subBlock))
        state.unproven.update(block) { row in
            guard row.split?.parts.indices.contains(part) == true, row.split?.parts[part].job == job.number else {
                return
            }
            row.split?.parts[part].isProven = true
        }
        guard let row = state.unproven[block], let split = row.split, split.parts.allSatisfy(\.isProven) else { return }
        state.unproven[block] = nil
        if parameters.proversPerAggProof > 0 { queueAggregation(of: row, split, after: job, &state) }
    }

    private func queueAggregation(
        of block: UnprovenBlock, _ split: BlockSplit, after last: Job, _ state: inout SystemState
    ) {
        var statement = last.statement
        statement.subBlock = statement.subBlockCount
        statement.operationCount = block.operationCount
        statement.operationsDigest = split.operationsDigest
        statement.operationsRoot = split.operationsRoot
        (statement.before, statement.after) = (block.before, block.after)
        statement.attempt = 0
        var job = Job(
            number: state.nextJobNumber, id: statement.id, statement: statement, plan: [],
            planRoot: PlannedInstance.planRoot([]), phase: .queued)
        state.nextJobNumber += 1
        job.subBlocks = split.parts.compactMap { part in
            let proof = part.job == last.number ? last : part.job.flatMap { state.jobs[$0] }
            return proof.flatMap { proof in
                proof.fullProofs.first.map { SubBlockProof(job: proof.number, id: proof.id, prover: $0.owner) }
            }
        }
        job.reach(.provingQueued, at: height)
        state.jobs[job.number] = job
        state.jobNumbers[job.id] = job.number
    }

    private func release(_ job: Job, _ state: inout SystemState) {
        for prover in job.selected where state.provers[prover.owner]?.assignedJob == job.number {
            state.provers.update(prover.owner) { $0.assignedJob = nil }
        }
    }

    /// Settles, frees the provers and counts misses.
    func finish(
        _ job: inout Job, _ outcome: JobOutcome, _ state: inout SystemState, _ events: inout [ProvingEvent]
    ) {
        release(job, &state)
        job.payments = Settlement.settle(job, parameters: parameters)
        events += Settlement.book(job.payments, job: job.number, state: &state)
        for payment in job.payments where [.penaltyT1Prover, .penaltyT2Prover].contains(payment.reason) {
            countMiss(payment.account.address, &state, &events)
        }
        job.phase = .closed
        job.outcome = outcome
        job.closedAt = height
        job.reach(.settled, at: height)
        events.append(.jobClosed(job: job.number, outcome: outcome))
    }

    private func countMiss(_ owner: Address, _ state: inout SystemState, _ events: inout [ProvingEvent]) {
        guard let prover = state.provers[owner], !prover.isJailed else { return }
        var misses = prover.misses.filter { height - min($0, height) < parameters.jailWindow }
        misses.append(height)
        let isJailed = parameters.missesToJail > 0 && misses.count >= Int(parameters.missesToJail)
        let (until, overflow) = height.addingReportingOverflow(parameters.unjailDelay)
        state.provers.update(owner) {
            $0.misses = isJailed ? [] : misses
            if isJailed {
                $0.jailedAt = height
                $0.jailedUntil = overflow ? .max : until
            }
        }
        if isJailed { events.append(.jailed(owner: owner, until: overflow ? .max : until)) }
    }

    // MARK: - The next attempt

    /// A further attempt over the same blocks: with the same provers if at least half took part and no root was
    /// disputed, else with others than the suspects of this and earlier attempts; after the last, open to all.
    private func retry(_ failed: Job, _ state: inout SystemState, _ events: inout [ProvingEvent]) {
        var statement = failed.statement
        statement.attempt += 1
        var job = Job(
            number: state.nextJobNumber, id: statement.id, statement: statement, plan: failed.plan,
            planRoot: failed.planRoot, phase: .queued)
        job.firstOperation = failed.firstOperation
        state.nextJobNumber += 1
        // Suspects of earlier attempts stay out: they would only commit such roots again.
        job.excluded = failed.excluded
        let took = failed.selected.count { failed.tookPart($0.owner) }
        if took > 0, 2 * took >= failed.selected.count, !failed.isDisputed, !failed.isUnbalanced {
            job.preferred = failed.selected.map(\.owner)
        } else {
            job.excluded += failed.suspects.filter { !failed.excluded.contains($0) }
        }
        job.reach(.fallbackRoute, at: height)
        if statement.attempt >= parameters.maxAttempts {
            job.phase = .open
            job.windows = [PhaseWindow(phase: .open, openedAt: height, endsAt: .max)]
            job.reach(.openToAll, at: height)
        }
        state.jobs[job.number] = job
        state.jobNumbers[job.id] = job.number
        JobLifecycle.hand(over: failed.number, to: job, &state)
        events.append(.jobRetried(job: failed.number, next: job.number, attempt: statement.attempt))
        if job.phase == .open { events.append(.phaseOpened(job: job.number, phase: .open, endsAt: .max)) }
    }
}

extension Job {
    /// Whether a selected prover did its part: a valid submission, or a commitment where nothing more was owed.
    package func tookPart(_ owner: Address) -> Bool {
        submission(of: owner) != nil || (commitment(of: owner) != nil && !defaultedInT2(owner))
    }

    /// Whether two roots were committed for one instance.
    package var isDisputed: Bool { !disputedInstances.isEmpty }

    /// Every instance has a valid partial proof, and yet the bus sums do not cancel: a canonical root is wrong.
    package var isUnbalanced: Bool {
        var isProven = [Bool](repeating: false, count: plan.count)
        for entry in submissions.flatMap(\.entries) where Int(entry.instance) < isProven.count {
            isProven[Int(entry.instance)] = true
        }
        return challenge != nil && !partialsComplete && !isProven.contains(false)
    }

    /// Whom the next attempt leaves out, in order of selection: who committed a root for which no valid partial proof
    /// came. When all came and their sums do not cancel, a canonical root is of a wrong trace, and nobody can say
    /// whose: then it is everyone with a root of a disputed instance, and, when none is disputed, all who committed.
    package var suspects: [Address] {
        let doubtful = isUnbalanced ? (isDisputed ? disputedInstances : Set(plan.indices)) : unprovenInstances
        return selected.map(\.owner).filter { owner in
            commitments.contains { commitment in
                commitment.owner == owner
                    && commitment.roots.contains { entry in
                        let index = Int(entry.instance)
                        return index >= canonicalRoots.count || canonicalRoots[index] != entry.root
                            || doubtful.contains(index)
                    }
            }
        }
    }

    private var disputedInstances: Set<Int> {
        Set(
            commitments.flatMap(\.roots).filter { entry in
                let index = Int(entry.instance)
                return index < canonicalRoots.count && canonicalRoots[index] != entry.root
            }.map { Int($0.instance) })
    }

    private var unprovenInstances: Set<Int> {
        Set(plan.indices).subtracting(submissions.flatMap(\.entries).map { Int($0.instance) })
    }
}
