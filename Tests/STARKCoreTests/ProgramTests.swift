import CKernels
import ProofField
import STARKCore
import STARKSamples
import SeededRandom
import Testing

extension SplitMix64 {
    mutating func felt() -> Felt { Felt(UInt32.random(in: 0..<Felt.modulus, using: &self)) }
    mutating func ext() -> Ext { Ext(felt(), felt(), felt(), felt()) }
}

@Suite("Compiled programs")
struct ProgramTests {
    static let circuits: [RecordedCircuit] = {
        let all: [any Circuit] = [ProductSource(), ProductSink(), PermutationCircuit(), WideCircuit()]
        return all.compactMap { try? RecordedCircuit($0) }
    }()

    private func nodes(_ circuit: RecordedCircuit, _ row: [Felt]) -> [Felt] {
        var values: [Felt] = []
        for node in circuit.nodes {
            switch node {
            case .column(let column): values.append(row[column])
            case .constant(let value): values.append(Felt(value))
            case .operation(.add, let a, let b): values.append(values[a] + values[b])
            case .operation(.subtract, let a, let b): values.append(values[a] - values[b])
            case .operation(.multiply, let a, let b): values.append(values[a] * values[b])
            }
        }
        return values
    }

    @Test("All samples are recorded")
    func samples() {
        #expect(Self.circuits.count == 4)
    }

    @Test("Opcodes are the kernel's")
    func opcodes() {
        #expect(RowProgram.Opcode.allCases.count == Int(CK_OP_COUNT))
        #expect(RowProgram.Opcode.subtractFromConstant.rawValue == UInt16(CK_OP_KSUB))
        #expect(RowProgram.Opcode.extMultiplyAccumulate.rawValue == UInt16(CK_OP_EMAC))
        #expect(RowProgram.Opcode.extAssertZero.rawValue == UInt16(CK_OP_EASSERT))
        #expect(RowProgram.Opcode.store.rawValue == UInt16(CK_OP_STORE))
    }

    /// The constraints straight from their definition, on random values.
    @Test("The constraint program computes the graph and the bus formula", arguments: circuits)
    func constraints(_ circuit: RecordedCircuit) {
        var stream = SplitMix64(seed: UInt64(circuit.id))
        let main = (0..<circuit.columnCount).map { _ in stream.felt() }
        let stage2 = (0..<circuit.pairCount).map { _ in stream.ext() }
        let (next, share) = (stream.ext(), stream.ext())
        let challenges = BusChallenges(seed: circuit.digest, circuit: circuit)
        let weights = (0..<circuit.constraintCount).map { _ in stream.ext() }
        let values = nodes(circuit, main)

        var expected = circuit.constraints.map { Ext(values[$0.node]) }
        for pair in 0..<circuit.pairCount {
            let messages = circuit.messages[(2 * pair)..<min(2 * pair + 2, circuit.messages.count)]
            var (numerator, denominator) = (Ext.zero, Ext.one)
            for message in messages {
                let d = challenges.denominator(bus: message.bus, tuple: message.tuple.map { values[$0] })
                numerator = numerator * d + denominator * values[message.multiplicity]
                denominator *= d
            }
            let last = pair == circuit.pairCount - 1
            let value =
                last
                ? next - stage2[pair] - stage2.dropLast().reduce(.zero, +) + share : stage2[pair]
            expected.append(value * denominator - numerator)
        }

        let bindings = RowProgram.Bindings(challenges: challenges, weights: weights, sumShare: share)
        let inputs = main + stage2.flatMap(\.coefficients) + next.coefficients
        let outcome = RowEvaluator(program: circuit.constraintProgram, bindings: bindings).evaluate(inputs)
        #expect(outcome.asserted == expected)
        #expect(outcome.weightedSum == zip(expected, weights).reduce(.zero) { $0 + $1.0 * $1.1 })

        let point = PointEvaluator(program: circuit.constraintProgram, bindings: bindings)
        #expect(
            point.assertedSum(main: main.map { Ext($0) }, stage2: stage2, nextAccumulator: next)
                == outcome.weightedSum)
        #expect(point.assertedSum(main: [], stage2: stage2, nextAccumulator: next) == nil)
    }

    @Test("The message program stores numerators and denominators", arguments: circuits)
    func messages(_ circuit: RecordedCircuit) {
        var stream = SplitMix64(seed: 77)
        let main = (0..<circuit.columnCount).map { _ in stream.felt() }
        let values = nodes(circuit, main)
        let challenges = BusChallenges(seed: circuit.digest, circuit: circuit)
        let stored = RowEvaluator(
            program: circuit.messageProgram,
            bindings: RowProgram.Bindings(challenges: challenges, weights: [], sumShare: .zero)
        ).evaluate(main).stored
        #expect(stored.count == 8 * circuit.pairCount)
        for pair in 0..<circuit.pairCount {
            var sum = Ext.zero
            for message in circuit.messages[(2 * pair)..<min(2 * pair + 2, circuit.messages.count)] {
                let d = challenges.denominator(bus: message.bus, tuple: message.tuple.map { values[$0] })
                sum += d.inverse * values[message.multiplicity]
            }
            let words = stored[(8 * pair)..<(8 * pair + 8)].map { $0 }
            let numerator = Ext(words[0], words[1], words[2], words[3])
            let denominator = Ext(words[4], words[5], words[6], words[7])
            #expect(numerator * denominator.inverse == sum)
        }
    }

    @Test("Registers are reused: the permutation's working set stays small")
    func registers() {
        for circuit in Self.circuits {
            let inputs = circuit.columnCount + circuit.stage2Width + 4
            #expect(circuit.constraintProgram.slotCount < inputs + 80)
        }
    }

    @Test("Bus challenges are prefix-stable, independent and a function of the seed")
    func challenges() {
        let seed = Poseidon2.hash(fixedLength: [.one])
        let (short, long) = (BusChallenges(seed: seed, width: 3), BusChallenges(seed: seed, width: 20))
        #expect(long.alpha == short.alpha)
        #expect(Array(long.betas[..<4]) == short.betas)
        #expect(Set(long.betas + [long.alpha]).count == 22)
        #expect(BusChallenges(seed: .zero, width: 3) != short)
    }
}
