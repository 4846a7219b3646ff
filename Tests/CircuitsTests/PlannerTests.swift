import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import ProofField
import STARKCore
import STARKProver
import SeededRandom
import Testing

struct PlannerTests {
    private func planner(_ logHeight: UInt8, maxInstances: Int = Limits.maxInstancesPerJob) throws -> Planner {
        Planner(program: try testProgram.get(), maxInstanceLogHeight: logHeight, maxInstances: maxInstances)
    }

    @Test(arguments: 0..<20)
    func countsAreTheRowsOfTheTraces(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var scenario = LedgerScenario.edges(&random)
        try scenario.runRandomly(1 + random.below(60), &random)
        let input = try scenario.input(testProgram.get(), maxInstanceLogHeight: seed % 2 == 0 ? 8 : 11)
        let counts = RowCounts(input.operations)
        let generator = TraceGenerator(try input.validated(program: testProgram.get()).get())
        #expect(generator.rows == counts)
        let traces = try BlockTraces(input, program: testProgram.get())
        for (circuit, flags, rows) in [
            (TreeHash.id, ["isOld", "isNew", "isOps"], counts.treeHash),
            (Accounts.id, ["isOp", "isAcct"], counts.accounts),
        ] {
            var used = 0
            for (planned, instance) in zip(input.plan, try traces.instances) where planned.circuit == circuit {
                let table = TraceTable(circuit: instance.circuit, matrix: instance.trace)
                #expect(instance.trace.rows == 1 << Int(planned.logHeight))
                used += (0..<instance.trace.rows).filter { row in flags.contains { table[row, $0] == .one } }.count
            }
            #expect(used == rows)
        }
    }

    @Test(arguments: [
        (1, 8, [8]), (256, 8, [8]), (257, 8, [8, 8]), (257, 14, [11]), (2_049, 14, [14]), (16_384, 14, [14]),
        (16_385, 14, [14, 8]), (122_967, 14, [14, 14, 14, 14, 14, 14, 14, 14]), (122_967, 17, [17]),
        (140_000, 17, [17, 14]), (40_000, 15, [15, 14]), (40_000, 13, Array(repeating: 11, count: 20)),
    ])
    func rowsAreCutIntoFullInstancesAndTheSmallestThatFits(rows: Int, limit: UInt8, logHeights: [UInt8]) throws {
        let plan = try planner(limit).plan(RowCounts(treeHash: rows, accounts: 1)).get()
        #expect(plan.map(\.logHeight) == logHeights + [8])
        #expect(plan.map(\.circuit) == Array(repeating: TreeHash.id, count: logHeights.count) + [Accounts.id])
    }

    @Test func weightIsRowsTimesCommittedColumnsOver1024() throws {
        let plan = try planner(14).plan(RowCounts(treeHash: 16_000, accounts: 200)).get()
        #expect(plan.map(\.weight) == [16 * (172 + 8 + 8), 52])
    }

    @Test func rejectionsByName() throws {
        let operation = AccountOperation(
            index: 1, address: .zero, incrementsNonce: false, amount: 0, isDebit: false, creates: false)
        let many = Array(repeating: operation, count: Limits.maxOperationsPerJob + 1)
        #expect(try planner(14).plan([]) == .failure(.noOperations))
        #expect(try planner(14).plan(many) == .failure(.tooManyOperations(many.count)))
        #expect(try planner(7).plan([operation]) == .failure(.noHeight))
        #expect(try planner(8, maxInstances: 1).plan([operation]) == .failure(.tooManyInstances(2)))
        #expect(try planner(8).plan(RowCounts(treeHash: 1 << 19, accounts: 1)) == .failure(.tooManyInstances(2_048)))
        let counts = RowCounts(treeHash: 11 << 17, accounts: 1)
        #expect(try planner(17).plan(counts) == .failure(.tooManyMessages))
    }

    @Test func aListThatTouchesTooManyLeavesForTheBusArgument() throws {
        // The worst case: every operation touches an account of its own, the leaves spread evenly.
        let operations = (0..<Limits.maxOperationsPerJob).map { position in
            AccountOperation(
                index: LeafIndex(position) << 12, address: .zero, incrementsNonce: false, amount: 0, isDebit: false,
                creates: false)
        }
        let rows = RowCounts(operations)
        #expect(rows.accounts == 2 * Limits.maxOperationsPerJob)
        #expect(try planner(17).plan(operations) == .failure(.tooManyMessages))
        #expect(throws: Never.self) { try planner(17).plan(Array(operations[..<30_000])).get() }
    }
}
