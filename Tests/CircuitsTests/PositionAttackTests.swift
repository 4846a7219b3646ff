import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import ProofField
import STARKCore
import STARKProver
import STARKVerifier
import Testing

extension TraceTable {
    fileprivate func setLevel(_ level: Int, row: Int) {
        self[row, "level"] = Felt(reducing: level)
        self[row, "levelInverse"] = Felt(reducing: level - BlockBuses.halfLevel).inverse
    }

    fileprivate func level(_ row: Int) -> Int { Int(self[row, "level"].canonical) }

    /// The rows of the account trees, old and new.
    fileprivate var nodes: [Int] { (0..<matrix.rows).filter { self[$0, "isOld"] + self[$0, "isNew"] == .one } }

    fileprivate func leftChild(_ row: Int) throws -> Digest {
        try #require(Digest(elements: Array(matrix.row(row)[..<Digest.count])))
    }

    /// A node of two children as the generator writes it.
    fileprivate func write(_ left: Digest, _ right: Digest, row: Int) {
        for (position, element) in (left.elements + right.elements).enumerated() { matrix[row, position] = element }
        Poseidon2.traceRows(matrix, row..<(row + 1))
    }
}

/// Nodes, leaves and closings at places that are not theirs: checked, proven and refused.
struct PositionAttackTests {
    // MARK: - i and i + p

    private func operation(_ index: LeafIndex) -> AccountOperation {
        AccountOperation(index: index, address: .zero, incrementsNonce: false, amount: 1, isDebit: false, creates: true)
    }

