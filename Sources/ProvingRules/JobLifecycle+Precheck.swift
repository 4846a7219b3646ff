package import ByteCodec
package import ChainTypes
package import SystemState

extension JobLifecycle {
    /// What is cheap to know of a proving transaction without its payload: mempools and builders ask it, and a block
    /// with a transaction that fails it is invalid.
    ///
    /// - Parameters:
    ///   - fee: wei that the transaction will be charged; the stake must cover it and `penaltyInvalidProof`.
    ///   - height: of the block that is to include it; nil for the block being executed.
    /// - Returns: the owner of the prover that signed.
    package static func precheck(
        _ transaction: ProvingTransaction, operator key: Address, fee: UInt128, verifier: some ProofVerifying,
        state: SystemState, at height: UInt64? = nil
    ) -> Result<Address, ProvingRefusal> {
        let height = height ?? state.height
        guard let job = state.job(id: transaction.jobId) else { return .failure(.unknownJob) }
        if let refusal = refusal(of: job, transaction.phase, at: height) { return .failure(refusal) }
        guard let prover = state.prover(operatedBy: key) else { return .failure(.notRegistered) }
        let parameters = state.parameters
        if prover.activeFrom > height { return .failure(.inactive) }
        if prover.isJailed { return .failure(.jailed) }
        if prover.stake < parameters.minimumStake { return .failure(.belowMinimumStake) }
        let (cost, overflow) = fee.addingReportingOverflow(parameters.penaltyInvalidProof)
        if overflow || prover.stake < cost { return .failure(.stakeCannotCoverFee) }
        if let refusal = refusal(of: prover.owner, transaction, job, parameters: parameters, verifier: verifier) {
            return .failure(refusal)
        }
        return .success(prover.owner)
    }

    /// Whether the job accepts the phase in the block at `height`.
    static func refusal(of job: Job, _ phase: ProvingPhase, at height: UInt64) -> ProvingRefusal? {
        if phase == .aggregate, !job.isAggregation { return .noSubBlocks }
        if job.isClosed { return .jobClosed }
        guard job.phase.accepts == phase, let window = job.window, window.openedAt < height, height <= window.endsAt
        else { return .wrongPhase }
        return nil
    }

    /// Whether the sender may send in this phase: role, one transaction a phase, size.
    static func refusal(
        of owner: Address, _ transaction: ProvingTransaction, _ job: Job, parameters: ProvingParameters,
        verifier: some ProofVerifying
    ) -> ProvingRefusal? {
        if job.isBarred(owner) { return .barred }
        if let refusal = roleRefusal(of: owner, transaction.phase, job) { return refusal }
        if job.hasSent(owner, in: transaction.phase) { return .alreadySent }
        if [.t3, .t4, .t5].contains(transaction.phase) {
            let sent = job.fullProofs.count { $0.inclusion.phase == transaction.phase }
            if sent >= Int(parameters.maxFullProofsPerPhase) { return .fullProofLimitReached }
        }
        if transaction.payloadLength == 0 { return .emptyPayload }
        let limit =
            job.isAggregation ? PhaseLoad.aggregateBytes(job) : PhaseLoad.fullProofBytes(job, verifier: verifier)
        return UInt64(transaction.payloadLength) > limit ? .payloadTooLarge : nil
    }

    private static func roleRefusal(of owner: Address, _ phase: ProvingPhase, _ job: Job) -> ProvingRefusal? {
        switch phase {
        case .t1, .aggregate: return job.rank(of: owner) == nil ? .notSelected : nil
        case .t1Extension:
            guard let rank = job.rank(of: owner) else { return .notSelected }
            return job.selected[rank].extensionInstances.isEmpty ? .nothingDealt : nil
        case .t2:
            guard job.rank(of: owner) != nil else { return .notSelected }
            // Under a commit gap only a stand-alone full proof can come, which needs no commitment.
            return job.commitGap || job.commitment(of: owner) != nil ? nil : .notCommitted
        case .t3, .t4, .t5, .open: return nil
        }
    }

    /// Partial proofs that verifying the transaction may cost, judged by its declared size: what a block's
    /// `verifyBudgetPerBlock` is charged with. 0 when the job is unknown or the transaction makes no proof of its own.
    package static func verificationCost(
        of transaction: ProvingTransaction, verifier: some ProofVerifying, state: SystemState
    ) -> UInt64 {
        guard let job = state.job(id: transaction.jobId), !job.isAggregation else { return 0 }
        let length = UInt64(transaction.payloadLength)
        let isCommitment = transaction.phase == .t1 || transaction.phase == .t1Extension
        let commitments = UInt64(job.plan.count) * PhaseLoad.commitmentEntry + PhaseLoad.payloadFrame
        if isCommitment, length <= commitments { return 0 }
        let smallest = job.plan.map { UInt64(max(1, verifier.maxProofBytes($0))) }.min() ?? 1
        return min(length / smallest + 1, UInt64(job.plan.count))
    }
}
