package import ChainTypes
package import SystemState

/// What a phase is expected to put into blocks; it lengthens the phase's window.
package struct PhaseLoad: Hashable, Sendable {
    /// Payload bytes, as they will be declared.
    package var bytes: UInt64
    /// Partial proofs to verify.
    package var proofs: UInt64

    package init(bytes: UInt64, proofs: UInt64) {
        self.bytes = bytes
        self.proofs = proofs
    }

    /// Bytes of an entry of a commitment payload: instance and root.
    static let commitmentEntry: UInt64 = 36
    /// Bytes of a payload around its entries, at most.
    static let payloadFrame: UInt64 = 16
    /// Bytes around one proof in a payload, at most: a tag or index, a length, and a stand-alone proof's root.
    static let proofFrame: UInt64 = 40

    /// Payload bytes of a full proof that carries every partial proof, at most.
    package static func fullProofBytes(_ job: Job, verifier: some ProofVerifying) -> UInt64 {
        let proofs = job.plan.reduce(UInt64(0)) { $0 + UInt64(max(0, verifier.maxProofBytes($1))) + proofFrame }
        return min(
            proofs + payloadFrame + UInt64(SubmissionBloom(selected: job.selected.count).bytes.count),
            UInt64(Limits.maxPayloadBytes))
    }

    /// Payload bytes of a proof over the job's sub-blocks.
    static func aggregateBytes(_ job: Job) -> UInt64 {
        UInt64(job.statement.subBlockCount) * AggProofPayload.partBytes + payloadFrame
    }

    /// The most that the phase can bring of what honest provers owe, by the job's plan and hands as they stand. 0 for
    /// phases in which nothing is owed.
    package static func of(_ phase: JobPhase, _ job: Job, verifier: some ProofVerifying) -> PhaseLoad {
        switch phase {
        case .t1:
            let entries = job.selected.reduce(0) { $0 + $1.instances.count }
            return PhaseLoad(
                bytes: UInt64(entries) * commitmentEntry + UInt64(job.selected.count) * payloadFrame, proofs: 0)
        case .t1Extension:
            let entries = job.selected.reduce(0) { $0 + $1.extensionInstances.count }
            return PhaseLoad(
                bytes: UInt64(entries) * commitmentEntry + UInt64(job.selected.count) * payloadFrame, proofs: 0)
        case .t2:
            let owed = job.commitGap ? [] : job.selected.flatMap { job.owed(by: $0.owner) }
            let bytes = owed.reduce(UInt64(0)) { sum, instance in
                sum + UInt64(max(0, verifier.maxProofBytes(job.plan[Int(instance)]))) + proofFrame
            }
            return PhaseLoad(
                bytes: bytes + UInt64(job.selected.count) * payloadFrame, proofs: UInt64(owed.count))
        case .t3, .t4, .t5, .open:
            return PhaseLoad(bytes: fullProofBytes(job, verifier: verifier), proofs: UInt64(job.plan.count))
        case .aggregate: return PhaseLoad(bytes: aggregateBytes(job), proofs: 0)
        case .queued, .closed:
            return PhaseLoad(bytes: 0, proofs: 0)
        }
    }

    /// Blocks that the load fills at the budgets of a block; budgets of 0 bound nothing.
    package func blocks(_ parameters: ProvingParameters) -> UInt64 {
        func blocks(_ load: UInt64, _ budget: UInt64) -> UInt64 {
            budget == 0 ? 0 : load / budget + (load % budget == 0 ? 0 : 1)
        }
        return max(
            blocks(bytes, parameters.proofBytesPerBlock), blocks(proofs, parameters.verifyBudgetPerBlock))
    }
}

extension PhaseWindows {
    /// Blocks by genesis; the open phase has no end.
    package func length(of phase: JobPhase) -> UInt64 {
        switch phase {
        case .t1: t1
        case .t1Extension: t1Extension
        case .t2: t2
        case .t3: t3
        case .t4: t4
        case .t5: t5
        case .aggregate: aggProof
        case .queued, .open, .closed: .max
        }
    }
}

extension Job {
    /// Opens a phase at the end of block `height` (T1: in it), for as long as genesis and the load ask for.
    mutating func open(
        _ phase: JobPhase, at height: UInt64, parameters: ProvingParameters, verifier: some ProofVerifying
    ) {
        let blocks = max(
            parameters.windows.length(of: phase), parameters.minWindowBlocks, 1,
            PhaseLoad.of(phase, self, verifier: verifier).blocks(parameters))
        let (end, overflow) = height.addingReportingOverflow(blocks)
        self.phase = phase
        windows.append(PhaseWindow(phase: phase, openedAt: height, endsAt: overflow ? .max : end))
    }
}
