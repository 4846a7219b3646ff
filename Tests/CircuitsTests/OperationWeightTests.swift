import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import STARKCore
import SeededRandom
import Testing

/// The constants by which genesis checks prices, against the circuits and the planner that they speak of.
struct OperationWeightTests {
    @Test func columnsAreThoseOfTheCircuits() throws {
        let program = try testProgram.get()
        // The planner's weight of 1,024 rows is the number of committed columns.
        func columns(_ circuit: RecordedCircuit) throws -> UInt64 {
            let plan = try Planner(program: program, maxInstanceLogHeight: 11)
                .plan(RowCounts(treeHash: 2_048, accounts: 2_048)).get()
            return UInt64(try #require(plan.first { $0.circuit == circuit.id }?.weight)) / 2
        }
        #expect(try columns(program.treeHash) == OperationWeight.treeHashColumns)
        #expect(try columns(program.accounts) == OperationWeight.accountsColumns)
    }

    /// Leaves spread evenly over the tree share as few nodes as any.
    @Test(arguments: [1, 2, 3, 5, 9, 17, 33, 100, 513]) func noListNeedsMoreRowsAnOperation(count: Int) {
        let operations = (0..<count).map { place in
            AccountOperation(
                index: LeafIndex(place * ((1 << 28) / count)), address: .zero, incrementsNonce: false, amount: 0,
                isDebit: false, creates: false)
        }
        let rows = RowCounts(operations)
        #expect(rows.treeHash <= count * Int(OperationWeight.treeHashRows))
        #expect(rows.accounts == count * Int(OperationWeight.accountsRows))
        if count == 1 { #expect(rows.treeHash + 2 == Int(OperationWeight.treeHashRows)) }
    }

    @Test func weightOfAnOperation() {
        // (61 · 188 + 2 · 208) / 1,024 = 11.6
        #expect(OperationWeight.ofOperation == 12)
        #expect(OperationWeight.ofTransaction * 750 == 18_000)
    }

    @Test func statementsOfPartsJoinIntoTheBlocks() throws {
        var random = SplitMix64(seed: 4)
        var scenario = LedgerScenario.edges(&random)
        try scenario.runRandomly(11, &random)
        let block = try scenario.input(testProgram.get()).statement
        let count = scenario.operations.count
        let parts = stride(from: 0, to: count, by: 4).map { start in
            var part = block
            let tree = OperationsTree(Array(scenario.operations[start..<min(start + 4, count)]))
            part.operationCount = UInt32(tree.count)
            (part.operationsRoot, part.operationsDigest) = (tree.root, tree.digest)
            return part
        }
        let verifier = BlockJobVerifier(program: try testProgram.get())
        #expect(verifier.joins(parts, into: block))
        #expect(!verifier.joins(parts.reversed(), into: block))
        #expect(!verifier.joins(Array(parts.dropLast()), into: block))
        var wrong = parts
        wrong[0].operationsDigest = .zero
        #expect(!verifier.joins(wrong, into: block))
    }
}
