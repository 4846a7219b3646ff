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

    /// By the checker, which is the verifier's meaning without its chances: some constraint or bus is always wrong.
    @Test func noCellOfAUsedRowMakesTheFalseStatementConsistent() throws {
        var tampered = traces
        tampered.statement = falseInput.statement
        for (matrix, used) in zip(traces.matrices, [119, 4]) {
            for row in stride(from: 0, to: used, by: 7) {
                for column in stride(from: row % 3, to: matrix.width, by: 3) {
                    let isConsistent = try with(matrix, row, column, Felt(1 << 13)) { () throws -> Bool in
                        try tampered.violation == nil && tampered.imbalances.isEmpty
                    }
                    #expect(!isConsistent, "row \(row), column \(column)")
                }
            }
        }
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
