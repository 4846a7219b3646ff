import ByteCodec
import ChainTypes
import ProofField
import SystemState

/// Judges a payload against its job: the form of its phase, then everything cheap, then the proofs.
struct PayloadJudgement<Verifier: ProofVerifying> {
    let job: Job
    /// The jobs that proved the sub-blocks that `job` aggregates.
    var parts: [Job] = []
    let owner: Address
    let operatorKey: Address
    let phase: ProvingPhase
    let verifier: Verifier

    typealias Verdict = Result<PayloadFacts, ProvingRefusal>

    func judge(_ payload: [UInt8]) -> Verdict {
        if phase == .aggregate {
            return AggregationJudgement(job: job, parts: parts, verifier: verifier).judge(payload)
        }
        if phase != .t1Extension, payload.first == StandAloneProofPayload.kind { return judgeStandAlone(payload) }
        switch phase {
        case .t1, .t1Extension: return judgeCommitment(payload)
        case .t2: return judgeSubmission(payload)
        case .t3, .t4, .t5: return judgeComposite(payload)
        case .open, .aggregate: return .failure(.noChallenge)
        }
    }

    /// The instances that a commitment of this phase must have.
    private var dealt: [UInt32] {
        guard let rank = job.rank(of: owner) else { return [] }
        return phase == .t1 ? job.selected[rank].instances : job.selected[rank].extensionInstances
    }

    private func judgeCommitment(_ bytes: [UInt8]) -> Verdict {
        guard let payload = try? CommitmentPayload(decoding: bytes) else { return .failure(.malformedPayload) }
        guard payload.entries.map(\.instance) == dealt else { return .failure(.wrongInstances) }
        return .success(
            .commitment(payload.entries.map { InstanceRoot(instance: $0.instance, root: $0.root) }))
    }

    /// The challenge and all roots, if there is a challenge.
    private var canonical: (challenge: Digest, roots: [Digest])? {
        guard let challenge = job.challenge else { return nil }
        let roots = job.canonicalRoots.compactMap { $0 }
        return roots.count == job.plan.count ? (challenge, roots) : nil
    }

    private func verify(
        _ instance: Int, _ proof: [UInt8], roots: [Digest], challenge: Digest
    ) -> Result<Ext, ProvingRefusal> {
        guard instance < job.plan.count, proof.count <= verifier.maxProofBytes(job.plan[instance]) else {
            return .failure(.invalidPartial(instance: UInt32(clamping: instance)))
        }
        return verifier.verifyPartial(
            statement: job.statement, plan: job.plan, roots: roots, challenge: challenge, instance: instance,
            operatorKey: operatorKey, proof: proof
        ).mapError { _ in .invalidPartial(instance: UInt32(clamping: instance)) }
    }

    private func judgeSubmission(_ bytes: [UInt8]) -> Verdict {
        guard let payload = try? SubmissionPayload(decoding: bytes) else { return .failure(.malformedPayload) }
        guard let (challenge, roots) = canonical else { return .failure(.noChallenge) }
        let instances = payload.entries.map(\.instance)
        guard !instances.isEmpty, instances.allSatisfy({ Int($0) < job.plan.count }) else {
            return .failure(.wrongInstances)
        }
        guard job.owed(by: owner).allSatisfy(instances.contains) else { return .failure(.missingInstance) }
        var sums: [InstanceSum] = []
        for entry in payload.entries {
            switch verify(Int(entry.instance), entry.proof, roots: roots, challenge: challenge) {
            case .success(let sum): sums.append(InstanceSum(instance: entry.instance, busSum: sum))
            case .failure(let refusal): return .failure(refusal)
            }
        }
        return .success(.submission(sums))
    }

