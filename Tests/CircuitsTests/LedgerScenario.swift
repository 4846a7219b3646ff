import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import ProofField
import STARKCore
import SeededRandom

extension SplitMix64 {
    mutating func address() -> Address {
        Address(words: next(), next(), UInt32(truncatingIfNeeded: next()))
    }
}

/// A ledger on which tests run operations, and the job that proves them.
struct LedgerScenario {
    private(set) var accounts: [Account]
    private(set) var operations: [AccountOperation] = []
    private let before: [Account]
    private let treeBefore: AccountTree

    init(_ accounts: [Account]) {
        self.accounts = accounts
        before = accounts
        treeBefore = AccountTree(accounts: accounts)
    }

    /// Accounts with addresses from their index, nonce 0.
    init(balances: [UInt128]) {
        self.init(
            balances.enumerated().map { position, balance in
                Account(address: Self.address(position), balance: balance)
            })
    }

    static func address(_ index: Int) -> Address { Address(words: 0xa000 + UInt64(index), 0, 7) }

    mutating func debit(_ index: Int, _ amount: UInt128, nonce: Bool = true) throws {
        try operate(index, amount, debit: true, nonce: nonce)
    }

    mutating func credit(_ index: Int, _ amount: UInt128, nonce: Bool = false) throws {
        try operate(index, amount, debit: false, nonce: nonce)
    }

    /// Appends an account.
    mutating func create(_ address: Address, _ amount: UInt128) throws {
        let operation = AccountOperation(
            index: LeafIndex(accounts.count), address: address, incrementsNonce: false, amount: amount,
            isDebit: false, creates: true)
        accounts.append(try operation.applied(to: nil))
        operations.append(operation)
    }

    private mutating func operate(_ index: Int, _ amount: UInt128, debit: Bool, nonce: Bool) throws {
        let operation = AccountOperation(
            index: LeafIndex(index), address: accounts[index].address, incrementsNonce: nonce, amount: amount,
            isDebit: debit, creates: false)
        accounts[index] = try operation.applied(to: accounts[index])
        operations.append(operation)
    }

    /// Random transfers, creations, self-transfers, zero amounts and changes of one unit.
    mutating func runRandomly(_ count: Int, _ random: inout SplitMix64) throws {
        while operations.count < count {
            let sender = random.below(accounts.count)
            let most = accounts[sender].balance
            let amount = [0, 1, most / 2, most].randomElement(using: &random).map { min($0, most) } ?? 0
            try debit(sender, amount)
            if random.below(4) == 0 {
                try create(random.address(), amount)
            } else {
                let recipient = random.below(3) == 0 ? sender : random.below(accounts.count)
                let room = UInt128.max - accounts[recipient].balance
                try credit(recipient, min(amount, room))
            }
        }
    }

    /// The job of the operations so far.
    func input(_ program: BlockProgram, maxInstanceLogHeight: UInt8 = 14) throws -> JobInput {
        let tree = OperationsTree(operations)
        let indices = Set(operations.map(\.index)).sorted()
        let leaves = indices.map { index in
            BlockWitness.Leaf(index: index, account: Int(index) < before.count ? before[Int(index)] : nil)
        }
        let statement = JobStatement(
            chainId: 7_117, programHash: program.programHash, firstHeight: 10, lastHeight: 12,
            lastBlockHash: Bytes32(UInt128(99)), subBlock: 0, subBlockCount: 1,
            operationCount: UInt32(operations.count), operationsDigest: tree.digest, operationsRoot: tree.root,
            before: treeBefore.root, after: AccountTree(accounts: accounts).root, attempt: 0)
        return JobInput(
            statement: statement,
            plan: try Planner(program: program, maxInstanceLogHeight: maxInstanceLogHeight).plan(operations).get(),
            operations: operations, witness: BlockWitness.collect(touched: leaves, reader: treeBefore))
    }
}

extension LedgerScenario {
    /// Balances and nonces at their limits: 2^128 − 1, limbs full of ones, nonces about to carry.
    static func edges(_ random: inout SplitMix64) -> LedgerScenario {
        let balances: [UInt128] = [0, 1, .max, .max - 1, 1 << 26, 1 << 26 - 1, 1 << 104 - 1, 1 << 127]
        let nonces: [UInt64] = [0, 1 << 30 - 1, 1 << 30 - 2, 1 << 30, 1 << 59 - 1, Account.maxNonce - 2_000]
        return LedgerScenario(
            (0..<12).map { _ in
                Account(
                    address: random.address(), nonce: nonces[random.below(nonces.count)],
                    balance: balances[random.below(balances.count)])
            })
    }
}
