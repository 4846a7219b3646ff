package import ByteCodec
package import ChainTypes
package import SystemState

/// What a prover of some strategy does next for a job.
package enum ProverMove: Hashable, Sendable {
    case wait
    /// What the chain asks, by own work.
    case work(ProverAction)
    /// Something else than what the chain asks, made without proving.
    case forge(ProvingPhase, Forgery)
    /// Do the work, and end before it is sent.
    case crash(ProverAction)

    /// The phase that its transaction addresses; nil when there is nothing to send.
    package func phase(of job: Job) -> ProvingPhase? {
        switch self {
        case .wait: nil
        case .work(let action), .crash(let action): action.phase(of: job)
        case .forge(let phase, _): phase
        }
    }
}

/// A payload for a job as anyone can see it, in the pool or in a block.
package struct SeenPayload: Hashable, Sendable {
    package var operatorKey: Address
    package var phase: ProvingPhase
    package var payload: [UInt8]

    package init(operatorKey: Address, phase: ProvingPhase, payload: [UInt8]) {
        self.operatorKey = operatorKey
        self.phase = phase
        self.payload = payload
    }
}

extension ProverStrategy {
    /// The move for a block at `height`: the one place in which strategies differ.
    ///
    /// - Parameter seen: others' payloads for the job; looked at only by strategies that watch others.
    package func move(_ job: Job, owner: Address, height: UInt64, seen: [SeenPayload]) -> ProverMove {
        let action = ProverAction.next(job, owner: owner, height: height)
        switch self {
        case .honest: return ProverMove(action)
        case .late:
            guard let window = job.windows.last, height >= window.endsAt else { return .wait }
            return ProverMove(action)
        case .withholding:
            return action.isCommitment ? .work(action) : .wait
        case .wrongRoot:
            guard case .commit(let phase, let instances) = action else { return .wait }
            return .forge(phase, .wrongRoots(instances))
        case .copiedRoot:
            guard case .commit(let phase, let instances) = action else { return .wait }
            return steal(phase, .copiedRoots(instances), job, seen)
        case .copiedProof:
            return thieving(action, job, owner, height, seen)
        case .garbage:
            switch action {
            case .commit: return .work(action)
            case .submit(let instances): return .forge(.t2, .garbage(instances))
            case .aggregate(let phase), .proveAlone(let phase): return .forge(phase, .garbage(job.allInstances))
            case .aggregateSubBlocks: return .forge(.aggregate, .garbage([]))
            case .wait: return .wait
            }
        case .oversize:
            guard let phase = action.phase(of: job) else { return .wait }
            return action.isCommitment ? .work(action) : .forge(phase, .oversize)
        case .censoring:
            if let phase = job.openAggregation(for: owner, at: height) {
                return steal(phase, .fewestSubmissions(first: owner), job, seen)
            }
            return ProverMove(action)
        case .freeRider:
            guard let phase = job.openAggregation(for: owner, at: height) else { return .wait }
            return steal(phase, .references, job, seen)
        case .crash(let step):
            return action.phase(of: job) == step ? .crash(action) : ProverMove(action)
        }
    }

    /// A copied full proof in T3 to T5, else others' submissions by reference; copies of whatever the chain asks before.
    private func thieving(
        _ action: ProverAction, _ job: Job, _ owner: Address, _ height: UInt64, _ seen: [SeenPayload]
    ) -> ProverMove {
        if let phase = job.openAggregation(for: owner, at: height) {
            let copy = steal(phase, .copiedFullProof, job, seen)
            return copy == .wait ? steal(phase, .references, job, seen) : copy
        }
        switch action {
        case .commit(let phase, let instances): return steal(phase, .copiedRoots(instances), job, seen)
        case .submit(let instances): return steal(.t2, .copiedPartials(instances), job, seen)
        case .proveAlone(let phase), .aggregate(let phase): return steal(phase, .copiedFullProof, job, seen)
        case .wait, .aggregateSubBlocks: return .wait
        }
    }

    private func steal(_ phase: ProvingPhase, _ forgery: Forgery, _ job: Job, _ seen: [SeenPayload]) -> ProverMove {
        forgery.payload(job, phase: phase, seen: seen) == nil ? .wait : .forge(phase, forgery)
    }
}

extension ProverMove {
    fileprivate init(_ action: ProverAction) {
        if case .wait = action { self = .wait } else { self = .work(action) }
    }
}

extension ProverAction {
    fileprivate var isCommitment: Bool { if case .commit = self { true } else { false } }
}

extension Job {
    fileprivate var allInstances: [UInt32] { plan.indices.map { UInt32($0) } }

    /// The aggregation phase in which `owner` may send a full proof in the block at `height`, whosever turn it is.
    fileprivate func openAggregation(for owner: Address, at height: UInt64) -> ProvingPhase? {
        guard let accepted = phase.accepts, [.t3, .t4, .t5].contains(accepted), let window, height > window.openedAt,
            height <= window.endsAt, !isBarred(owner), !hasSent(owner, in: accepted)
        else { return nil }
        return accepted
    }
}
