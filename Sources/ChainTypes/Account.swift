package import ByteCodec

/// The position of an account's leaf in the account tree: leaves are appended in order of creation.
package typealias LeafIndex = UInt32

/// What the account tree proves about one address: a nonce below 2^60 and a balance in wei.
package struct Account: Hashable, Sendable {
    /// Identity of the account: for a key, the last 20 bytes of Keccak-256 of its public point (yellow paper, section
    /// 7).
    package var address: Address
    /// Ordinary transactions sent so far, 0 ... `maxNonce`; the next one carries this number.
    package var nonce: UInt64
    /// Wei.
    package var balance: UInt128

    /// Native cap of the nonce: it is proven as two limbs of 30 bits.
    package static let maxNonce: UInt64 = (1 << 60) - 1

    package init(address: Address, nonce: UInt64 = 0, balance: UInt128 = 0) {
        self.address = address
        self.nonce = nonce
        self.balance = balance
    }
}

/// An account together with the leaf it occupies.
package struct IndexedAccount: Hashable, Sendable {
    /// Below `Limits.maxAccounts`; an account keeps its leaf for ever.
    package var index: LeafIndex
    /// What the leaf holds.
    package var account: Account

    package init(index: LeafIndex, account: Account) {
        self.index = index
        self.account = account
    }
}

/// Where execution reads accounts from. The reader belongs to the rules; storage and memory implement it.
package protocol AccountReader: Sendable {
    /// The account at `address`, or nil if it was never created.
    func account(at address: Address) throws(StorageFault) -> IndexedAccount?
    /// Number of leaves in use; the next account created gets this index.
    var accountCount: LeafIndex { get }
}

/// One application of a change to one account, in the order of application: what the block proof speaks about.
///
/// `sequence` positions are implied by the place in the list (first = 1). The normative list per transaction kind
/// stands in `Docs/Spec/Operations.md`.
package struct AccountOperation: Hashable, Sendable {
    /// Leaf that changes.
    package var index: LeafIndex
    /// Address in that leaf; before a creation the leaf is empty.
    package var address: Address
    /// 1 for the sender of an ordinary transaction, else 0.
    package var incrementsNonce: Bool
    /// Absolute value of the change of the balance, in wei.
    package var amount: UInt128
    /// True when `amount` is subtracted.
    package var isDebit: Bool
    /// True when this operation creates the account: its leaf was empty before.
    package var creates: Bool

    /// Unchecked: `AccountsOverlay` makes operations only where balance and nonce allow them.
    package init(
        index: LeafIndex, address: Address, incrementsNonce: Bool, amount: UInt128, isDebit: Bool, creates: Bool
    ) {
        self.index = index
        self.address = address
        self.incrementsNonce = incrementsNonce
        self.amount = amount
        self.isDebit = isDebit
        self.creates = creates
    }
}
