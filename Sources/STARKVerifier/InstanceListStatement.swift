package import ProofField
package import STARKCore

/// A message the verifier itself puts on a bus: a public input of the job.
package struct PublicMessage: Equatable, Sendable {
    /// The bus that the tuple is put on.
    package let bus: Bus
    /// As many elements as the bus is wide; others are refused when the plan is checked.
    package let tuple: [Felt]
    /// Negative when it takes the tuple.
    package let multiplicity: Int

    package init(bus: Bus, tuple: [Felt], multiplicity: Int) {
        self.bus = bus
        self.tuple = tuple
        self.multiplicity = multiplicity
    }
}

/// What a job's proofs are to show, from the chain's state alone.
package struct InstanceListStatement: Equatable, Sendable {
    /// ``CircuitSet/programHash(parameters:)`` of the program that the job names.
    package let programHash: Digest
    /// EIP-155 chain id.
    package let chainId: UInt64
    /// `JobStatement.id`, 32 bytes.
    package let jobId: [UInt8]
    /// `PlannedInstance.planRoot` of the plan, 32 bytes.
    package let planRoot: [UInt8]
    /// Digest of everything that `publicMessages` follow from.
    package let publicInputs: [UInt8]
    /// The terms that the verifier adds to the instances' bus sums.
    package let publicMessages: [PublicMessage]
    /// Circuit, height and canonical root of every instance, in plan order.
    package let instances: [GlobalChallenge.Commitment]

    package init(
        programHash: Digest, chainId: UInt64, jobId: [UInt8], planRoot: [UInt8], publicInputs: [UInt8],
        publicMessages: [PublicMessage], instances: [GlobalChallenge.Commitment]
    ) {
        self.programHash = programHash
        self.chainId = chainId
        self.jobId = jobId
        self.planRoot = planRoot
        self.publicInputs = publicInputs
        self.publicMessages = publicMessages
        self.instances = instances
    }

    /// The job's global challenge.
    package func seed(parameters: ProofParameters) -> Digest {
        GlobalChallenge.derive(
            parametersDigest: parameters.digest, programHash: programHash, chainId: chainId, jobId: jobId,
            planRoot: planRoot, publicInputs: publicInputs, commitments: instances)
    }

    /// What instance `index` binds its proof to; nil when the plan has no such instance.
    package func binding(index: Int, operatorKey: [UInt8], seed: Digest) -> InstanceBinding? {
        guard instances.indices.contains(index), let instanceIndex = UInt32(exactly: index) else { return nil }
        return InstanceBinding(
            jobId: jobId, seed: seed, operatorKey: operatorKey, instanceIndex: instanceIndex,
            circuit: instances[index].circuit, logHeight: instances[index].logHeight, root: instances[index].root)
    }
}
