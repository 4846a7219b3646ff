import AccountTree
import ByteCodec
import ChainTypes
import Cryptography
import Execution
import ProofField
import ProvingRules
import SampleChain
import SystemState
import Testing

/// A proof system in which the one byte 1 proves everything.
struct StandInVerifier: ProofVerifying {
    static let valid: [UInt8] = [1]

    func challenge(statement: JobStatement, plan: [PlannedInstance], roots: [Digest]) -> Digest { .zero }

    func verifyPartial(
        statement: JobStatement, plan: [PlannedInstance], roots: [Digest], challenge: Digest, instance: Int,
        operatorKey: Address, proof: [UInt8]
    ) -> Result<Ext, ProofRefusal> {
        proof == Self.valid ? .success(.zero) : .failure(.unsound)
    }

    func isBalanced(statement: JobStatement, challenge: Digest, sums: [Ext]) -> Bool { true }
    func joins(_ parts: [JobStatement], into block: JobStatement) -> Bool { true }
    func maxProofBytes(_ instance: PlannedInstance) -> Int { 64 }
}

/// Plans two instances for whatever there is.
struct StandInPreparer: JobPreparing {
    var programHash: Digest { .zero }
    /// Account-tree nodes that a job can hold.
    var maxTouchedNodes = Int.max

    func prepare(firstHeight: UInt64, lastHeight: UInt64) -> PreparedJob? {
        PreparedJob(
            operationCount: 1, operationsDigest: Bytes32(UInt128(firstHeight)), operationsRoot: .zero,
            plan: [UInt32(1), 2].map { PlannedInstance(circuit: $0, logHeight: 8, weight: 1) })
    }

    func prepare(height: UInt64, operations: Range<UInt32>) -> PreparedJob? {
        var job = prepare(firstHeight: height, lastHeight: height)
        job?.operationCount = UInt32(operations.count)
        return job
    }

    func fits(_ load: OperationLoad) -> Bool { load.touchedNodes <= maxTouchedNodes }
}

/// Accounts in a list.
struct ListedAccounts: AccountReader {
    var accounts: [Account]
    var accountCount: LeafIndex { LeafIndex(accounts.count) }

    func account(at address: Address) -> IndexedAccount? {
        accounts.firstIndex { $0.address == address }
            .map { IndexedAccount(index: LeafIndex($0), account: accounts[$0]) }
    }

    mutating func apply(_ changes: [IndexedAccount]) {
        for change in changes {
            if Int(change.index) < accounts.count {
                accounts[Int(change.index)] = change.account
            } else {
                accounts.append(change.account)
            }
        }
    }
}

/// A chain of executed blocks, without consensus. User i has leaf i.
struct ExecutionScenario {
    static let baseFee = Unit.gwei
    /// Base fee and tip, both a gwei.
    static let price = 2 * Unit.gwei
    static let proposer = SampleGenesis.proposer

    var state: SystemState
    var accounts: ListedAccounts
    private(set) var blocks: [ExecutedBlock] = []
    var preparer = StandInPreparer()

    init(_ change: (inout Genesis) -> Void = { _ in }) throws {
        let genesis = SampleGenesis.make(change)
        state = try SystemState(genesis: genesis)
        accounts = ListedAccounts(accounts: genesis.accounts)
    }

    func address(_ user: Int) -> Address { SampleGenesis.user(user).address }

