package import ProofField
package import STARKCore
import STARKProver

/// A prover that follows the protocol where it must and lies where it is told to: all its commitments, challenges
/// and work are consistent with the lie.
package struct DishonestProver {
    /// What it commits to instead of the trace's stage-2 columns (natural row order).
    package var stage2: (FeltMatrix) -> Void = { _ in }
    /// What it claims instead of the trace's bus sum.
    package var busSum: (BusSum) -> BusSum = { $0 }
    /// What it claims about the values out of the domain.
    package var values: (inout OutOfDomainValues) -> Void = { _ in }
    /// Chooses the first quotient chunk's value so that the constraints' identity holds at zeta.
    package var forcesIdentity = false
    /// What it sends as the final polynomial.
    package var finalPolynomial: (inout [Ext]) -> Void = { _ in }

    package init() {}

    /// The proof of a trace, and the binding it is for: one of its own unless the caller makes one for the root.
    package func prove(
        _ trace: FeltMatrix, circuit: RecordedCircuit, parameters: ProofParameters,
        binding: ((Digest) -> InstanceBinding)? = nil
    ) throws -> (proof: [UInt8], binding: InstanceBinding) {
        let pool = WorkPool(threads: 1)
        let logHeight = trace.rows.trailingZeroBitCount
        guard let shape = ProofShape(circuit: circuit, logHeight: logHeight, parameters: parameters) else {
            throw ProverError.traceShape
        }
        let main = try ColumnCommitment(values: trace, shape: shape, pool: pool)
        let own = InstanceBinding(
            jobId: [1], seed: circuit.digest, operatorKey: [2], instanceIndex: 0, circuit: circuit.id,
            logHeight: logHeight, root: main.tree.root)
        let binding = binding?(main.tree.root) ?? own
        var transcript = InstanceTranscript(binding: binding, circuit: circuit, shape: shape)
        let bus = try BusColumns(
            trace: trace, circuit: circuit, challenges: BusChallenges(seed: binding.seed, circuit: circuit),
            pool: pool)
        self.stage2(bus.values)
        let stage2 = try ColumnCommitment(values: bus.values, shape: shape, pool: pool)
        let claim = busSum(bus.busSum)
        let bindings = RowProgram.Bindings(
            seed: binding.seed, circuit: circuit,
            gamma: transcript.commitStage2(root: stage2.tree.root, busSum: claim), busSum: claim,
            logHeight: logHeight)
        let coefficients = try QuotientPolynomial.coefficients(
            main: main, stage2: stage2, circuit: circuit, bindings: bindings, shape: shape, pool: pool)
        let quotient = try ColumnCommitment(coefficients: coefficients, shape: shape, pool: pool)
        guard let zeta = transcript.commitQuotient(root: quotient.tree.root) else { throw ProverError.pointInDomain }
        var claimed = PointOpenings.values(
            trace: trace, stage2: bus.values, quotient: coefficients, zeta: zeta, shape: shape, pool: pool)
        values(&claimed)
        if forcesIdentity { force(&claimed, circuit, bindings, zeta.pow(UInt64(trace.rows))) }
        transcript.absorb(claimed)
        let batchingNonce = transcript.grindBatching()
        let layer = BatchedQuotient(main: main, stage2: stage2, quotient: quotient, values: claimed, shape: shape)
            .layer(zeta: zeta, lambda: transcript.batchingChallenge(), pool: pool)
        let folds = try FoldProver(first: layer, shape: shape, transcript: &transcript, pool: pool)
        var final = folds.finalPolynomial
        finalPolynomial(&final)
        transcript.absorb(finalPolynomial: final)
        let queryNonce =
            WorkSearch.nonce(transcript.grindingInput, bits: parameters.queryGrindingBits, pool: pool) ?? .zero
        _ = transcript.checkQueryWork(queryNonce)
        let plan = QueryPlan(shape: shape, positions: transcript.queryPositions())
        var writer = ProofWriter(capacity: 0)
        writer.write(
            ProofHeader(
                mainCap: main.tree.cap, stage2Cap: stage2.tree.cap, busSum: claim, quotientCap: quotient.tree.cap,
                values: claimed, batchingNonce: batchingNonce, layerCaps: folds.caps, finalPolynomial: final,
                queryNonce: queryNonce))
        writer.write(
            QueryOpenings(
                main: main.open(plan.domain), stage2: stage2.open(plan.domain), quotient: quotient.open(plan.domain),
                layers: folds.open(plan)))
        return (writer.bytes, binding)
    }

    private func force(
        _ values: inout OutOfDomainValues, _ circuit: RecordedCircuit, _ bindings: RowProgram.Bindings, _ power: Ext
    ) {
        let sum = PointEvaluator(program: circuit.constraintProgram, bindings: bindings).assertedSum(
            main: values.main, stage2: values.stage2, nextAccumulator: values.nextAccumulator)
        values.quotient[0] = (sum ?? .zero) * (power - .one).inverse - power * values.quotient[1]
    }
}
