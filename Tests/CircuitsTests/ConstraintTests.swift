import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import ProofField
import STARKCore
import STARKProver
import STARKSamples
import STARKVerifier
import Testing

/// Each constraint of both circuits on its own: a trace that breaks only it is named by the debug checker and refused
/// by the verifier.
@Suite("Every constraint", .serialized)
struct ConstraintTests {
    private func traces() throws -> BlockTraces {
        var scenario = LedgerScenario([
            Account(address: LedgerScenario.address(0), nonce: 1 << 30 - 1, balance: 1 << 70),
            Account(address: LedgerScenario.address(1), nonce: 0, balance: 1 << 26 - 1),
        ])
        try scenario.debit(0, 1 << 26)
        try scenario.credit(1, 1)
        try scenario.create(LedgerScenario.address(2), 1 << 25)
        return try BlockTraces(scenario.input(testProgram.get()), program: testProgram.get())
    }

    /// A row of every kind: used ones of each tree or of each account, and padding.
    private func rowsOfEveryKind(_ table: TraceTable) -> [Int] {
        let flags = Set(["isOld", "isNew", "isOps", "isOp", "isAcct", "created", "sign", "step", "nonceCarry"])
        let columns = table.circuit.columnNames.indices.filter { flags.contains(table.circuit.columnNames[$0]) }
        var seen: Set<[Felt]> = []
        return (0..<table.matrix.rows).filter { row in seen.insert(columns.map { table.matrix[row, $0] }).inserted }
    }

    private func verdict(_ circuit: RecordedCircuit, _ trace: FeltMatrix, forced: Bool) throws -> ProofRejection? {
        var prover = DishonestProver()
        prover.forcesIdentity = forced
        let (proof, binding) = try prover.prove(trace, circuit: circuit, parameters: .insecureTest)
        let result = InstanceVerifier.verify(proof, binding: binding, circuit: circuit, parameters: .insecureTest)
        if case .failure(let rejection) = result { return rejection }
        return nil
    }

    private func table(_ traces: BlockTraces, _ id: UInt32) -> TraceTable {
        id == TreeHash.id ? traces.treeHash : traces.accounts
    }

    @Test(arguments: [TreeHash.id, Accounts.id])
    func brokenAloneIsCaughtByCheckerAndVerifier(_ id: UInt32) throws {
        let table = table(try traces(), id)
        let (circuit, matrix) = (table.circuit, table.matrix)
        let rows = rowsOfEveryKind(table)
        #expect(try verdict(circuit, matrix, forced: false) == nil)
        let breaker = ConstraintBreaker(circuit)
        var broken: Set<Int> = []
        for ordinal in circuit.constraints.indices {
            let label = circuit.label(ofConstraint: ordinal)
            guard let found = breaker.row(breaking: ordinal, from: rows.map { matrix.row($0) }) else {
                Issue.record("no row breaks only \"\(label)\": is it implied by others?")
                continue
            }
            let values = breaker.values(found.row)
            #expect(values.indices.filter { !values[$0].isZero } == [ordinal])
            let row = rows[found.source]
            let honest = matrix.row(row)
            for (column, value) in found.row.enumerated() { matrix[row, column] = value }
            defer { for (column, value) in honest.enumerated() { matrix[row, column] = value } }

            let violation = TraceChecker.firstViolation(TraceChecker.Instance(circuit: circuit, trace: matrix))
            #expect(violation == TraceChecker.Violation(circuit: circuit.name, constraint: label, row: row))
            #expect(try verdict(circuit, matrix, forced: false) == .constraints, "\(label)")
            if ordinal % 16 == 0 {
                #expect(try verdict(circuit, matrix, forced: true) == .finalPolynomial, "\(label)")
            }
            broken.insert(ordinal)
        }
        #expect(broken == Set(circuit.constraints.indices))
        #expect(TraceChecker.firstViolation(TraceChecker.Instance(circuit: circuit, trace: matrix)) == nil)
    }

