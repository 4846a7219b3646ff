import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import ProofField
import STARKCore
import SeededRandom
import Testing

struct JobInputTests {
    private func input(seed: UInt64 = 1, operations: Int = 12) throws -> JobInput {
        var random = SplitMix64(seed: seed)
        var scenario = LedgerScenario.edges(&random)
        try scenario.runRandomly(operations, &random)
        return try scenario.input(testProgram.get())
    }

    private func decode(_ bytes: [UInt8]) -> Result<JobInput, JobInputDecodingError> {
        do { return .success(try JobInput(encoded: bytes)) } catch { return .failure(error) }
    }

    @Test(arguments: 0..<5)
    func codecRoundTrip(seed: UInt64) throws {
        let input = try input(seed: seed)
        #expect(decode(input.encoded) == .success(input))
        #expect(decode(input.encoded + [0]) == .failure(.malformed(.trailingBytes)))
        #expect(decode([2] + input.encoded.dropFirst()) == .failure(.unknownVersion(2)))
    }

    @Test func everyTruncationIsRefused() throws {
        let bytes = try input(operations: 2).encoded
        for length in 0..<bytes.count {
            #expect(throws: JobInputDecodingError.self) { try decode(Array(bytes[..<length])).get() }
        }
    }

    @Test func everyFlippedByteIsRefusedOrAnotherInput() throws {
        let input = try input(operations: 2)
        let bytes = input.encoded
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 0x81
            if case .success(let other) = decode(changed) { #expect(other != input && other.encoded == changed) }
        }
    }

    @Test func countsAboveTheirLimits() throws {
        let bytes = try input(operations: 2).encoded
        let planCount = 1 + 8 + 32 + 8 + 8 + 32 + 4 + 4 + 4 + 32 + 32 + 32 + 32 + 4
        #expect(bytes[planCount..<(planCount + 4)] == [0, 0, 0, 2])
        var changed = bytes
        changed[planCount + 2] = 5
        #expect(decode(changed) == .failure(.malformed(.countTooLarge)))
        changed[planCount + 2] = 4
        changed[planCount + 3] = 0
        #expect(decode(changed) == .failure(.malformed(.truncated)))
        let operationCount = planCount + 4 + 2 * 9
        changed = bytes
        changed[operationCount + 1] = 1
        #expect(decode(changed) == .failure(.malformed(.countTooLarge)))
    }

    private func rejection(_ tamper: (inout JobInput) throws -> Void) throws -> JobInputRejection? {
        var changed = try input()
        try tamper(&changed)
        switch changed.validated(program: try testProgram.get()) {
        case .success: return nil
        case .failure(let rejection): return rejection
        }
    }

    @Test func anHonestInputIsValid() throws {
        #expect(try rejection { _ in } == nil)
    }

    @Test func rejectionsByName() throws {
        #expect(try rejection { $0.statement.programHash[0] += .one } == .programMismatch)
        #expect(try rejection { $0.statement.operationCount += 1 } == .operationCountMismatch)
        #expect(try rejection { $0.statement.operationsRoot[3] += .one } == .operationsRootMismatch)
        #expect(try rejection { $0.statement.operationsDigest = .zero } == .operationsDigestMismatch)
        #expect(try rejection { $0.statement.before[0] += .one } == .beforeRootMismatch)
        #expect(try rejection { $0.statement.after[0] += .one } == .afterRootMismatch)
        #expect(try rejection { $0.plan.removeLast() } == .planMismatch)
        #expect(try rejection { $0.plan[0].weight += 1 } == .planMismatch)
        #expect(try rejection { $0.plan[0].logHeight = 14 } == .planMismatch)
        #expect(try rejection { $0.plan = [] } == .plan(.noHeight))
        #expect(try rejection { $0.witness = .empty } == .witnessMismatch)
        #expect(try rejection { $0.operations[0].index = 1 << 28 } == .plan(.leafOutOfRange(1 << 28)))
    }

    @Test func operationsThatDoNotApply() throws {
        let rejection = try rejection { input in
            // A list with a digest of its own that takes more than there is.
            input.operations[0].amount = .max
            input.operations[0].isDebit = true
            input.operations[1].amount = .max
            let tree = OperationsTree(input.operations)
            input.statement.operationsRoot = tree.root
            input.statement.operationsDigest = tree.digest
        }
        guard case .operation = rejection else {
            Issue.record("\(String(describing: rejection))")
            return
        }
    }

    @Test func aWitnessOfAnotherLeaf() throws {
        let rejection = try rejection { input in
            let leaves = input.witness.leaves.dropLast() + [BlockWitness.Leaf(index: 1 << 20, account: nil)]
            input.witness = BlockWitness.collect(touched: Array(leaves), reader: AccountTree())
        }
        #expect(rejection == .witnessMismatch)
    }

    @Test func aMergedWitnessProvesARunOfBlocks() throws {
        var random = SplitMix64(seed: 8)
        var first = LedgerScenario.edges(&random)
        let before = first
        try first.runRandomly(10, &random)
        var second = LedgerScenario(first.accounts)
        try second.runRandomly(10, &random)
        let witnesses = try [first, second].map { try $0.input(testProgram.get()).witness }
        let operations = first.operations + second.operations
        let tree = OperationsTree(operations)
        var statement = try before.statement(after: second, tree: tree)
        statement.programHash = try testProgram.get().programHash
        let merged = JobInput(
            statement: statement,
            plan: try Planner(program: testProgram.get(), maxInstanceLogHeight: 14).plan(operations).get(),
            operations: operations, witness: BlockWitness.merge(witnesses))
        #expect(throws: Never.self) { try merged.validated(program: testProgram.get()).get() }
    }
}

extension LedgerScenario {
    /// The statement of operations that lead from this ledger's accounts to those of `after`.
    fileprivate func statement(after: LedgerScenario, tree: OperationsTree) throws -> JobStatement {
        JobStatement(
            chainId: 1, programHash: .zero, firstHeight: 1, lastHeight: 2, lastBlockHash: .zero, subBlock: 0,
            subBlockCount: 1, operationCount: UInt32(tree.count), operationsDigest: tree.digest,
            operationsRoot: tree.root, before: AccountTree(accounts: accounts).root,
            after: AccountTree(accounts: after.accounts).root, attempt: 0)
    }
}
