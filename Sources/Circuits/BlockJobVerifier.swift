import AccountTree
package import ByteCodec
package import ChainTypes
package import ProofField
package import STARKCore
package import STARKVerifier

/// Verifies the proofs of a block's job. Links the verifier only, and is total: any statement, plan, roots and bytes
/// give a verdict.
package struct BlockJobVerifier: Sendable {
    /// What every proof of the chain is verified under.
    package let program: BlockProgram

    package init(program: BlockProgram) {
        self.program = program
    }

    /// Whether the statement is about this program and its count and root of operations are those that its digest (and
    /// so the job's id) commits to.
    package func isConsistent(_ statement: JobStatement) -> Bool {
        statement.programHash == program.programHash && statement.operationCount > 0
            && statement.operationCount <= Limits.maxOperationsPerJob
            && hasItsDigest(statement)
    }

    /// Whether the operations of the parts, one after the other, are those of `block`: the parts' operations trees are
    /// subtrees of the block's, whose root and count its digest commits to.
    package func joins(_ parts: [JobStatement], into block: JobStatement) -> Bool {
        guard (parts + [block]).allSatisfy(hasItsDigest) else { return false }
        let root = OperationsTree.root(joining: parts.map { (Int($0.operationCount), $0.operationsRoot) })
        let count = parts.reduce(UInt64(0)) { $0 + UInt64($1.operationCount) }
        return root == block.operationsRoot && count == UInt64(block.operationCount)
    }

    private func hasItsDigest(_ statement: JobStatement) -> Bool {
        statement.operationsDigest
            == OperationsTree.digest(count: statement.operationCount, root: statement.operationsRoot)
    }

    /// Checks that the plan stays within the bounds of the bus argument; to be done before the challenge is derived.
    package func check(plan: [PlannedInstance], statement: JobStatement) -> JobRejection? {
        JobVerifier.checkPlan(
            plan.map { (circuit: $0.circuit, logHeight: Int($0.logHeight)) },
            publicMessages: PublicTerms.messages(statement), circuits: program.circuits,
            parameters: program.parameters)
    }

    /// The global challenge over the one canonical root of every instance, in plan order.
    package func challenge(statement: JobStatement, plan: [PlannedInstance], roots: [Digest]) -> Digest {
        instances(statement, plan, roots).seed(parameters: program.parameters)
    }

    /// The job in the proof system's terms.
    private func instances(
        _ statement: JobStatement, _ plan: [PlannedInstance], _ roots: [Digest]
    ) -> InstanceListStatement {
        InstanceListStatement(
            programHash: statement.programHash, chainId: statement.chainId, jobId: statement.id.bytes,
            planRoot: PlannedInstance.planRoot(plan).bytes, publicInputs: publicInputs(statement),
            publicMessages: PublicTerms.messages(statement),
            instances: zip(plan, roots).map { instance, root in
                GlobalChallenge.Commitment(
                    circuit: instance.circuit, logHeight: Int(instance.logHeight), root: root)
            })
    }

    /// Everything that ``PublicTerms`` are made of: n (u32, big-endian), then root of the operations, before, after.
    private func publicInputs(_ statement: JobStatement) -> [UInt8] {
        var writer = ByteWriter()
        writer.u32(statement.operationCount)
        for digest in [statement.operationsRoot, statement.before, statement.after] { writer.raw(digest.bytes) }
        return writer.bytes
    }

    /// What the proof of an instance is bound to. Nil when the index lies outside of plan or roots.
    package func binding(
        statement: JobStatement, plan: [PlannedInstance], roots: [Digest], challenge: Digest, instance: Int,
        operatorKey: Address
    ) -> InstanceBinding? {
        instances(statement, plan, roots).binding(
            index: instance, operatorKey: operatorKey.bytes, seed: challenge)
    }

    /// The bus sum that a valid partial proof of `instance` exposes. `challenge` is that of
    /// ``challenge(statement:plan:roots:)``.
    package func verifyPartial(
        statement: JobStatement, plan: [PlannedInstance], roots: [Digest], challenge: Digest, instance: Int,
        operatorKey: Address, proof: [UInt8]
    ) -> Result<BusSum, ProofRejection> {
        guard
            let binding = binding(
                statement: statement, plan: plan, roots: roots, challenge: challenge, instance: instance,
                operatorKey: operatorKey),
            let circuit = program.circuits.circuit(id: binding.circuit)
        else { return .failure(.circuitMismatch) }
        return InstanceVerifier.verify(proof, binding: binding, circuit: circuit, parameters: program.parameters)
    }

    /// Whether the bus sums of all instances and the public terms add to zero, for a consistent statement.
    package func isBalanced(statement: JobStatement, challenge: Digest, sums: [BusSum]) -> Bool {
        isConsistent(statement)
            && JobVerifier.isBalanced(
                sums, publicMessages: PublicTerms.messages(statement), seed: challenge)
    }

    /// The longest possible proof of an instance in bytes; 0 when the program has no such instance.
    package func maxProofBytes(_ instance: PlannedInstance) -> Int {
        guard let circuit = program.circuits.circuit(id: instance.circuit),
            let shape = ProofShape(
                circuit: circuit, logHeight: Int(instance.logHeight), parameters: program.parameters)
        else { return 0 }
        return shape.maximumByteCount
    }
}
