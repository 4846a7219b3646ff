package import ProofField
package import STARKCore
import STARKProver
package import STARKVerifier

/// A job of the two product circuits, proven once. One product is public: the job sends it, the sink takes it.
package struct SampleJob: Sendable {
    package let parameters: ProofParameters
    package let circuits: CircuitSet
    package let statement: InstanceListStatement
    package let seed: Digest
    package let bindings: [InstanceBinding]
    package let proofs: [PartialProof]
    package let sums: [BusSum]

    package static let operatorKey = [UInt8](0..<20)

    /// One instance's proof and the operator it is bound to.
    package struct PartialProof: Equatable, Sendable {
        package let operatorKey: [UInt8]
        package let proof: [UInt8]

        package init(operatorKey: [UInt8], proof: [UInt8]) {
            self.operatorKey = operatorKey
            self.proof = proof
        }
    }

    /// Why a whole job is refused.
    package enum Rejection: Error, Hashable {
        case plan(JobRejection)
        /// Not one proof per instance of the plan.
        case instanceCount
        case instance(Int, ProofRejection)
        case unbalanced
    }

    /// The whole job as a chain verifies it: plan, challenge from the statement, every instance, balance.
    package func rejection(_ statement: InstanceListStatement, _ proofs: [PartialProof]) -> Rejection? {
        let plan = statement.instances.map { (circuit: $0.circuit, logHeight: $0.logHeight) }
        let refused = JobVerifier.checkPlan(
            plan, publicMessages: statement.publicMessages, circuits: circuits, parameters: parameters)
        if let refused { return .plan(refused) }
        guard proofs.count == statement.instances.count else { return .instanceCount }
        let seed = statement.seed(parameters: parameters)
        var sums: [BusSum] = []
        for (index, partial) in proofs.enumerated() {
            guard let binding = statement.binding(index: index, operatorKey: partial.operatorKey, seed: seed),
                let circuit = circuits.circuit(id: binding.circuit)
            else { return .instanceCount }
            switch InstanceVerifier.verify(partial.proof, binding: binding, circuit: circuit, parameters: parameters) {
            case .success(let sum): sums.append(sum)
            case .failure(let rejection): return .instance(index, rejection)
            }
        }
        let isBalanced = JobVerifier.isBalanced(sums, publicMessages: statement.publicMessages, seed: seed)
        return isBalanced ? nil : .unbalanced
    }

    /// A `sinkOffset` other than zero gives the sink other products than were sent: valid proofs, but no balance.
    package init(parameters: ProofParameters, logHeight: Int, threads: Int = 1, sinkOffset: Int = 0) throws {
        let recorded = [try RecordedCircuit(ProductSource()), try RecordedCircuit(ProductSink())]
        let count = (1 << logHeight) - 5
        let source = ProductSource.trace(logHeight: logHeight, count: count)
        // The last product comes from the public message instead.
        for column in 0..<4 { source[count - 1, column] = .zero }
        let traces = [source, ProductSink.trace(logHeight: logHeight, count: count, offset: sinkOffset)]
        let provers = recorded.map { InstanceProver(circuit: $0, parameters: parameters, threads: threads) }
        let committed = try zip(provers, traces).map { try $0.commit($1) }
        let (a, b) = (count, 3 * (count - 1))
        let circuits = try CircuitSet(recorded)
        let statement = InstanceListStatement(
            programHash: circuits.programHash(parameters: parameters), chainId: 1337,
            jobId: [UInt8](repeating: 0xA5, count: 32), planRoot: [UInt8](repeating: 1, count: 32),
            publicInputs: [UInt8](repeating: 2, count: 32),
            publicMessages: [
                PublicMessage(bus: productBus, tuple: [a, b, a * b].map(Felt.init(reducing:)), multiplicity: 1)
            ],
            instances: zip(recorded, committed).map {
                GlobalChallenge.Commitment(circuit: $0.id, logHeight: logHeight, root: $1.root)
            })
        self.parameters = parameters
        self.statement = statement
        self.circuits = circuits
        let seed = statement.seed(parameters: parameters)
        self.seed = seed
        bindings = recorded.indices.compactMap {
            statement.binding(index: $0, operatorKey: Self.operatorKey, seed: seed)
        }
        var (proofs, sums): ([PartialProof], [BusSum]) = ([], [])
        for (index, prover) in provers.enumerated() {
            let proven = try prover.prove(committed[index], binding: bindings[index])
            proofs.append(PartialProof(operatorKey: Self.operatorKey, proof: proven.proof))
            sums.append(proven.busSum)
        }
        self.proofs = proofs
        self.sums = sums
    }
}
