import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import ProofField
import STARKCore
import STARKProver
import Testing

/// Traces of provers that cheat: each breaks a constraint by its label or leaves a bus unbalanced, and the verifier
/// refuses the proofs of it (``BlockTraces/judged(sourceLocation:)``).
struct AttackTests {
    // MARK: - Trees

    @Test func untouchedSetOnARowOfTheOldTree() throws {
        for (side, flag) in [("left", "untouchedLeft"), ("right", "untouchedRight")] {
            let traces = try BlockTraces.transfer()
            traces.treeHash[try traces.treeHash.row(("isOld", 1)), flag] = .one
            #expect(try traces.judged().violation == "untouched \(side) is of new rows")
        }
    }

    @Test func untouchedSetOnATouchedChild() throws {
        let traces = try BlockTraces.transfer()
        traces.treeHash[try traces.treeHash.row(("isNew", 1), ("level", 0)), "untouchedLeft"] = .one
        let findings = try traces.judged()
        #expect(findings.violation == nil)
        #expect(findings.buses == ["NODE"])
    }

    @Test(arguments: ["isOld", "isNew", "isOps"])
    func aRowOfATreeTwice(flag: String) throws {
        let traces = try BlockTraces.transfer()
        let padding = try traces.treeHash.padding()
        traces.treeHash.copy(try traces.treeHash.row((flag, 1)), to: padding)
        let findings = try traces.judged()
        #expect(findings.violation == nil)
        #expect(findings.buses == ["NODE"])
    }

    @Test func aRowOfTwoTreesAtOnce() throws {
        let traces = try BlockTraces.transfer()
        let row = try traces.treeHash.row(("isOld", 1))
        traces.treeHash[row, "isNew"] = .one
        #expect(try traces.judged().violation == "a row has at most one tree")
    }

    @Test func aWrongPermutation() throws {
        for column in ["input[3]", "initial2[15]", "partial[19]", "final0[0]", "final3[7]"] {
            let traces = try BlockTraces.transfer()
            traces.treeHash[0, column] += .one
            let violation = try #require(try traces.judged().violation)
            #expect(violation.hasSuffix("is the full round") || violation.hasSuffix("is the S-box"))
        }
    }

    @Test func aWrongRootAfter() throws {
        var traces = try BlockTraces.transfer()
        traces.statement.after[0] += .one
        let findings = try traces.judged()
        #expect(findings.imbalances.allSatisfy { $0.bus == "NODE" && $0.tuple[..<3] == [2, 0, 0] })
        #expect(findings.imbalances.count == 2)
    }

    @Test func aWrongRootBeforeOrOfTheOperations() throws {
        var traces = try BlockTraces.transfer()
        traces.statement.before[7] += .one
        #expect(try traces.judged().imbalances.allSatisfy { $0.tuple[..<3] == [1, 0, 0] })
        traces = try BlockTraces.transfer()
        traces.statement.operationsRoot[1] += .one
        commitToOperations(&traces.statement)
        let findings = try traces.judged()
        #expect(findings.imbalances.allSatisfy { $0.tuple[..<3] == [3, 26, 0] })
        #expect(findings.imbalances.count == 2)
    }

    /// Every validator computes the digest, so this grants the attacker a list that has it.
    private func commitToOperations(_ statement: inout JobStatement) {
        statement.operationsDigest = OperationsTree.digest(
            count: statement.operationCount, root: statement.operationsRoot)
    }

    @Test func fewerOperationsThanTheStatementSays() throws {
        var traces = try BlockTraces.transfer()
        traces.statement.operationCount = 4
        commitToOperations(&traces.statement)
        #expect(try traces.judged().buses == ["NODE"])
    }

    // MARK: - Operations

    /// Two operations on one account take each other's states, with a balance that nobody has.
    @Test func aCycleOfOperationsInMemory() throws {
        var scenario = LedgerScenario(balances: [100])
        try scenario.credit(0, 5)
        try scenario.debit(0, 5, nonce: false)
        let traces = try BlockTraces(scenario)
        let table = traces.accounts
        let (credit, debit, closing) = (0, 1, try table.row(("isAcct", 1)))
        table[credit, "prev"] = Felt(2)
        table.write([1_000], row: credit, "balanceTaken")
        table.writeBalanceGiven(1_005, row: credit)
        table.write([1_005], row: debit, "balanceTaken")
        table.writeBalanceGiven(1_000, row: debit)
        table[closing, "prev"] = .zero
        // The closing takes its own opening state: without the gap, everything would balance.
        let findings = try traces.judged()
        #expect(findings.imbalances == [])
        #expect(findings.violation == "an operation follows an earlier state")
    }

