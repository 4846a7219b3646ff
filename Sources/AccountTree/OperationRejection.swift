package import ChainTypes

/// Why an operation cannot be applied to a leaf.
package enum OperationRejection: Error, Hashable, Sendable {
    /// The leaf is not among those given.
    case unknownLeaf(LeafIndex)
    /// The leaf is empty and the operation does not create it.
    case accountAbsent(LeafIndex)
    /// The operation creates an account over an existing one.
    case accountExists(LeafIndex)
    /// The leaf is of another address than the operation.
    case addressMismatch(LeafIndex)
    /// The nonce is at `Account.maxNonce`.
    case nonceOverflow(LeafIndex)
    case balanceUnderflow(LeafIndex)
    case balanceOverflow(LeafIndex)
}

extension AccountOperation {
    /// The account after the operation on its leaf's content; nil is an empty leaf.
    package func applied(to leaf: Account?) throws(OperationRejection) -> Account {
        var account: Account
        switch (leaf, creates) {
        case (nil, false): throw .accountAbsent(index)
        case (.some, true): throw .accountExists(index)
        case (nil, true): account = Account(address: address)
        case (.some(let old), false):
            guard old.address == address else { throw .addressMismatch(index) }
            account = old
        }
        if incrementsNonce {
            guard account.nonce < Account.maxNonce else { throw .nonceOverflow(index) }
            account.nonce += 1
        }
        let (balance, overflow) =
            isDebit
            ? account.balance.subtractingReportingOverflow(amount) : account.balance.addingReportingOverflow(amount)
        if overflow { throw isDebit ? .balanceUnderflow(index) : .balanceOverflow(index) }
        account.balance = balance
        return account
    }
}
