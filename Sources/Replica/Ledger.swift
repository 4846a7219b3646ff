package import AccountTree
package import ByteCodec
package import ChainTypes
import Execution
package import SystemState

/// All accounts in memory, by leaf and by address.
package struct MemoryAccounts: AccountReader {
    /// By leaf, from 0.
    package private(set) var accounts: [Account]
    private var indices: [Address: LeafIndex]

    /// None.
    package init() { (accounts, indices) = ([], [:]) }

    /// Accounts in the order of their leaves. nil when an address appears twice or there are more than 2^28.
    package init?(_ accounts: [Account]) {
        guard UInt64(accounts.count) <= Limits.maxAccounts else { return nil }
        self.accounts = accounts
        indices = [:]
        indices.reserveCapacity(accounts.count)
        for (index, account) in accounts.enumerated() {
            guard indices.updateValue(LeafIndex(index), forKey: account.address) == nil else { return nil }
        }
    }

    /// Leaves in use.
    package var accountCount: LeafIndex { LeafIndex(accounts.count) }

    /// In memory: never throws.
    package func account(at address: Address) -> IndexedAccount? {
        indices[address].map { IndexedAccount(index: $0, account: accounts[Int($0)]) }
    }

    /// The account at a leaf in use.
    package func account(atLeaf index: LeafIndex) -> Account? {
        Int(index) < accounts.count ? accounts[Int(index)] : nil
    }

    /// Takes changed accounts by rising leaf index; new ones are appended.
    package mutating func apply(_ changes: [IndexedAccount]) {
        for change in changes {
            if Int(change.index) < accounts.count {
                accounts[Int(change.index)] = change.account
            } else {
                indices[change.account.address] = LeafIndex(accounts.count)
                accounts.append(change.account)
            }
        }
    }

    /// Sum of all balances, in wei. It cannot pass the supply.
    package var total: UInt128 { accounts.reduce(0) { $0 &+ $1.balance } }
}

/// The state after the last committed block.
package struct Ledger: Sendable {
    /// Every account, by leaf and by address.
    package private(set) var accounts: MemoryAccounts
    /// The Poseidon2 tree above `accounts`.
    package private(set) var tree: AccountTree
    /// Everything that is not an account.
    package private(set) var system: SystemState
    /// Operations of the blocks that are not proven yet, by height.
    package private(set) var operations: [UInt64: [AccountOperation]]

    /// Hashes the whole tree: for a start, not for a block.
    package init(accounts: MemoryAccounts, system: SystemState, operations: [UInt64: [AccountOperation]]) {
        self.accounts = accounts
        self.tree = AccountTree(accounts: accounts.accounts)
        self.system = system
        self.operations = operations
    }

    /// What proving `executed` takes from the tree before it.
    func witness(of executed: ExecutedBlock) -> BlockWitness {
        let touched = executed.accounts.map {
            BlockWitness.Leaf(index: $0.index, account: accounts.account(atLeaf: $0.index))
        }
        return BlockWitness.collect(touched: touched, reader: tree)
    }

    /// Operations of the blocks that are not proven yet after `executed`.
    func operations(after executed: ExecutedBlock) -> [UInt64: [AccountOperation]] {
        var operations = operations
        if !executed.operations.isEmpty { operations[executed.state.height] = executed.operations }
        for height in operations.keys where height <= executed.state.provenHeight { operations[height] = nil }
        return operations
    }

    /// Moves on to the state after `executed`. Returns the rows of the system state that changed.
    mutating func apply(_ executed: ExecutedBlock) -> [SystemState.Change] {
        accounts.apply(executed.accounts)
        tree.apply(executed.treeUpdates)
        system = executed.state
        operations = operations(after: executed)
        return system.takeChanges()
    }
}
