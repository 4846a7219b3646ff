import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import ProofField
import STARKCore
import STARKProver
import STARKVerifier
import SeededRandom
import Testing

/// A false statement with the traces of the true one, every cell changed: no proof of it is accepted.
@Suite("Cells of a witness for a false statement", .serialized)
struct CellMutationTests {
    private let honest: JobInput
    private let falseInput: JobInput
    private let traces: BlockTraces

    init() throws {
        var scenario = LedgerScenario(balances: [100, 20])
        try scenario.debit(0, 30)
        try scenario.credit(1, 30)
        honest = try scenario.input(testProgram.get(), maxInstanceLogHeight: 8)
        // As if account 1 had been given one unit more.
        var generous = LedgerScenario(balances: [100, 20])
        try generous.debit(0, 30)
        try generous.credit(1, 31)
        var input = honest
        input.statement.after = try generous.input(testProgram.get(), maxInstanceLogHeight: 8).statement.after
        falseInput = input
        traces = try BlockTraces(honest, program: testProgram.get())
    }

    private func isAccepted(_ input: JobInput) throws -> Bool {
        let job = try ProvenJob(input, testProgram.get(), traces: traces.matrices)
        return job.accepts(job.claim)
    }

    /// Changes the cell, calls `body`, and puts the cell back.
    private func with<T>(_ matrix: FeltMatrix, _ row: Int, _ column: Int, _ delta: Felt, _ body: () throws -> T)
        rethrows -> T
    {
        let value = matrix[row, column]
        matrix[row, column] = value + delta
        defer { matrix[row, column] = value }
        return try body()
    }

    @Test func theTrueStatementIsAcceptedAndTheFalseOneIsNot() throws {
        #expect(falseInput.statement.after != honest.statement.after)
        #expect(try isAccepted(honest))
        #expect(try !isAccepted(falseInput))
    }

    /// Every cell, by the checker, which is the verifier without its chances: some constraint or bus is always
    /// wrong.
    @Test func noCellMakesTheFalseStatementConsistent() throws {
        var (tampered, random, count) = (traces, SplitMix64(seed: 78), 0)
        tampered.statement = falseInput.statement
        #expect(try tampered.violation == nil)
        for instance in try tampered.instances {
            let matrix = instance.trace
            let single = FeltMatrix(rows: 1, width: matrix.width)
            let alone = TraceChecker.Instance(circuit: instance.circuit, trace: single)
            for row in 0..<matrix.rows {
                for column in 0..<matrix.width { single[0, column] = matrix[row, column] }
                let messages = TraceChecker.imbalances([alone], publicMessages: [])
                for column in 0..<matrix.width {
                    let delta = Felt(1 + UInt32(random.below(Int(Felt.modulus) - 1)))
                    let isConsistent = try with(matrix, row, column, delta) { () throws -> Bool in
                        single[0, column] = matrix[row, column]
                        // Constraints see one row. With the same messages the buses are as before, unbalanced.
                        return try TraceChecker.firstViolation(alone) == nil
                            && TraceChecker.imbalances([alone], publicMessages: []) != messages
                            && tampered.imbalances.isEmpty
                    }
                    single[0, column] = matrix[row, column]
                    #expect(!isConsistent, "row \(row), column \(column), delta \(delta)")
                    count += 1
                }
            }
        }
        #expect(try !tampered.imbalances.isEmpty)
        #expect(count == traces.matrices.reduce(0) { $0 + $1.rows * $1.width })
    }

    /// A sample by proving and verifying; `make soak-verifier` takes every cell.
    @Test func provenCellMutations() throws {
        try prove(rowStep: 61, columnStep: 37)
    }

    @Test(.enabled(if: ClaimRejectionTests.isSoak)) func everyProvenCellMutation() throws {
        print("refused \(try prove(rowStep: 1, columnStep: 1)) mutated witnesses")
    }

    @discardableResult
    private func prove(rowStep: Int, columnStep: Int) throws -> Int {
        var (random, count) = (SplitMix64(seed: 77), 0)
        for matrix in traces.matrices {
            for row in stride(from: 0, to: matrix.rows, by: rowStep) {
                for column in stride(from: row % columnStep, to: matrix.width, by: columnStep) {
                    let delta = Felt(1 + UInt32(random.below(Int(Felt.modulus) - 1)))
                    let isTaken = try with(matrix, row, column, delta) { () throws -> Bool in try isAccepted(falseInput)
                    }
                    #expect(!isTaken, "row \(row), column \(column), delta \(delta)")
                    count += 1
                }
            }
        }
        return count
    }
}
