import ProofField
import STARKCore
import STARKSamples
import STARKVerifier
import Testing

/// Every value opened out of the domain is in the batched quotient: a false one that satisfies the constraints'
/// identity is no low-degree function's.
@Suite("Opened columns", .serialized)
struct OpenedColumnTests {
    @Test("A false value of any column, with the identity forced")
    func everyOpenedColumnIsInTheBatchedQuotient() throws {
        let circuit = try RecordedCircuit(PermutationCircuit())
        let trace = PermutationCircuit.trace(logHeight: 8, active: 7)
        let shape = try #require(ProofShape(circuit: circuit, logHeight: 8, parameters: .insecureTest))
        var opened = 0
        for position in 0..<shape.openingCount {
            var prover = DishonestProver()
            // The first chunk is what the identity is forced with: a false second chunk makes it false as well.
            prover.forcesIdentity = true
            prover.values = { values in
                switch position {
                case 0..<shape.mainWidth: values.main[position] += .basis(position % 4)
                case ..<(shape.mainWidth + shape.stage2Columns): values.stage2[position - shape.mainWidth] += .one
                case shape.openingCount - 1: values.nextAccumulator += .one
                default: values.quotient[1] += .one
                }
            }
            let (proof, binding) = try prover.prove(trace, circuit: circuit, parameters: .insecureTest)
            let result = InstanceVerifier.verify(
                proof, binding: binding, circuit: circuit, parameters: .insecureTest)
            #expect(result == .failure(.finalPolynomial), "value \(position)")
            opened += 1
        }
        #expect(opened == 171 + 2 + 2 + 1)
    }
}
