import ProofField
import STARKCore
import STARKProver
import STARKSamples
import STARKVerifier
import Testing

@Suite("Valid proofs")
struct AcceptanceTests {
    @Test(
        "A job of two circuits verifies",
        arguments: [(ProofParameters.insecureTest, 8), (.insecureTest, 11), (.insecureTest, 15), (.profileA, 8)])
    func job(_ parameters: ProofParameters, _ logHeight: Int) throws {
        let job = try SampleJob(parameters: parameters, logHeight: logHeight)
        for (index, binding) in job.bindings.enumerated() {
            let circuit = job.circuits.circuits[index]
            let verdict = InstanceVerifier.verify(
                job.proofs[index].proof, binding: binding, circuit: circuit, parameters: parameters)
            #expect(verdict == .success(job.sums[index]))
            #expect(job.sums[index] != .zero)
            let shape = try #require(ProofShape(circuit: circuit, logHeight: logHeight, parameters: parameters))
            #expect(job.proofs[index].proof.count <= shape.maximumByteCount)
        }
        #expect(job.rejection(job.statement, job.proofs) == nil)
    }

    @Test("Circuits of the real tables' shapes verify under profile A", arguments: [8, 11])
    func wide(_ logHeight: Int) throws {
        let cases: [(RecordedCircuit, FeltMatrix)] = [
            (try RecordedCircuit(PermutationCircuit()), PermutationCircuit.trace(logHeight: logHeight, active: 100)),
            (try RecordedCircuit(WideCircuit()), WideCircuit.trace(logHeight: logHeight)),
        ]
        for (circuit, trace) in cases {
            let prover = InstanceProver(circuit: circuit, parameters: .profileA, threads: 2)
            let committed = try prover.commit(trace)
            let binding = InstanceBinding(
                jobId: [], seed: committed.root, operatorKey: [], instanceIndex: 0, circuit: circuit.id,
                logHeight: logHeight, root: committed.root)
            let proven = try prover.prove(committed, binding: binding)
            #expect(
                InstanceVerifier.verify(
                    proven.proof, binding: binding, circuit: circuit, parameters: .profileA)
                    == .success(proven.busSum))
        }
    }
}
