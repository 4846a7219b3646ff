package import ByteCodec
package import ChainTypes
package import SystemState

extension JobLifecycle {
    /// Applies a proving transaction that passed `precheck` and whose fee was charged.
    ///
    /// With its payload, the payload is judged. Without, for a block older than the retention, `claimedVerdict` is
    /// taken, and `facts` in place of what a valid payload says.
    package static func apply(
        _ transaction: ProvingTransaction, operator key: Address, transactionHash: Bytes32, payload: [UInt8]?,
        claimedVerdict: Bool? = nil, facts: PayloadFacts? = nil, verifier: some ProofVerifying,
        context: BlockContext, state: inout SystemState
    ) -> ProvingOutcome {
        func refused(_ refusal: ProvingRefusal) -> ProvingOutcome {
            ProvingOutcome(accepted: false, valid: false, refusal: refusal)
        }
        guard let job = state.job(id: transaction.jobId) else { return refused(.unknownJob) }
        guard let owner = state.prover(operatedBy: key)?.owner else { return refused(.notRegistered) }
        let refusal =
            refusal(of: job, transaction.phase, at: context.height)
            ?? refusal(of: owner, transaction, job, parameters: state.parameters, verifier: verifier)
        if let refusal { return refused(refusal) }

        let inclusion = Inclusion(
            owner: owner, operatorKey: key, phase: transaction.phase, height: context.height,
            proposer: context.proposer, transactionHash: transactionHash, payloadDigest: transaction.payloadDigest)
        if job.isDecided {
            state.jobs.update(job.number) { $0.unpaid.append(inclusion) }
            return ProvingOutcome(accepted: true, valid: true)
        }
        let judgement = PayloadJudgement(
            job: job, parts: job.subBlocks.compactMap { state.jobs[$0.job] }, owner: owner, operatorKey: key,
            phase: transaction.phase, verifier: verifier)
        let verdict: Result<PayloadFacts, ProvingRefusal>
        if let payload {
            guard payload.count == Int(transaction.payloadLength),
                Payload.digest(of: payload) == transaction.payloadDigest
            else { return refused(.payloadDigestMismatch) }
            verdict = judgement.judge(payload)
        } else if claimedVerdict == false {
            verdict = .failure(.foundInvalid)
        } else if claimedVerdict == true, let facts, judgement.accepts(facts) {
            verdict = .success(facts)
        } else {
            return refused(.payloadMissing)
        }
        switch verdict {
        case .success(let facts): return record(facts, inclusion, job: job.number, state: &state)
        case .failure(let refusal): return reject(refusal, inclusion, job: job.number, state: &state)
        }
    }

    private static func record(
        _ facts: PayloadFacts, _ inclusion: Inclusion, job number: UInt64, state: inout SystemState
    ) -> ProvingOutcome {
        let phase = JobPhase(rawValue: inclusion.phase.rawValue) ?? .closed
        let event: ProvingEvent
        switch facts {
        case .commitment(let roots):
            state.jobs.update(number) { $0.commitments.append(Commitment(inclusion: inclusion, roots: roots)) }
            event = .committed(job: number, prover: inclusion.owner, phase: phase)
        case .submission(let sums):
            state.jobs.update(number) { $0.submissions.append(Submission(inclusion: inclusion, entries: sums)) }
            event = .submitted(job: number, prover: inclusion.owner, instances: UInt32(clamping: sums.count))
        case .fullProof(let kind, let reused, let inlined):
            state.jobs.update(number) {
                $0.fullProofs.append(
                    FullProof(inclusion: inclusion, kind: kind, reused: reused, inlined: inlined))
            }
            event = .fullProofAccepted(
                job: number, prover: inclusion.owner, phase: phase, reused: UInt32(clamping: reused.count))
        }
        return ProvingOutcome(accepted: true, valid: true, events: [event], facts: facts)
    }

    /// An invalid payload costs its signer `penaltyInvalidProof` and every further transaction for the job.
    private static func reject(
        _ refusal: ProvingRefusal, _ inclusion: Inclusion, job number: UInt64, state: inout SystemState
    ) -> ProvingOutcome {
        state.jobs.update(number) { $0.invalid.append(inclusion) }
        let burned = state.burnFromStake(inclusion.owner, state.parameters.penaltyInvalidProof)
        let phase = JobPhase(rawValue: inclusion.phase.rawValue) ?? .closed
        return ProvingOutcome(
            accepted: true, valid: false, refusal: refusal,
            events: [
                .proofRejected(job: number, prover: inclusion.owner, phase: phase),
                .penalised(
                    job: number, prover: inclusion.owner, reason: .penaltyInvalidProof, amount: burned),
            ])
    }
}

extension Job {
    /// Whether a full proof won the job, which closes it at the block's end: the first in T1, T2 or the open phase.
    var isDecided: Bool {
        fullProofs.contains { [.t1, .t2, .open].contains($0.inclusion.phase) }
    }
}
