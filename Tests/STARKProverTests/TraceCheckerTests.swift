import ProofField
import STARKCore
import STARKProver
import STARKSamples
import Testing

@Suite("The debug checker")
struct TraceCheckerTests {
    private let source: RecordedCircuit
    private let sink: RecordedCircuit

    init() throws {
        source = try RecordedCircuit(ProductSource())
        sink = try RecordedCircuit(ProductSink())
    }

    @Test("Valid traces have no violation, stage 2 included")
    func valid() throws {
        let instances = [
            TraceChecker.Instance(circuit: source, trace: ProductSource.trace(logHeight: 8, count: 200)),
            TraceChecker.Instance(circuit: sink, trace: ProductSink.trace(logHeight: 8, count: 200)),
            TraceChecker.Instance(
                circuit: try RecordedCircuit(PermutationCircuit()),
                trace: PermutationCircuit.trace(logHeight: 8, active: 30)),
            TraceChecker.Instance(circuit: try RecordedCircuit(WideCircuit()), trace: WideCircuit.trace(logHeight: 8)),
        ]
        for instance in instances {
            #expect(try TraceChecker.firstViolation(instance, seed: instance.circuit.digest) == nil)
        }
        #expect(TraceChecker.imbalances(Array(instances[..<2]), publicMessages: []) == [])
    }

    @Test("The first violated constraint is named with its row")
    func violation() throws {
        let trace = ProductSource.trace(logHeight: 8, count: 200)
        trace[17, 3] += .one
        trace[230, 3] += .one
        let instance = TraceChecker.Instance(circuit: source, trace: trace)
        let expected = TraceChecker.Violation(circuit: "ProductSource", constraint: "c is the product", row: 17)
        #expect(TraceChecker.firstViolation(instance) == expected)
        #expect(try TraceChecker.firstViolation(instance, seed: .zero) == expected)
        trace[17, 3] -= .one
        #expect(
            TraceChecker.firstViolation(instance)
                == TraceChecker.Violation(
                    circuit: "ProductSource", constraint: "inactive rows have no product", row: 230))
    }

    @Test("With another bus sum than the trace's no accumulator can close")
    func wrongBusSum() throws {
        // Rows of the true accumulator under a claimed sum: the sum of all steps around the cycle is zero, so the
        // claim shows in the last constraint.
        let trace = ProductSource.trace(logHeight: 8, count: 200)
        let challenges = BusChallenges(seed: source.digest, circuit: source)
        let claimed = RowProgram.Bindings(challenges: challenges, weights: [], sumShare: .one)
        let evaluator = RowEvaluator(program: source.constraintProgram, bindings: claimed)
        var accumulator = Ext.zero
        var closed = true
        for row in 0..<trace.rows {
            let flag = trace[row, 0]
            let tuple = (1...3).map { trace[row, $0] }
            let step = challenges.denominator(bus: productBus, tuple: tuple).inverse * flag - .one
            let next = row + 1 == trace.rows ? .zero : accumulator + step
            let outcome = evaluator.evaluate(trace.row(row) + accumulator.coefficients + next.coefficients)
            closed = closed && outcome.asserted.allSatisfy(\.isZero)
            #expect(closed == (row + 1 < trace.rows))
            accumulator = next
        }
        #expect(!closed)
    }

    @Test("A trace of the wrong width is a violation")
    func width() {
        let instance = TraceChecker.Instance(circuit: source, trace: FeltMatrix(rows: 8, width: 3))
        #expect(TraceChecker.firstViolation(instance)?.constraint == "column count")
    }

    @Test("Tuples that do not balance are named with their excess and places")
    func imbalance() {
        let sinkTrace = ProductSink.trace(logHeight: 8, count: 200)
        sinkTrace[5, 0] = .zero
        let instances = [
            TraceChecker.Instance(circuit: source, trace: ProductSource.trace(logHeight: 8, count: 200)),
            TraceChecker.Instance(circuit: sink, trace: sinkTrace),
        ]
        // Row 5 takes product number 199 - 10 first.
        let (a, b) = (UInt32(190), UInt32(567))
        let expected = TraceChecker.Imbalance(
            bus: "PRODUCT", tuple: [a, b, a * b], excess: 1, occurrences: ["ProductSource.product row 189"])
        #expect(TraceChecker.imbalances(instances, publicMessages: []) == [expected])
        let tuple = [a, b, a * b].map { Felt($0) }
        #expect(TraceChecker.imbalances(instances, publicMessages: [(productBus, tuple, -1)]) == [])
        let twice = TraceChecker.imbalances(instances, publicMessages: [(productBus, tuple, -3)])
        #expect(twice.map(\.excess) == [-2])
        #expect(twice.first?.occurrences.first == "public message")
    }
}
