import ProofField
import STARKCore
import STARKProver
import STARKSamples
import STARKVerifier
import Testing

/// An honest prover program run on dishonest traces: only the identity at zeta stands in the way.
@Suite("Traces that violate a constraint")
struct ViolationTests {
    @Test("Any one cell changed in any row is refused for its constraints", arguments: [(0, 3), (200, 3), (255, 0)])
    func productSource(_ row: Int, _ column: Int) throws {
        let trace = ProductSource.trace(logHeight: 8, count: 256)
        trace[row, column] += .one
        #expect(try verdict(RecordedCircuit(ProductSource()), trace) == .constraints)
    }

    @Test("A permutation's wrong round is refused", arguments: [16, 79, 80, 99, 100, 163, 164, 169])
    func permutation(_ column: Int) throws {
        let trace = PermutationCircuit.trace(logHeight: 8, active: 7)
        trace[100, column] += Felt(5)
        #expect(try verdict(RecordedCircuit(PermutationCircuit()), trace) == .constraints)
    }

    @Test("The honest traces pass")
    func honest() throws {
        #expect(
            try verdict(RecordedCircuit(ProductSource()), ProductSource.trace(logHeight: 8, count: 256)) == nil)
        #expect(
            try verdict(
                RecordedCircuit(PermutationCircuit()), PermutationCircuit.trace(logHeight: 8, active: 7)) == nil)
    }

    private func verdict(_ circuit: RecordedCircuit, _ trace: FeltMatrix) throws -> ProofRejection? {
        let prover = InstanceProver(circuit: circuit, parameters: .insecureTest, threads: 1)
        let committed = try prover.commit(trace)
        let binding = InstanceBinding(
            jobId: [1], seed: committed.root, operatorKey: [2], instanceIndex: 0, circuit: circuit.id, logHeight: 8,
            root: committed.root)
        let proven = try prover.prove(committed, binding: binding)
        let result = InstanceVerifier.verify(
            proven.proof, binding: binding, circuit: circuit, parameters: .insecureTest)
        if case .failure(let rejection) = result { return rejection }
        return nil
    }
}
