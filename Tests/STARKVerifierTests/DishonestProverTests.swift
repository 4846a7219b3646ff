import ProofField
import STARKCore
import STARKSamples
import STARKVerifier
import Testing

/// Forgeries whose commitments, challenges and work are all consistent: one check each stands in their way.
@Suite("Dishonest provers", .serialized)
struct DishonestProverTests {
    private func verdict(
        _ trace: FeltMatrix = ProductSource.trace(logHeight: 11, count: 1500),
        _ configure: (inout DishonestProver) -> Void
    ) throws -> Result<BusSum, ProofRejection> {
        let circuit = try RecordedCircuit(ProductSource())
        var prover = DishonestProver()
        configure(&prover)
        let (proof, binding) = try prover.prove(trace, circuit: circuit, parameters: .insecureTest)
        return InstanceVerifier.verify(proof, binding: binding, circuit: circuit, parameters: .insecureTest)
    }

    @Test("Told no lie it is an honest prover, with and without choosing the quotient's value")
    func honest() throws {
        #expect(throws: Never.self) { try verdict { _ in }.get() }
        #expect(throws: Never.self) { try verdict { $0.forcesIdentity = true }.get() }
    }

    @Test("A bus sum the accumulator does not have")
    func busSum() throws {
        #expect(try verdict { $0.busSum = { _ in .zero } } == .failure(.constraints))
        #expect(try verdict { $0.busSum = { BusSum($0.value + .basis(3)) } } == .failure(.constraints))
    }

    @Test("A bus sum the accumulator does not have, with a quotient value to match")
    func busSumForced() throws {
        let result = try verdict {
            $0.busSum = { _ in .zero }
            $0.forcesIdentity = true
        }
        #expect(result == .failure(.finalPolynomial))
    }

    @Test("A violated constraint, with a quotient value to match")
    func violation() throws {
        let trace = ProductSource.trace(logHeight: 11, count: 1500)
        trace[700, 3] += .one
        #expect(try verdict(trace) { _ in } == .failure(.constraints))
        #expect(try verdict(trace) { $0.forcesIdentity = true } == .failure(.finalPolynomial))
    }

    @Test("A false value out of the domain, with a quotient value to match", arguments: 0..<7)
    func falseValue(_ position: Int) throws {
        let result = try verdict {
            $0.values = { values in
                switch position {
                case 0..<4: values.main[position] += .one
                case 4: values.stage2[0] += .one
                case 5: values.nextAccumulator += .one
                default: values.quotient[1] += .one
                }
            }
            $0.forcesIdentity = true
        }
        #expect(result == .failure(.finalPolynomial))
    }

    @Test("Another final polynomial", arguments: [0, 1, 31])
    func finalPolynomial(_ coefficient: Int) throws {
        let result = try verdict { $0.finalPolynomial = { $0[coefficient] += .one } }
        #expect(result == .failure(.finalPolynomial))
    }
}
