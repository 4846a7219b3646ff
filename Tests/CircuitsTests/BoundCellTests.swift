import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import ProofField
import STARKCore
import STARKProver
import Testing

/// Whether a cell means anything: a change of it breaks a constraint or the balance of a bus.
struct BoundCellTests {
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

    /// The columns of a row whose change by `delta` nothing notices.
    private func freeColumns(
        _ traces: BlockTraces, _ table: TraceTable, row: Int, delta: Felt
    ) throws -> Set<String> {
        var free: Set<String> = []
        let single = FeltMatrix(rows: 1, width: table.matrix.width)
        for (column, name) in table.circuit.columnNames.enumerated() {
            let value = table.matrix[row, column]
            table.matrix[row, column] = value + delta
            defer { table.matrix[row, column] = value }
            for other in 0..<single.width { single[0, other] = table.matrix[row, other] }
            let instance = TraceChecker.Instance(circuit: table.circuit, trace: single)
            if TraceChecker.firstViolation(instance) == nil, try traces.imbalances.isEmpty { free.insert(name) }
        }
        return free
    }

    @Test(arguments: [Felt.one, -Felt.one, Felt(1 << 26)])
    func everyCellOfAnOperationIsBound(delta: Felt) throws {
        let traces = try traces()
        for row in 0..<3 {
            // Where the nonce carries, z is zero and its inverse means nothing; the canonical one is zero.
            let carries = traces.accounts[row, "nonceCarry"] == .one
            let expected: Set<String> = carries ? ["nonceInverse"] : []
            #expect(try freeColumns(traces, traces.accounts, row: row, delta: delta) == expected)
        }
    }

    @Test func aClosingHasNoFreeCellsButThoseOfOperations() throws {
        let traces = try traces()
        let unused =
            ["step", "sign", "nonceInverse"] + (0..<5).map { "amount[\($0)]" }
            + (0..<4).map { "carry[\($0)]" } + (0..<16).map { "gapBit[\($0)]" }
        for row in 3..<6 {
            #expect(traces.accounts[row, "isAcct"] == .one)
            #expect(try freeColumns(traces, traces.accounts, row: row, delta: .one) == Set(unused))
        }
    }

    @Test func everyCellOfAHashRowIsBound() throws {
        let traces = try traces()
        let table = traces.treeHash
        for row in [
            try table.row(("isOld", 1)), try table.row(("isOld", 1), ("level", 0)), try table.row(("isNew", 1)),
            try table.row(("isNew", 1), ("level", 12)), try table.row(("isOps", 1)),
            try table.row(("isOps", 1), ("level", 26)),
        ] {
            #expect(try freeColumns(traces, table, row: row, delta: .one) == [])
        }
    }
}