    @Test func anOperationTakesItsOwnState() throws {
        var scenario = LedgerScenario(balances: [100])
        try scenario.credit(0, 0)
        let traces = try BlockTraces(scenario)
        traces.accounts[0, "prev"] = .one
        traces.accounts[try traces.accounts.row(("isAcct", 1)), "prev"] = .zero
        let findings = try traces.judged()
        #expect(findings.imbalances == [])
        #expect(findings.violation == "an operation follows an earlier state")
    }

    @Test func oneSequenceTwice() throws {
        let traces = try BlockTraces.transfer()
        traces.accounts[1, "seq"] = .one
        traces.accounts[1, "gapBit[0]"] = .zero
        let findings = try traces.judged()
        #expect(findings.violation == nil)
        #expect(findings.buses == ["NODE", "MEM"])
    }

    @Test(arguments: ["isOp", "isAcct"])
    func aRowOfAccountsTwice(flag: String) throws {
        let traces = try BlockTraces.transfer()
        let padding = try traces.accounts.padding()
        traces.accounts.copy(try traces.accounts.row((flag, 1)), to: padding)
        let findings = try traces.judged()
        #expect(findings.violation == nil)
        #expect(findings.buses.contains("NODE"))
    }

    @Test func anOperationLeftOut() throws {
        let traces = try BlockTraces.transfer()
        for column in traces.accounts.circuit.columnNames { traces.accounts[2, column] = .zero }
        let findings = try traces.judged()
        #expect(findings.violation == nil)
        #expect(findings.buses == ["NODE", "MEM"])
    }

    @Test func anAmountThatIsNotTheRecords() throws {
        var scenario = LedgerScenario(balances: [100])
        try scenario.debit(0, 30)
        let traces = try BlockTraces(scenario)
        traces.accounts[0, "amount[0]"] = Felt(10)
        traces.accounts.writeBalanceGiven(90, row: 0)
        let closing = try traces.accounts.row(("isAcct", 1))
        traces.accounts.write([90], row: closing, "balanceTaken")
        let findings = try traces.judged()
        #expect(findings.violation == nil)
        #expect(findings.imbalances.contains { $0.bus == "NODE" && $0.tuple[0] == 3 })
    }

    @Test func anOpeningAtALaterSequence() throws {
        let traces = try BlockTraces.transfer()
        traces.accounts[try traces.accounts.row(("isAcct", 1)), "seq"] = .one
        #expect(try traces.judged().violation == "an opening state has sequence 0")
    }

    // MARK: - Creation

    @Test func aCreationOverAnExistingAccount() throws {
        var scenario = LedgerScenario(balances: [100])
        try scenario.credit(0, 5)
        let traces = try BlockTraces(scenario)
        let table = traces.accounts
        let closing = try table.row(("isAcct", 1))
        // Opening state and operation pretend that the leaf was empty: it is not what the old tree has.
        for limb in 0..<6 {
            table[0, "addressTaken[\(limb)]"] = .zero
            table[closing, "addressGiven[\(limb)]"] = .zero
        }
        for row in [0, closing] { table[row, "created"] = .one }
        table.write([0], row: 0, "balanceTaken")
        table.writeBalanceGiven(5, row: 0)
        table.writeBalanceGiven(0, row: closing)
        table.write([5], row: closing, "balanceTaken")
        let findings = try traces.judged()
        #expect(findings.violation == nil)
        #expect(findings.imbalances.contains { $0.bus == "NODE" && $0.tuple[..<2] == [1, 29] })
    }

    @Test func aCreatedAccountDoesNotOpenWithAnything() throws {
        var scenario = LedgerScenario(balances: [100])
        try scenario.create(LedgerScenario.address(8), 5)
        func forged(_ tamper: (TraceTable, Int) -> Void) throws -> String? {
            let traces = try BlockTraces(scenario)
            tamper(traces.accounts, try traces.accounts.row(("isAcct", 1)))
            return try traces.judged().violation
        }
        #expect(try forged { $0.writeBalanceGiven(1 << 60, row: $1) } == "a created account opens with balance[2] 0")
        #expect(try forged { $0[$1, "nonceGiven[1]"] = .one } == "a created account opens with nonce[1] 0")
        #expect(try forged { $0[$1, "addressGiven[0]"] = .one } == "an account keeps or creates address[0]")
        #expect(try forged { $0[$1, "created"] = .zero } == "an account keeps or creates address[0]")
    }

    @Test func anAddressThatChanges() throws {
        let traces = try BlockTraces.transfer()
        traces.accounts[0, "addressGiven[5]"] += .one
        #expect(try traces.judged().violation == "an operation keeps or creates address[5]")
    }

    @Test func anEmptyLeafIsNotUsedWithoutCreation() throws {
        var scenario = LedgerScenario(balances: [100])
        try scenario.create(LedgerScenario.address(8), 5)
        let traces = try BlockTraces(scenario)
        let closing = try traces.accounts.row(("isAcct", 1))
        for row in [0, closing] { traces.accounts[row, "created"] = .zero }
        for limb in 0..<6 {
            traces.accounts[0, "addressTaken[\(limb)]"] = traces.accounts[0, "addressGiven[\(limb)]"]
            traces.accounts[closing, "addressGiven[\(limb)]"] = traces.accounts[closing, "addressTaken[\(limb)]"]
        }
        let findings = try traces.judged()
        #expect(findings.violation == nil)
        #expect(findings.buses == ["NODE"])
    }