    /// The record of leaf i + p is that of leaf i: a proof for one list is one for the other. So no job may have it.
    @Test func positionsIAndIPlusPAreOnePositionInTheField() throws {
        let (leaf, other) = (operation(3), operation(3 + Felt.modulus))
        #expect(OperationsTree([leaf]).digest == OperationsTree([other]).digest)
        let planner = Planner(program: try testProgram.get(), maxInstanceLogHeight: 8)
        #expect(planner.plan([other]) == .failure(.leafOutOfRange(3 + Felt.modulus)))
        #expect(2 * Limits.maxAccounts < UInt64(Felt.modulus))
        #expect(Limits.maxAccounts == 1 << UInt64(Limits.accountTreeDepth))

        var scenario = LedgerScenario(balances: [1, 2, 3])
        try scenario.create(LedgerScenario.address(3), 1)
        var input = try scenario.input(testProgram.get())
        let own = input.operations[0]
        input.operations = [
            AccountOperation(
                index: own.index + Felt.modulus, address: own.address, incrementsNonce: false, amount: own.amount,
                isDebit: false, creates: true)
        ]
        #expect(OperationsTree(input.operations).digest == input.statement.operationsDigest)
        #expect(throws: JobInputRejection.plan(.leafOutOfRange(3 + Felt.modulus))) {
            try input.validated(program: testProgram.get()).get()
        }
    }

    /// 2 i = 1 has a solution in the field: i = (1 + p) / 2, whose halves lie at the integers 1 + p and 2 + p, in the
    /// field at the second half of leaf 0 and the first of leaf 1. The former passes as an address with nonce, the
    /// latter, empty before its account is created, as a balance.
    @Test func aClosingAtAPositionPlusP() throws {
        var scenario = LedgerScenario(balances: [100])
        try scenario.credit(0, 5)
        try scenario.create(LedgerScenario.address(1), 1)
        let traces = try BlockTraces(scenario)
        let table = traces.accounts
        let halfway = Felt(UInt32((1 + UInt64(Felt.modulus)) / 2))
        #expect(halfway + halfway == .one)
        let closing = try table.padding()
        table[closing, "isAcct"] = .one
        table[closing, "index"] = halfway
        for side in ["addressTaken", "addressGiven"] { table.write([100], row: closing, side) }
        let findings = try traces.judged()
        #expect(findings.violation == nil)
        // The old halves exist once, and no new row takes these new ones.
        #expect(
            findings.imbalances.map { Array($0.tuple[..<3]) + [UInt32($0.excess.magnitude)] } == [
                [1, 29, 1, 1], [1, 29, 2, 1], [2, 29, 1, 1], [2, 29, 2, 1],
            ])
    }

    /// Two closings of one leaf, one of them said to be p further on.
    @Test func aClosingOfALeafPlusP() throws {
        let traces = try BlockTraces.transfer()
        let table = traces.accounts
        let closing = try table.padding()
        table.copy(try table.row(("isAcct", 1), ("index", 1)), to: closing)
        table[closing, "index"] = Felt(1 + Felt.modulus)
        let findings = try traces.judged()
        #expect(findings.violation == nil)
        #expect(findings.buses == ["NODE", "MEM"])
    }

    @Test(arguments: [0, 2, 1 << 28 + 1] as [UInt32])
    func aClosingAtAnotherLeaf(index: UInt32) throws {
        let traces = try BlockTraces.transfer()
        traces.accounts[try traces.accounts.row(("isAcct", 1), ("index", 1)), "index"] = Felt(index)
        let findings = try traces.judged()
        #expect(findings.violation == nil)
        #expect(findings.buses == ["NODE", "MEM"])
    }

    // MARK: - Nodes and leaves

    private func credit() throws -> BlockTraces {
        var scenario = LedgerScenario(balances: [100])
        try scenario.credit(0, 5)
        return try BlockTraces(scenario)
    }

    private func positions(_ findings: Findings, _ count: Int) -> [[UInt32]] {
        findings.imbalances.map { Array($0.tuple[..<count]) }
    }

    /// A state in which a node at level 27 has the halves of an account as children. No list of accounts has such a
    /// root: it is granted to the attacker, who has the node's row say level 28, so that its halves feed the closing.
    @Test func anInnerNodePassedOffAsALeaf() throws {
        var traces = try credit()
        let table = traces.treeHash
        let (old, new) = (try table.row(("isOld", 1), ("level", 0)), try table.row(("isNew", 1), ("level", 0)))
        traces.statement.before = try table.leftChild(old)
        traces.statement.after = try table.leftChild(new)
        let padding = try table.padding()
        for top in [old, new] { table.copy(padding, to: top) }
        let findings = try traces.judged()
        #expect(findings.violation == nil)
        #expect(positions(findings, 3) == [[1, 0, 0], [1, 1, 0], [2, 0, 0], [2, 1, 0]])
        // The level alone stands in the way.
        let messages = PublicTerms.messages(traces.statement).map { message in
            let isRoot = message.tuple[0] != Felt(3)
            let tuple = isRoot ? [message.tuple[0], .one] + message.tuple[2...] : message.tuple
            return (bus: message.bus, tuple: tuple, multiplicity: message.multiplicity)
        }
        #expect(TraceChecker.imbalances(try traces.instances, publicMessages: messages) == [])

        // With the levels of the granted tree the halves are no leaf's.
        for row in table.nodes { table.setLevel(table.level(row) - 1, row: row) }
        let honest = try traces.judged()
        #expect(honest.violation == nil)
        let halves: [[UInt32]] = [[1, 28], [1, 28], [1, 29], [1, 29], [2, 28], [2, 28], [2, 29], [2, 29]]
        #expect(positions(honest, 2) == halves)
    }

    /// The reverse: a state whose tree has a leaf where its parent should be, opened as a node whose left child holds
    /// the account.
    @Test func aLeafPassedOffAsAnInnerNode() throws {
        var traces = try credit()
        let table = traces.treeHash
        for row in table.nodes { table.setLevel(table.level(row) + 1, row: row) }
        for (flag, root) in [("isOld", traces.statement.before), ("isNew", traces.statement.after)] {
            let top = try table.padding()
            table.write(root, .zero, row: top)
            table[top, flag] = .one
            table.setLevel(0, row: top)
            if flag == "isNew" { table[top, "untouchedRight"] = .one }
        }
        traces.statement.before = Poseidon2.compress(traces.statement.before, .zero)
        traces.statement.after = Poseidon2.compress(traces.statement.after, .zero)
        let findings = try traces.judged()
        #expect(findings.violation == "no row is below the leaves")
        let halves: [[UInt32]] = [[1, 29], [1, 29], [1, 30], [1, 30], [2, 29], [2, 29], [2, 30], [2, 30]]
        #expect(positions(findings, 2) == halves)
    }

    @Test func rowsBelowTheLeaves() throws {
        let traces = try BlockTraces.transfer()
        let leaf = try traces.treeHash.row(("isOld", 1), ("level", 28))
        let padding = try traces.treeHash.padding()
        traces.treeHash.copy(leaf, to: padding)
        traces.treeHash[padding, "level"] = Felt(29)
        for inverse in [Felt.zero, .one, -Felt.one] {
            traces.treeHash[padding, "levelInverse"] = inverse
            #expect(try traces.judged().violation == "no row is below the leaves")
        }
    }
}