    func account(_ address: Address) throws -> Account { try #require(accounts.account(at: address)?.account) }

    /// A block in the making on top of the last one.
    func executor(baseFee: UInt128 = Self.baseFee) -> BlockExecutor<StandInPreparer, StandInVerifier> {
        let height = state.height + 1
        return BlockExecutor(
            context: ExecutionContext(
                height: height, proposer: Self.proposer, baseFee: baseFee, mix: Keccak256.hash(state.mix.bytes, [1])),
            parentHash: Bytes32(UInt128(height - 1)), state: state, accounts: accounts,
            tree: AccountTree(accounts: accounts.accounts), preparer: preparer, verifier: StandInVerifier())
    }

    /// Executes a block, moves on to the state after it and checks that no money was made or lost.
    @discardableResult
    mutating func block(
        _ transactions: [VerifiedTransaction], baseFee: UInt128 = Self.baseFee
    ) throws -> (results: [Result<Receipt, InclusionRefusal>], block: ExecutedBlock) {
        try block(transactions.map { ExecutableTransaction(transaction: $0) }, baseFee: baseFee)
    }

    @discardableResult
    mutating func block(
        _ transactions: [ExecutableTransaction], baseFee: UInt128 = Self.baseFee
    ) throws -> (results: [Result<Receipt, InclusionRefusal>], block: ExecutedBlock) {
        let treeBefore = AccountTree(accounts: accounts.accounts)
        var executor = executor(baseFee: baseFee)
        let results = try transactions.map { try executor.apply($0) }
        let block = executor.finish()
        accounts.apply(block.accounts)
        state = block.state
        blocks.append(block)
        try state.checkConservation(accountsTotal: accounts.accounts.reduce(0) { $0 + $1.balance })
        #expect(block.accountsRoot == AccountTree(accounts: accounts.accounts).root)
        #expect(block.operationsDigest == OperationsTree(block.operations).digest)
        try check(block.operations, from: treeBefore)
        return (results, block)
    }

    /// The operations, applied one by one to the accounts before, give the accounts after.
    private func check(_ operations: [AccountOperation], from tree: AccountTree) throws {
        guard !operations.isEmpty else { return }
        let count = tree.leafCount
        var leaves: [LeafIndex: Account] = [:]
        for operation in operations {
            let before = leaves[operation.index] ?? previous[operation.index, count]
            leaves[operation.index] = try operation.applied(to: before)
        }
        for (index, account) in leaves { #expect(accounts.accounts[Int(index)] == account) }
    }

    /// Accounts before the last block.
    private var previous: Previous { Previous(blocks: blocks, genesis: state.genesis.accounts) }

    private struct Previous {
        var blocks: [ExecutedBlock]
        var genesis: [Account]

        subscript(index: LeafIndex, count: Int) -> Account? {
            guard Int(index) < count else { return nil }
            for block in blocks.dropLast().reversed() {
                if let change = block.accounts.first(where: { $0.index == index }) { return change.account }
            }
            return genesis[Int(index)]
        }
    }

    /// One transaction in a block of its own.
    mutating func run(_ transaction: VerifiedTransaction) throws -> (receipt: Receipt, block: ExecutedBlock) {
        let (results, block) = try block([transaction])
        return (try results[0].get(), block)
    }

    /// Why one transaction cannot be in the next block.
    func refusal(
        _ transaction: VerifiedTransaction, evidence: ExecutableTransaction.Evidence = .none,
        baseFee: UInt128 = Self.baseFee
    ) throws -> InclusionRefusal? {
        var executor = executor(baseFee: baseFee)
        let result = try executor.apply(ExecutableTransaction(transaction: transaction, evidence: evidence))
        guard case .failure(let refusal) = result else { return nil }
        // A refusal changes nothing.
        let (empty, tried) = (self.executor(baseFee: baseFee).finish(), executor.finish())
        #expect(empty.systemRoot == tried.systemRoot)
        #expect(empty.accountsRoot == tried.accountsRoot)
        #expect(tried.receipts.isEmpty && tried.operations.isEmpty && tried.verdicts.isEmpty)
        return refusal
    }
}

extension AccountOperation {
    /// What the sender of an ordinary transaction pays.
    static func pays(_ user: Int, _ amount: UInt128) -> AccountOperation {
        AccountOperation(
            index: LeafIndex(user), address: SampleGenesis.user(user).address, incrementsNonce: true, amount: amount,
            isDebit: true, creates: false)
    }

    static func gets(_ user: Int, _ amount: UInt128) -> AccountOperation {
        AccountOperation(
            index: LeafIndex(user), address: SampleGenesis.user(user).address, incrementsNonce: false,
            amount: amount, isDebit: false, creates: false)
    }

    static func creates(_ address: Address, at index: LeafIndex, _ amount: UInt128) -> AccountOperation {
        AccountOperation(
            index: index, address: address, incrementsNonce: false, amount: amount, isDebit: false, creates: true)
    }
}

/// The data of a call.
func callData(_ signature: String, _ arguments: Address...) -> [UInt8] {
    var writer = ABIWriter()
    for argument in arguments { writer.append(argument) }
    return ABI.selector(signature) + writer.encoded
}