    private func judgeComposite(_ bytes: [UInt8]) -> Verdict {
        guard let payload = try? CompositeProofPayload(decoding: bytes) else { return .failure(.malformedPayload) }
        guard let (challenge, roots) = canonical else { return .failure(.noChallenge) }
        guard payload.parts.count == job.plan.count else { return .failure(.wrongInstances) }
        var sums = [Ext](repeating: .zero, count: job.plan.count)
        var reused: [Address] = []
        var inlined: [(instance: Int, proof: [UInt8])] = []
        for (instance, part) in payload.parts.enumerated() {
            switch part {
            case .inline(let proof): inlined.append((instance, proof))
            case .reference(let prover):
                guard let submission = job.submission(of: prover) else { return .failure(.unknownSubmission) }
                guard let entry = submission.entries.first(where: { Int($0.instance) == instance }) else {
                    return .failure(.instanceNotInSubmission)
                }
                sums[instance] = entry.busSum
                if !reused.contains(prover) { reused.append(prover) }
            }
        }
        reused.sort()
        guard payload.bloom == SubmissionBloom(job: job, reused: reused).bytes else {
            return .failure(.bloomMismatch)
        }
        for (instance, proof) in inlined {
            switch verify(instance, proof, roots: roots, challenge: challenge) {
            case .success(let sum): sums[instance] = sum
            case .failure(let refusal): return .failure(refusal)
            }
        }
        guard verifier.isBalanced(statement: job.statement, challenge: challenge, sums: sums) else {
            return .failure(.unbalanced)
        }
        return .success(
            .fullProof(kind: .composite, reused: reused, inlined: inlined.map { UInt32(clamping: $0.instance) }))
    }

    private func judgeStandAlone(_ bytes: [UInt8]) -> Verdict {
        guard let payload = try? StandAloneProofPayload(decoding: bytes) else { return .failure(.malformedPayload) }
        guard payload.entries.count == job.plan.count else { return .failure(.wrongInstances) }
        let roots = payload.entries.map(\.root)
        let challenge = verifier.challenge(statement: job.statement, plan: job.plan, roots: roots)
        var sums: [Ext] = []
        for (instance, entry) in payload.entries.enumerated() {
            switch verify(instance, entry.proof, roots: roots, challenge: challenge) {
            case .success(let sum): sums.append(sum)
            case .failure(let refusal): return .failure(refusal)
            }
        }
        guard verifier.isBalanced(statement: job.statement, challenge: challenge, sums: sums) else {
            return .failure(.unbalanced)
        }
        return .success(
            .fullProof(kind: .standAlone, reused: [], inlined: Array(0..<UInt32(clamping: job.plan.count))))
    }

    /// Whether facts that stand in for a pruned payload have the form that the job allows. What they say is bound by
    /// the system root after the block.
    func accepts(_ facts: PayloadFacts) -> Bool {
        switch (facts, phase) {
        case (.commitment(let roots), .t1), (.commitment(let roots), .t1Extension):
            return roots.map(\.instance) == dealt
        case (.submission(let sums), .t2):
            let instances = sums.map(\.instance)
            return !instances.isEmpty && instances.allSatisfy { Int($0) < job.plan.count }
                && isRising(instances) && job.owed(by: owner).allSatisfy(instances.contains)
        case (.fullProof(let kind, let reused, let inlined), _):
            guard phase != .aggregate else { return acceptsAggregate(kind, reused, inlined) }
            let isInPlace =
                kind == .standAlone ? phase != .t1Extension : kind != .aggregate && [.t3, .t4, .t5].contains(phase)
            return isInPlace && isRising(reused) && isRising(inlined)
                && reused.allSatisfy { job.submission(of: $0) != nil }
                && inlined.allSatisfy { Int($0) < job.plan.count }
        default: return false
        }
    }

    private func acceptsAggregate(_ kind: FullProofKind, _ reused: [Address], _ inlined: [UInt32]) -> Bool {
        kind == .aggregate && isRising(reused) && inlined.isEmpty
            && reused.allSatisfy { owner in parts.contains { $0.fullProofs.contains { $0.owner == owner } } }
    }

    private func isRising<T: Comparable>(_ items: [T]) -> Bool {
        zip(items, items.dropFirst()).allSatisfy { $0 < $1 }
    }
}