    /// The generated constraints of stage 2: another fraction with the accumulator carried along breaks only its pair;
    /// another accumulator in one row breaks only the last.
    @Test(arguments: [TreeHash.id, Accounts.id])
    func stageTwoBrokenAloneIsCaughtByTheVerifier(_ id: UInt32) throws {
        let table = table(try traces(), id)
        let (circuit, matrix) = (table.circuit, table.matrix)
        for pair in 0..<circuit.pairCount {
            let isLast = pair == circuit.pairCount - 1
            let lie = Ext(Felt(3), .one, .zero, Felt(7))
            let share = lie * Felt(UInt32(matrix.rows)).inverse
            var (asserted, ordinal) = (Set<Int>(), circuit.constraints.count + pair)
            var prover = DishonestProver()
            prover.stage2 = { stage2 in
                let accumulator = Ext.degree * (circuit.pairCount - 1)
                if isLast {
                    stage2[ext: 100, accumulator] += lie
                } else {
                    stage2[ext: 100, Ext.degree * pair] += lie
                    for row in 0..<stage2.rows {
                        stage2[ext: row, accumulator] +=
                            (row > 100 ? lie : .zero) - share * Felt(UInt32(row))
                    }
                }
            }
            if !isLast { prover.busSum = { BusSum($0.value + lie) } }
            let (proof, binding) = try prover.prove(matrix, circuit: circuit, parameters: .insecureTest)
            let result = InstanceVerifier.verify(
                proof, binding: binding, circuit: circuit, parameters: .insecureTest)
            #expect(result == .failure(.constraints), "\(circuit.label(ofConstraint: ordinal))")

            // The debug evaluator sees which constraint it was.
            let challenges = BusChallenges(seed: binding.seed, circuit: circuit)
            let bus = try BusColumns(
                trace: matrix, circuit: circuit, challenges: challenges, pool: WorkPool(threads: 1))
            let sum = isLast ? bus.busSum.value : bus.busSum.value + lie
            prover.stage2(bus.values)
            let evaluator = RowEvaluator(
                program: circuit.constraintProgram,
                bindings: RowProgram.Bindings(
                    challenges: challenges, weights: [], sumShare: sum * Felt(UInt32(matrix.rows)).inverse))
            for row in 0..<matrix.rows {
                let next = bus.values.row((row + 1) % matrix.rows)[(circuit.stage2Width - Ext.degree)...]
                let outcome = evaluator.evaluate(matrix.row(row) + bus.values.row(row) + next)
                asserted.formUnion(outcome.asserted.indices.filter { !outcome.asserted[$0].isZero })
            }
            #expect(asserted == [ordinal])
            ordinal += 1
        }
    }

    /// A padding row has multiplicity zero on every bus, and the flags' constraints leave it no other.
    @Test func paddingPutsNothingOnAnyBus() throws {
        let traces = try traces()
        for (table, flags) in [
            (traces.treeHash, [("isOld", 0), ("isNew", 0), ("isOps", 0)]),
            (traces.accounts, [("isOp", 0), ("isAcct", 0)]),
        ] {
            let row = try #require(
                (0..<table.matrix.rows).first { row in flags.allSatisfy { table[row, $0.0] == Felt(reducing: $0.1) } })
            let single = FeltMatrix(rows: 1, width: table.matrix.width)
            for column in 0..<single.width { single[0, column] = table.matrix[row, column] }
            let instance = TraceChecker.Instance(circuit: table.circuit, trace: single)
            // Whatever its other cells hold.
            for column in table.circuit.columnNames where !flags.contains(where: { $0.0 == column }) {
                single[0, try #require(table.circuit.columnNames.firstIndex(of: column))] += Felt(5)
            }
            #expect(TraceChecker.imbalances([instance], publicMessages: []) == [])
        }
    }
}
