import AccountTree
import ChainTypes
import Circuits
import ProofField
import STARKCore
import STARKProver
import SeededRandom
import Testing

struct TraceLayoutTests {
    @Test func columnsAndMessagesAreThoseOfTheDesign() throws {
        let program = try testProgram.get()
        #expect(program.treeHash.columnCount == 172 && program.treeHash.stage2Width == 8)
        #expect(program.accounts.columnCount == 184 && program.accounts.stage2Width == 16)
        #expect(program.treeHash.messages.count == 3 && program.accounts.messages.count == 8)
        #expect(program.treeHash.degree == 3 && program.accounts.degree == 3)
        #expect(program.treeHash.columnNames[..<16].elementsEqual((0..<16).map { "input[\($0)]" }))
    }

    private func input(_ limit: UInt8) throws -> JobInput {
        var random = SplitMix64(seed: 77)
        var scenario = LedgerScenario.edges(&random)
        try scenario.runRandomly(300, &random)
        return try scenario.input(testProgram.get(), maxInstanceLogHeight: limit)
    }

    private func usedRows(_ input: JobInput, _ circuit: UInt32, count: Int) throws -> [[Felt]] {
        let generator = TraceGenerator(try input.validated(program: testProgram.get()).get())
        var rows: [[Felt]] = []
        for (position, planned) in input.plan.enumerated() where planned.circuit == circuit {
            let trace = try #require(generator.trace(instance: position))
            rows += (0..<trace.rows).map { trace.row($0) }
        }
        #expect(rows.count >= count)
        return rows
    }

    @Test func rowsDoNotDependOnTheCut() throws {
        let (fine, coarse) = (try input(8), try input(14))
        #expect(fine.plan.count > 2 && coarse.plan.count == 2)
        let counts = RowCounts(fine.operations)
        for (circuit, count) in [(TreeHash.id, counts.treeHash), (Accounts.id, counts.accounts)] {
            let (left, right) = (try usedRows(fine, circuit, count: count), try usedRows(coarse, circuit, count: count))
            #expect(left[..<count] == right[..<count])
        }
    }

    @Test func anInstanceOutsideOfThePlanHasNoTrace() throws {
        let input = try input(14)
        let generator = TraceGenerator(try input.validated(program: testProgram.get()).get())
        #expect(generator.trace(instance: 2) == nil && generator.trace(instance: -1) == nil)
    }

    @Test func paddingIsZerosAndThePermutationOfZeros() throws {
        let input = try input(14)
        let traces = try BlockTraces(input, program: testProgram.get())
        let counts = RowCounts(input.operations)
        let last = traces.accounts.matrix.rows - 1
        #expect(counts.accounts <= last)
        #expect(traces.accounts.matrix.row(last).allSatisfy { $0.isZero })
        let tail = traces.treeHash.matrix.row(traces.treeHash.matrix.rows - 1)
        #expect(traces.treeHash.matrix.row(counts.treeHash) == tail)
        #expect(tail[..<16].allSatisfy { $0.isZero } && tail[164...].allSatisfy { $0.isZero })
        var zeros = Poseidon2State(repeating: .zero)
        Poseidon2.permute(&zeros)
        #expect(tail[148..<164].elementsEqual((0..<16).map { zeros[$0] }))
    }
}
