package import ProofField
package import STARKCore

/// Verifies one instance's proof. Total: any bytes and any binding give a verdict.
package enum InstanceVerifier {
    /// The instance's bus sum when the proof is valid for exactly this binding, circuit and parameters.
    ///
    /// Order: shape and canonical encoding, work, the constraints' identity at zeta, then the queries. The caller
    /// sees to it that binding and seed are the job's; ``JobVerifier`` adds up the sums. Only tests have a `point`
    /// drawn, see ``InstanceTranscript/commitQuotient(root:drawing:)``.
    package static func verify(
        _ proof: [UInt8], binding: InstanceBinding, circuit: RecordedCircuit, parameters: ProofParameters,
        drawing point: Ext? = nil
    ) -> Result<BusSum, ProofRejection> {
        do throws(ProofRejection) {
            return .success(try check(proof, binding, circuit, parameters, point))
        } catch {
            return .failure(error)
        }
    }

    private static func check(
        _ proof: [UInt8], _ binding: InstanceBinding, _ circuit: RecordedCircuit, _ parameters: ProofParameters,
        _ point: Ext?
    ) throws(ProofRejection) -> BusSum {
        guard binding.circuit == circuit.id else { throw .circuitMismatch }
        guard let shape = ProofShape(circuit: circuit, logHeight: binding.logHeight, parameters: parameters) else {
            throw .heightNotAllowed
        }
        guard proof.count <= shape.maximumByteCount else { throw .wrongLength }
        var reader = ProofReader(proof)
        let header = try reader.header(shape)
        let challenges = try replay(header, binding, circuit, shape, point)
        let plan = QueryPlan(shape: shape, positions: challenges.positions)
        let openings = try reader.openings(shape, plan)

        try checkConstraints(header, challenges, binding, circuit, shape)
        try checkTraceOpenings(header, openings, plan, shape)
        let quotient = OpeningQuotient(
            values: header.values, zeta: challenges.zeta, lambda: challenges.lambda, shape: shape)
        let queried = quotient.values(at: plan.domain.leaves, openings: openings)
        try FoldVerifier(header: header, plan: plan, betas: challenges.betas)
            .check(queried, openings: openings.layers, domain: EvaluationDomain(shape))
        return header.busSum
    }

    private struct Challenges {
        var gamma: Ext
        var zeta: Ext
        var lambda: Ext
        var betas: [Ext]
        var positions: [Int]
    }

    /// The transcript with both checks of work; every part of the header is absorbed.
    private static func replay(
        _ header: ProofHeader, _ binding: InstanceBinding, _ circuit: RecordedCircuit, _ shape: ProofShape,
        _ point: Ext?
    ) throws(ProofRejection) -> Challenges {
        guard MerkleHashing.root(ofCap: header.mainCap) == binding.root else { throw .rootMismatch }
        var transcript = InstanceTranscript(binding: binding, circuit: circuit, shape: shape)
        let gamma = transcript.commitStage2(
            root: MerkleHashing.root(ofCap: header.stage2Cap), busSum: header.busSum)
        let quotientRoot = MerkleHashing.root(ofCap: header.quotientCap)
        guard let zeta = transcript.commitQuotient(root: quotientRoot, drawing: point) else { throw .pointInDomain }
        transcript.absorb(header.values)
        guard transcript.checkBatchingWork(header.batchingNonce) else { throw .batchingWork }
        let lambda = transcript.batchingChallenge()
        var betas: [Ext] = []
        for cap in header.layerCaps { betas.append(transcript.commitLayer(root: MerkleHashing.root(ofCap: cap))) }
        transcript.absorb(finalPolynomial: header.finalPolynomial)
        guard transcript.checkQueryWork(header.queryNonce) else { throw .queryWork }
        return Challenges(
            gamma: gamma, zeta: zeta, lambda: lambda, betas: betas, positions: transcript.queryPositions())
    }

    /// The weighted constraints at zeta equal the quotient times the vanishing polynomial there.
    private static func checkConstraints(
        _ header: ProofHeader, _ challenges: Challenges, _ binding: InstanceBinding, _ circuit: RecordedCircuit,
        _ shape: ProofShape
    ) throws(ProofRejection) {
        let bindings = RowProgram.Bindings(
            seed: binding.seed, circuit: circuit, gamma: challenges.gamma, busSum: header.busSum,
            logHeight: shape.logHeight)
        let evaluator = PointEvaluator(program: circuit.constraintProgram, bindings: bindings)
        let power = challenges.zeta.pow(1 << UInt64(shape.logHeight))
        // Two chunks: the coefficients below and from N on.
        var quotient = Ext.zero
        for chunk in header.values.quotient.reversed() { quotient = quotient * power + chunk }
        let values = header.values
        guard
            let sum = evaluator.assertedSum(
                main: values.main, stage2: values.stage2, nextAccumulator: values.nextAccumulator),
            sum == quotient * (power - .one)
        else { throw .constraints }
    }

    private static func checkTraceOpenings(
        _ header: ProofHeader, _ openings: QueryOpenings, _ plan: QueryPlan, _ shape: ProofShape
    ) throws(ProofRejection) {
        let domain = plan.domain
        guard opens(header.mainCap, openings.main, width: shape.mainWidth, domain) else { throw .mainOpening }
        guard opens(header.stage2Cap, openings.stage2, width: shape.stage2Width, domain) else {
            throw .stage2Opening
        }
        guard opens(header.quotientCap, openings.quotient, width: shape.quotientWidth, domain) else {
            throw .quotientOpening
        }
    }

    private static func opens(
        _ cap: [Digest], _ tree: TreeOpening, width: Int, _ opening: QueryPlan.Opening
    ) -> Bool {
        MerkleHashing.opens(
            cap: cap, leaves: MerkleHashing.leaves(tree.values, width: width), opening: opening,
            siblings: tree.siblings)
    }
}
