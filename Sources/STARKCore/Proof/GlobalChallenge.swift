package import ProofField

/// The one challenge that all instances of a job share, fixed after every stage-1 root is.
package enum GlobalChallenge {
    /// An instance of the plan with its one canonical root.
    package struct Commitment: Equatable, Sendable {
        /// Identifier of the circuit.
        package let circuit: UInt32
        /// log2 of the rows.
        package let logHeight: Int
        /// Merkle root of the stage-1 trace's low-degree extension.
        package let root: Digest

        package init(circuit: UInt32, logHeight: Int, root: Digest) {
            self.circuit = circuit
            self.logHeight = logHeight
            self.root = root
        }
    }

    /// The seed of the bus challenges; it is to be used for nothing else.
    ///
    /// - Parameters:
    ///   - parametersDigest: ``ProofParameters/digest``, hash family included.
    ///   - programHash: ``CircuitSet/programHash(parameters:)``.
    ///   - publicInputs: a digest of all values that enter as public bus terms.
    ///   - commitments: in plan order.
    package static func derive(
        parametersDigest: Digest, programHash: Digest, chainId: UInt64, jobId: [UInt8], planRoot: [UInt8],
        publicInputs: [UInt8], commitments: [Commitment]
    ) -> Digest {
        var transcript = Transcript(domain: .globalChallenge)
        transcript.absorb(parametersDigest)
        transcript.absorb(programHash)
        transcript.absorb(number: chainId)
        transcript.absorb(bytes: jobId)
        transcript.absorb(bytes: planRoot)
        transcript.absorb(bytes: publicInputs)
        transcript.absorb(number: UInt64(commitments.count))
        for commitment in commitments {
            transcript.absorb(number: UInt64(commitment.circuit))
            transcript.absorb(number: UInt64(truncatingIfNeeded: commitment.logHeight))
            transcript.absorb(commitment.root)
        }
        return transcript.squeezeDigest()
    }
}

/// What one instance's proof is bound to. All of it is absorbed before any challenge of the instance, so a proof
/// cannot be moved to another operator, job or place.
package struct InstanceBinding: Equatable, Sendable {
    /// 32 bytes.
    package let jobId: [UInt8]
    /// The job's global challenge.
    package let seed: Digest
    /// The address of the prover's operator key, 20 bytes.
    package let operatorKey: [UInt8]
    /// Place in the job's plan.
    package let instanceIndex: UInt32
    /// Identifier of the circuit.
    package let circuit: UInt32
    /// log2 of the rows.
    package let logHeight: Int
    /// The Merkle root of the stage-1 trace's low-degree extension.
    package let root: Digest

    package init(
        jobId: [UInt8], seed: Digest, operatorKey: [UInt8], instanceIndex: UInt32, circuit: UInt32, logHeight: Int,
        root: Digest
    ) {
        self.jobId = jobId
        self.seed = seed
        self.operatorKey = operatorKey
        self.instanceIndex = instanceIndex
        self.circuit = circuit
        self.logHeight = logHeight
        self.root = root
    }

    /// The instance's transcript with everything fixed before stage 2. Lengths precede bytes: the encoding is
    /// injective for any input.
    package func transcript(parametersDigest: Digest, circuitDigest: Digest) -> Transcript {
        var transcript = Transcript(domain: .instance)
        transcript.absorb(parametersDigest)
        transcript.absorb(circuitDigest)
        transcript.absorb(seed)
        transcript.absorb(bytes: jobId)
        transcript.absorb(number: UInt64(instanceIndex))
        transcript.absorb(number: UInt64(circuit))
        transcript.absorb(number: UInt64(truncatingIfNeeded: logHeight))
        transcript.absorb(bytes: operatorKey)
        transcript.absorb(root)
        return transcript
    }
}
