package import ProofField
package import STARKCore

/// The trace of one instance with its stage-1 commitment.
package struct CommittedTrace: Sendable {
    package let trace: FeltMatrix
    package let logHeight: Int
    /// The root to announce: a function of the trace and the parameters alone.
    package let root: Digest
    package let report: ProvingReport
    let commitment: ColumnCommitment
}

/// A finished proof.
package struct ProvenInstance: Sendable {
    package let proof: [UInt8]
    package let busSum: BusSum
    package let sizes: ProofSizes
    package let report: ProvingReport
}

/// Proves instances of one circuit. Proofs do not depend on the number of threads.
package struct InstanceProver: Sendable {
    package let circuit: RecordedCircuit
    package let parameters: ProofParameters
    private let pool: WorkPool

    package init(circuit: RecordedCircuit, parameters: ProofParameters, threads: Int) {
        self.circuit = circuit
        self.parameters = parameters
        pool = WorkPool(threads: threads)
    }

    /// Commits to a trace: rows in natural order, 2^k of them, stage-1 columns in recorded order. The trace may not
    /// change afterwards. `clock` gives a monotonic time in any unit.
    package func commit(
        _ trace: FeltMatrix, clock: @escaping () -> UInt64 = { 0 }
    ) throws(ProverError) -> CommittedTrace {
        let logHeight = trace.rows.trailingZeroBitCount
        guard trace.width == circuit.columnCount, trace.rows > 0, trace.rows == 1 << logHeight,
            let shape = ProofShape(circuit: circuit, logHeight: logHeight, parameters: parameters)
        else { throw .traceShape }
        let start = clock()
        let times = KernelTimes(clock: clock)
        let commitment = try ColumnCommitment(values: trace, shape: shape, pool: pool, times: times)
        let root = commitment.tree.root
        var report = ProvingReport()
        report.record(.commitTrace, time: clock() &- start)
        report.add(times)
        return CommittedTrace(
            trace: trace, logHeight: logHeight, root: root, report: report, commitment: commitment)
    }

    /// Proves the committed trace for a binding, whose seed is the job's global challenge. `progress` is called
    /// before each stage, on the calling thread.
    package func prove(
        _ committed: CommittedTrace, binding: InstanceBinding, clock: @escaping () -> UInt64 = { 0 },
        progress: (ProvingStage) -> Void = { _ in }
    ) throws(ProverError) -> ProvenInstance {
        guard binding.circuit == circuit.id, binding.logHeight == committed.logHeight,
            binding.root == committed.root,
            let shape = ProofShape(circuit: circuit, logHeight: committed.logHeight, parameters: parameters)
        else { throw .bindingMismatch }
        var report = ProvingReport()
        let times = KernelTimes(clock: clock)
        var running: (stage: ProvingStage, start: UInt64)?
        func enter(_ stage: ProvingStage?) {
            let now = clock()
            if let running { report.record(running.stage, time: now &- running.start) }
            running = stage.map { ($0, now) }
            if let stage { progress(stage) }
        }
        var transcript = InstanceTranscript(binding: binding, circuit: circuit, shape: shape)

        enter(.busColumns)
        let challenges = BusChallenges(seed: binding.seed, circuit: circuit)
        let bus = try BusColumns(trace: committed.trace, circuit: circuit, challenges: challenges, pool: pool)
        let stage2 = try ColumnCommitment(values: bus.values, shape: shape, pool: pool, times: times)
        let gamma = transcript.commitStage2(root: stage2.tree.root, busSum: bus.busSum)

        enter(.quotient)
        let bindings = RowProgram.Bindings(
            seed: binding.seed, circuit: circuit, gamma: gamma, busSum: bus.busSum, logHeight: shape.logHeight)
        let coefficients = try QuotientPolynomial.coefficients(
            main: committed.commitment, stage2: stage2, circuit: circuit, bindings: bindings, shape: shape, pool: pool)
        let quotient = try ColumnCommitment(coefficients: coefficients, shape: shape, pool: pool, times: times)
        guard let zeta = transcript.commitQuotient(root: quotient.tree.root) else { throw .pointInDomain }

        enter(.openings)
        let values = PointOpenings.values(
            trace: committed.trace, stage2: bus.values, quotient: coefficients, zeta: zeta, shape: shape, pool: pool)
        transcript.absorb(values)
        let batchingNonce = transcript.grindBatching()

        enter(.batching)
        let batched = BatchedQuotient(
            main: committed.commitment, stage2: stage2, quotient: quotient, values: values, shape: shape)
        let layer = batched.layer(zeta: zeta, lambda: transcript.batchingChallenge(), pool: pool)

        enter(.folding)
        let folds = try FoldProver(first: layer, shape: shape, transcript: &transcript, pool: pool, times: times)
        guard folds.isLowDegree else { throw .notLowDegree }
        transcript.absorb(finalPolynomial: folds.finalPolynomial)

        enter(.work)
        guard
            let queryNonce = WorkSearch.nonce(
                transcript.grindingInput, bits: parameters.queryGrindingBits, pool: pool),
            transcript.checkQueryWork(queryNonce)
        else { throw .noWitness }

        enter(.queries)
        let plan = QueryPlan(shape: shape, positions: transcript.queryPositions())
        let openings = QueryOpenings(
            main: committed.commitment.open(plan.domain), stage2: stage2.open(plan.domain),
            quotient: quotient.open(plan.domain), layers: folds.open(plan))
        let header = ProofHeader(
            mainCap: committed.commitment.tree.cap, stage2Cap: stage2.tree.cap, busSum: bus.busSum,
            quotientCap: quotient.tree.cap, values: values, batchingNonce: batchingNonce, layerCaps: folds.caps,
            finalPolynomial: folds.finalPolynomial, queryNonce: queryNonce)
        let proof = Self.encode(header, openings, capacity: shape.maximumByteCount)
        enter(nil)
        report.add(times)
        return ProvenInstance(
            proof: proof, busSum: bus.busSum, sizes: ProofSizes(header: header, openings: openings), report: report)
    }

    private static func encode(_ header: ProofHeader, _ openings: QueryOpenings, capacity: Int) -> [UInt8] {
        var writer = ProofWriter(capacity: capacity)
        writer.write(header)
        writer.write(openings)
        return writer.bytes
    }
}
