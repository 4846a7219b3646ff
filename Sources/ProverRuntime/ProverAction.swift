package import ByteCodec
package import ChainTypes
package import ProvingRules
package import SystemState

/// What an honest prover does next for a job, derived from chain state alone: never from the outcome of its own
/// sending, so that a crash, a lost answer or a restart changes nothing.
package enum ProverAction: Hashable, Sendable {
    /// Send the stage-1 roots of these instances.
    case commit(ProvingPhase, instances: [UInt32])
    /// Send partial proofs of these instances, whose canonical roots are the prover's own.
    case submit(instances: [UInt32])
    /// Send a composite full proof made of the submissions on chain.
    case aggregate(ProvingPhase)
    /// Send the proof over the block's sub-blocks, made of their full proofs on chain.
    case aggregateSubBlocks
    /// Prove everything alone.
    case proveAlone(ProvingPhase)
    case wait(Reason)

    package enum Reason: Hashable, Sendable {
        case notSelected, done, barred, notCommitted, rootsNotCanonical, phaseNotMine, turnOfOthers, closed
    }

    /// The action of `owner` for a block at `height`.
    ///
    /// Aggregation goes by turns, so that one proof is sent and not as many as there are provers: of those with a valid
    /// submission, in selection order, the k-th waits k blocks; a prover without one waits for all of them. In phases
    /// without usable partial proofs, selected provers take the turn by rank and everyone else after them. Each
    /// aggregator of a split block sends a proof of its own, since one that is silent is not paid.
    package static func next(_ job: Job, owner: Address, height: UInt64) -> ProverAction {
        guard let phase = job.phase.accepts, let window = job.windows.last else { return .wait(.closed) }
        guard height <= window.endsAt else { return .wait(.closed) }
        if job.isBarred(owner) { return .wait(.barred) }
        if job.hasSent(owner, in: phase) { return .wait(.done) }
        let rank = job.rank(of: owner)
        switch phase {
        case .t1:
            guard let rank else { return .wait(.notSelected) }
            return .commit(.t1, instances: job.selected[rank].instances)
        case .t1Extension:
            guard let rank else { return .wait(.notSelected) }
            let instances = job.selected[rank].extensionInstances
            return instances.isEmpty ? .wait(.phaseNotMine) : .commit(.t1Extension, instances: instances)
        case .t2:
            guard rank != nil else { return .wait(.notSelected) }
            if job.commitGap { return alone(job, owner, phase, window, height) }
            guard job.commitment(of: owner) != nil else { return .wait(.notCommitted) }
            let owed = job.owed(by: owner)
            return owed.isEmpty ? .wait(.rootsNotCanonical) : .submit(instances: owed)
        case .t3, .t4, .t5:
            guard job.fullProofs.isEmpty else { return .wait(.done) }
            guard job.partialsComplete else { return alone(job, owner, phase, window, height) }
            let submitters = job.selected.map(\.owner).filter { job.submission(of: $0) != nil }
            let turn = submitters.firstIndex(of: owner) ?? submitters.count
            return isTurn(turn, window, height) ? .aggregate(phase) : .wait(.turnOfOthers)
        case .open:
            guard job.fullProofs.isEmpty else { return .wait(.done) }
            return alone(job, owner, phase, window, height)
        case .aggregate:
            return rank == nil ? .wait(.notSelected) : .aggregateSubBlocks
        }
    }

    private static func alone(
        _ job: Job, _ owner: Address, _ phase: ProvingPhase, _ window: PhaseWindow, _ height: UInt64
    ) -> ProverAction {
        isTurn(job.rank(of: owner) ?? job.selected.count, window, height)
            ? .proveAlone(phase) : .wait(.turnOfOthers)
    }

    /// Turn k begins k blocks after the window opened; when the window is too short for all, the last ones share its
    /// end. `height` is not after it.
    private static func isTurn(_ turn: Int, _ window: PhaseWindow, _ height: UInt64) -> Bool {
        height > window.openedAt && (height - window.openedAt > UInt64(turn) || window.endsAt - height <= 1)
    }
}

extension AggProofPayload {
    /// The proof over the sub-blocks that the job aggregates.
    package init(_ job: Job) {
        self.init(parts: job.subBlocks.map { Part(job: $0.id, prover: $0.prover) })
    }
}

extension CompositeProofPayload {
    /// A full proof made of references alone; nil when an instance has no valid partial proof on chain.
    package static func ofReferences(_ job: Job) -> CompositeProofPayload? {
        guard let parts = references(job) else { return nil }
        let reused = Set(parts.compactMap { if case .reference(let owner) = $0 { owner } else { nil } })
        return CompositeProofPayload(parts: parts, bloom: SubmissionBloom(job: job, reused: reused.sorted()).bytes)
    }

    /// References to the submissions on chain for every instance. As many submissions as possible are used, since the
    /// prover of one that is not is fined; among those the first in selection order, so that every node's aggregator
    /// makes the same. nil when an instance has no valid partial proof.
    package static func references(_ job: Job) -> [Part]? {
        let submissions = job.selected.compactMap { job.submission(of: $0.owner) }
        let offers = submissions.map { submission in
            submission.entries.map { Int($0.instance) }.filter { job.plan.indices.contains($0) }
        }
        var used = [Int?](repeating: nil, count: job.plan.count)
        for submission in offers.indices {
            var tried: Set<Int> = []
            _ = place(submission, offers, &used, &tried)
        }
        for (submission, instances) in offers.enumerated() {
            for instance in instances where used[instance] == nil { used[instance] = submission }
        }
        let parts = used.compactMap { $0.map { Part.reference(prover: submissions[$0].owner) } }
        return parts.count == job.plan.count ? parts : nil
    }

    /// Gives the submission an instance of its own, moving others where needed: an augmenting path of a maximum
    /// matching (Kuhn 1955).
    private static func place(
        _ submission: Int, _ offers: [[Int]], _ used: inout [Int?], _ tried: inout Set<Int>
    ) -> Bool {
        for instance in offers[submission] where tried.insert(instance).inserted {
            if let holder = used[instance], !place(holder, offers, &used, &tried) { continue }
            used[instance] = submission
            return true
        }
        return false
    }
}
