import ProofField
import STARKCore
import STARKSamples
import Testing

/// A circuit from a closure, for descriptions that are wrong on purpose.
struct ClosureCircuit: Circuit {
    var name = "closure"
    var id: UInt32 = 9
    let body: @Sendable (inout AIRBuilder) -> Void

    func describe(_ air: inout AIRBuilder) { body(&air) }
}

private let bus = Bus(id: 5, name: "BUS", width: 2)

@Suite("Recording a circuit")
struct RecordingTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let error: RecordingError
        var id: UInt32 = 9
        let body: @Sendable (inout AIRBuilder) -> Void

        var testDescription: String { "\(error)" }
    }

    static let mistakes: [Mistake] = [
        Mistake(error: .noColumns) { $0.send(bus, [1, 2], times: 1, "m") },
        Mistake(error: .noMessages) { _ = $0.column("a") },
        Mistake(error: .invalidCircuitIdentifier(0), id: 0) { _ = $0.column("a") },
        Mistake(error: .invalidCircuitIdentifier(1 << 24), id: 1 << 24) { _ = $0.column("a") },
        Mistake(error: .duplicateColumn("a")) {
            _ = $0.column("a")
            _ = $0.column("a")
        },
        Mistake(error: .duplicateLabel("x")) {
            let a = $0.column("a")
            $0.assertZero(a, "x")
            $0.assertZero(a * a, "x")
        },
        Mistake(error: .constraintDegree("x", 4)) {
            let a = $0.column("a")
            $0.assertZero(a * a * a * a - a, "x")
        },
        Mistake(error: .constantConstraint("x")) { $0.assertZero($0.constant(3) - 3, "x") },
        Mistake(error: .messageDegree("m", 2)) {
            let a = $0.column("a")
            $0.send(bus, [a * a, 1], times: 1, "m")
        },
        Mistake(error: .tupleWidth("m", expected: 2, actual: 3)) {
            let a = $0.column("a")
            $0.send(bus, [a, a, a], times: 1, "m")
        },
        Mistake(error: .invalidBus("ZERO")) {
            $0.send(Bus(id: 0, name: "ZERO", width: 1), [$0.column("a")], times: 1, "m")
        },
        Mistake(error: .conflictingBus("BUS")) {
            let a = $0.column("a")
            $0.send(Bus(id: 5, name: "BUS", width: 1), [a], times: 1, "m")
            $0.send(bus, [a, a], times: 1, "n")
        },
        Mistake(error: .unboundedMultiplicity("m")) {
            let a = $0.column("a")
            $0.send(bus, [a, a], times: a, "m")
        },
        // Registers and constant words are numbered in 16 bits.
        Mistake(error: .programTooLarge) {
            let columns = $0.columns("a", 1 << 16)
            $0.send(bus, [columns[0], columns[1]], times: 1, "m")
        },
        Mistake(error: .programTooLarge) {
            let a = $0.column("a")
            for value in 0...(1 << 14) { $0.assertZero(a + Expression(value), "x[\(value)]") }
            $0.send(bus, [a, a], times: 1, "m")
        },
    ]

    @Test("A wrong description is refused by name", arguments: mistakes)
    func refusal(_ mistake: Mistake) {
        #expect(throws: mistake.error) {
            try RecordedCircuit(ClosureCircuit(id: mistake.id, body: mistake.body))
        }
    }

    @Test("An expression of another recording is refused")
    func foreignExpression() {
        final class Box: @unchecked Sendable { var expression: Expression? }
        let box = Box()
        _ = try? RecordedCircuit(ClosureCircuit { box.expression = $0.column("a") })
        #expect(throws: RecordingError.foreignExpression) {
            try RecordedCircuit(
                ClosureCircuit {
                    let a = $0.column("a")
                    $0.send(bus, [a, box.expression ?? 0], times: 1, "m")
                })
        }
    }

    @Test("Equal subexpressions are one node; stage 2 has a column per pair of messages")
    func layout() throws {
        let sink = try RecordedCircuit(ProductSink())
        #expect(sink.columnCount == 13)
        #expect(sink.messages.count == 4)
        #expect(sink.pairCount == 2)
        #expect(sink.stage2Width == 8)
        #expect(sink.constraintCount == 6)
        #expect(sink.degree == 3)
        #expect(sink.label(ofConstraint: 4) == "left product + right product")
        #expect(Set(sink.nodes).count == sink.nodes.count)
        let permutation = try RecordedCircuit(PermutationCircuit())
        #expect(permutation.columnCount == 171)
        #expect(permutation.constraintCount == 148 + 6 + 2)
    }

    @Test("A multiplicity's weight is the sum of its coefficients' absolute values")
    func weights() throws {
        let circuit = try RecordedCircuit(
            ClosureCircuit { air in
                let flags = air.columns("flag", 3)
                for (number, flag) in flags.enumerated() { air.assertBoolean(flag, "flag \(number)") }
                air.send(bus, [flags[0], 1], times: flags[0] - 2 * flags[1] + 5 * (flags[2] - flags[0]), "m")
                air.send(bus, [flags[0], 1], times: -3, "n")
            })
        #expect(circuit.messages.map(\.weight) == [4 + 2 + 5, 3])
        #expect(circuit.busWeights.map(\.weight) == [14])
    }

    @Test("The digest covers meaning and not names")
    func digest() throws {
        func record(
            name: String = "closure", column: String = "a", id: UInt32 = 9, factor: Int = 2, busId: UInt32 = 5,
            times: Int = 1, extraColumn: Bool = false
        ) throws -> Digest {
            try RecordedCircuit(
                ClosureCircuit(name: name, id: id) { air in
                    let a = air.column(column)
                    let b = air.column("b")
                    if extraColumn { _ = air.column("c") }
                    air.assertZero(a * a - b * Expression(factor), "x")
                    air.send(Bus(id: busId, name: "B", width: 2), [a, b], times: Expression(times), "m")
                }
            ).digest
        }
        let reference = try record()
        #expect(try record(name: "other", column: "z") == reference)
        let variants = [
            try record(id: 10), try record(factor: 3), try record(busId: 6), try record(times: -1),
            try record(extraColumn: true),
        ]
        for variant in variants { #expect(variant != reference) }
        #expect(Set(variants).count == variants.count)
    }

    @Test("A set of circuits refuses double identifiers and disagreeing buses")
    func circuitSet() throws {
        let source = try RecordedCircuit(ProductSource())
        #expect(throws: RecordingError.duplicateCircuit("ProductSource")) { try CircuitSet([source, source]) }
        let other = try RecordedCircuit(
            ClosureCircuit { $0.send(Bus(id: 1, name: "PRODUCT", width: 1), [$0.column("a")], times: 1, "m") })
        #expect(throws: RecordingError.conflictingBus("PRODUCT")) { try CircuitSet([source, other]) }
    }

    @Test("The program's hash covers parameters, circuits and their order")
    func programHash() throws {
        let circuits = [try RecordedCircuit(ProductSource()), try RecordedCircuit(ProductSink())]
        let hashes = [
            try CircuitSet(circuits).programHash(parameters: .profileA),
            try CircuitSet(circuits).programHash(parameters: .insecureTest),
            try CircuitSet(circuits.reversed()).programHash(parameters: .profileA),
            try CircuitSet([circuits[0]]).programHash(parameters: .profileA),
        ]
        #expect(Set(hashes).count == hashes.count)
    }
}
