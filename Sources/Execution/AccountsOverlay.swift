package import AccountTree
package import ByteCodec
package import ChainTypes

/// The accounts as a block in execution sees them: a reader below, changes above, and the ordered list of operations
/// that the block's proof will speak about.
package struct AccountsOverlay {
    private var base: any AccountReader
    private var changed: [Address: IndexedAccount] = [:]
    /// In the order of application, as the header's `operationsDigest` commits to them.
    package private(set) var operations: [AccountOperation] = []
    /// The leaves of the changed accounts as they were before, in the order of their first change.
    package private(set) var touched: [BlockWitness.Leaf] = []
    /// Leaves in use, those that the block created included.
    package private(set) var accountCount: LeafIndex

    /// The accounts as they stand before the block.
    package init(base: any AccountReader) {
        self.base = base
        accountCount = base.accountCount
    }

    /// Reads the same accounts from elsewhere.
    mutating func rebase(on base: any AccountReader) { self.base = base }

    /// The account with the block's changes so far; nil when it does not exist. A fault of the reader is passed on.
    package func account(at address: Address) throws(StorageFault) -> IndexedAccount? {
        if let account = changed[address] { return account }
        return try base.account(at: address)
    }

    /// Whether another leaf can be appended.
    package var hasRoom: Bool { UInt64(accountCount) < Limits.maxAccounts }

    /// Takes `amount` from an account that holds it and, for the sender of a transaction, steps its nonce. False, and
    /// no change, when the account does not exist, the balance is too small or the nonce is at its cap.
    package mutating func debit(
        _ address: Address, amount: UInt128, incrementingNonce: Bool
    ) throws(StorageFault) -> Bool {
        guard var found = try account(at: address), found.account.balance >= amount,
            !incrementingNonce || found.account.nonce < Account.maxNonce
        else { return false }
        touch(found.index, found.account, address)
        found.account.balance -= amount
        if incrementingNonce { found.account.nonce += 1 }
        changed[address] = found
        operations.append(
            AccountOperation(
                index: found.index, address: address, incrementsNonce: incrementingNonce, amount: amount,
                isDebit: true, creates: false))
        return true
    }

    /// Adds `amount` to an account, creating it when it does not exist. False, and no change, when the tree is full
    /// or the sum passes 128 bits.
    package mutating func credit(_ address: Address, amount: UInt128) throws(StorageFault) -> Bool {
        if var found = try account(at: address) {
            let (sum, overflow) = found.account.balance.addingReportingOverflow(amount)
            guard !overflow else { return false }
            touch(found.index, found.account, address)
            found.account.balance = sum
            changed[address] = found
            operations.append(
                AccountOperation(
                    index: found.index, address: address, incrementsNonce: false, amount: amount, isDebit: false,
                    creates: false))
            return true
        }
        guard hasRoom else { return false }
        touch(accountCount, nil, address)
        changed[address] = IndexedAccount(
            index: accountCount, account: Account(address: address, nonce: 0, balance: amount))
        operations.append(
            AccountOperation(
                index: accountCount, address: address, incrementsNonce: false, amount: amount, isDebit: false,
                creates: true))
        accountCount += 1
        return true
    }

    private mutating func touch(_ index: LeafIndex, _ account: Account?, _ address: Address) {
        if changed[address] == nil { touched.append(BlockWitness.Leaf(index: index, account: account)) }
    }

    /// Every account that changed, by rising leaf index.
    package var changes: [IndexedAccount] { changed.values.sorted { $0.index < $1.index } }
}