    // MARK: - Arithmetic

    /// Rewrites the one operation of a list: amount, wrapped balance, carries, and the closing that takes it.
    private func forgeBalance(
        _ balance: UInt128, _ amount: UInt128, debit: Bool, carries: [UInt32]
    ) throws -> String? {
        var scenario = LedgerScenario(balances: [balance])
        try scenario.debit(0, 0)
        let traces = try BlockTraces(scenario)
        let table = traces.accounts
        let limbs = Limbs.amount(amount)
        table.write(limbs.indices.map { limbs[$0] }, row: 0, "amount")
        table[0, "sign"] = debit ? .one : .zero
        table.writeBalanceGiven(debit ? balance &- amount : balance &+ amount, row: 0)
        for (position, carry) in carries.enumerated() { table[0, "carry[\(position)]"] = Felt(carry) }
        return try traces.judged().violation
    }

    @Test func aBalanceBelowZero() throws {
        #expect(try forgeBalance(5, 6, debit: true, carries: [1, 1, 1, 1]) == "limb 4 of the balance")
        #expect(try forgeBalance(0, .max, debit: true, carries: [1, 1, 1, 1]) == "limb 4 of the balance")
        #expect(try forgeBalance(6, 6, debit: true, carries: [0, 0, 0, 0]) == nil)
    }

    @Test func aBalanceAboveItsWidth() throws {
        #expect(try forgeBalance(.max, 1, debit: false, carries: [1, 1, 1, 1]) == "limb 4 of the balance")
        #expect(try forgeBalance(1 << 127, 1 << 127, debit: false, carries: [0, 0, 0, 0]) == "limb 4 of the balance")
        #expect(try forgeBalance(.max - 1, 1, debit: false, carries: [0, 0, 0, 0]) == nil)
    }

    @Test func aCarryThatIsNotBoolean() throws {
        #expect(try forgeBalance(5, 6, debit: true, carries: [2, 0, 0, 0]) == "carry[0] is boolean")
    }

    @Test func aBalanceBitThatIsNotBoolean() throws {
        let traces = try BlockTraces.transfer()
        traces.accounts[0, "balanceGivenBit[0]"] = Felt(2)
        #expect(try traces.judged().violation == "balanceGivenBit[0] is boolean")
    }

    @Test(arguments: [0, 1 << 30 - 1] as [UInt64])
    func aNonceSkippedOrNotTaken(nonce: UInt64) throws {
        func forged(_ low: UInt32, _ high: UInt32, carry: Felt? = nil) throws -> String? {
            var scenario = LedgerScenario([Account(address: .zero, nonce: nonce, balance: 9)])
            try scenario.debit(0, 1)
            let traces = try BlockTraces(scenario)
            traces.accounts.write([low, high], row: 0, "nonceGiven")
            if let carry { traces.accounts[0, "nonceCarry"] = carry }
            return try traces.judged().violation
        }
        let next = Limbs.nonce(nonce + 1)
        #expect(try forged(next[0], next[1]) == nil)
        #expect(try forged(next[0] + 1, next[1]) == "low limb of the nonce")
        #expect(try forged(next[0], next[1] + 1) == "high limb of the nonce")
        let other: Felt = nonce == 0 ? .one : .zero
        #expect(try forged(next[0], next[1], carry: other)?.hasPrefix("the nonce carries at 2^30") == true)
        let same = Limbs.nonce(nonce)
        #expect(try forged(same[0], same[1]) == "low limb of the nonce")
    }

    // MARK: - Flags

    @Test func aRowThatIsOperationAndClosing() throws {
        let traces = try BlockTraces.transfer()
        traces.accounts[0, "isAcct"] = .one
        #expect(try traces.judged().violation == "a row has at most one kind")
    }

    @Test(arguments: ["isOp", "isAcct", "step", "sign", "created", "gapBit[15]"])
    func aFlagOfAccountsThatIsNotBoolean(flag: String) throws {
        let traces = try BlockTraces.transfer()
        let padding = try traces.accounts.padding()
        traces.accounts[padding, flag] = Felt(2)
        #expect(try traces.judged().violation == "\(flag) is boolean")
    }

    @Test(arguments: ["isOld", "isNew", "isOps"])
    func aFlagOfTreeHashThatIsNotBoolean(flag: String) throws {
        let traces = try BlockTraces.transfer()
        let padding = try traces.treeHash.padding()
        traces.treeHash[padding, flag] = -Felt.one
        #expect(try traces.judged().violation == "\(flag) is boolean")
    }
}
