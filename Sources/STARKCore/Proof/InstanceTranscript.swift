package import ProofField

/// The challenges of one instance in their order; prover and verifier take the same steps.
///
/// binding, stage-1 root | stage-2 root, bus sum -> gamma | quotient root -> zeta | values out of the domain, work
/// -> lambda | per fold: layer root -> beta | final polynomial, work -> query positions.
package struct InstanceTranscript: Sendable {
    private var transcript: Transcript
    private let shape: ProofShape

    /// Absorbs the binding, the stage-1 root in it: nothing of the instance can be chosen after that.
    package init(binding: InstanceBinding, circuit: RecordedCircuit, shape: ProofShape) {
        transcript = binding.transcript(
            parametersDigest: shape.parameters.digest, circuitDigest: circuit.digest)
        self.shape = shape
    }

    /// Returns gamma, whose powers weigh the constraints.
    package mutating func commitStage2(root: Digest, busSum: BusSum) -> Ext {
        transcript.absorb(root)
        transcript.absorb(busSum.value)
        return transcript.squeezeExt()
    }

    /// Returns zeta, the point out of the domain; nil when it lies in the trace or the evaluation domain. By chance
    /// that happens about once in 2^100 proofs: tests have the transcript draw a `point` of theirs.
    package mutating func commitQuotient(root: Digest, drawing point: Ext? = nil) -> Ext? {
        transcript.absorb(root)
        let drawn = transcript.squeezeExt()
        let zeta = point ?? drawn
        return shape.containsInDomains(zeta) ? nil : zeta
    }

    /// Absorbs the values out of the domain, in batching order.
    package mutating func absorb(_ values: OutOfDomainValues) {
        for value in values.atPoint { transcript.absorb(value) }
        transcript.absorb(values.nextAccumulator)
    }

    /// The prover's work before the batching challenge.
    package mutating func grindBatching() -> Felt {
        transcript.grind(bits: shape.parameters.batchingGrindingBits)
    }

    /// Absorbs the nonce and says whether it is worth `batchingGrindingBits`.
    package mutating func checkBatchingWork(_ nonce: Felt) -> Bool {
        transcript.checkWitness(nonce, bits: shape.parameters.batchingGrindingBits)
    }

    /// Returns lambda, whose powers batch the columns.
    package mutating func batchingChallenge() -> Ext {
        transcript.squeezeExt()
    }

    /// Returns the fold's beta.
    package mutating func commitLayer(root: Digest) -> Ext {
        transcript.absorb(root)
        return transcript.squeezeExt()
    }

    /// Absorbs the coefficients, lowest degree first.
    package mutating func absorb(finalPolynomial: [Ext]) {
        for coefficient in finalPolynomial { transcript.absorb(coefficient) }
    }

    /// The search state of the work before the queries, for a search on several threads.
    package var grindingInput: GrindingInput { transcript.grindingInput }

    /// Absorbs the nonce and says whether it is worth `queryGrindingBits`.
    package mutating func checkQueryWork(_ nonce: Felt) -> Bool {
        transcript.checkWitness(nonce, bits: shape.parameters.queryGrindingBits)
    }

    /// The queried positions of the evaluation domain, rising and distinct.
    package mutating func queryPositions() -> [Int] {
        var positions: [Int] = []
        for _ in 0..<shape.parameters.queryCount { positions.append(Int(transcript.squeezeBits(shape.domainLog))) }
        return QueryPlan.distinct(positions.sorted())
    }
}
