package import ByteCodec
package import ChainTypes
package import ProofField

/// The two halves of a leaf of a tree: sixteen elements, hashed by one permutation.
package struct LeafHalves: Hashable, Sendable {
    /// Elements 0 to 7: what the permutation has in its rate.
    package var first: Digest
    /// Elements 8 to 15.
    package var second: Digest

    /// The halves of an empty leaf.
    package static let empty = LeafHalves(first: .zero, second: .zero)

    package init(first: Digest, second: Digest) {
        self.first = first
        self.second = second
    }

    /// The leaf's digest.
    package var digest: Digest { Poseidon2.compress(first, second) }
}

/// How addresses, nonces and amounts become limbs below the field's modulus, lowest limb first.
package enum Limbs {
    /// Bits of a nonce's limb; a nonce has two.
    package static let nonceBits = 30
    /// Bits of an amount's limb; an amount has five, the top one of 24 bits.
    package static let amountBits = 26
    /// Set in an address's last limb when the leaf is in use, so that address zero differs from no address.
    package static let presentFlag: UInt32 = 1 << 10

    /// Five limbs of 30 bits and one of 10 bits with the present flag above them.
    package static func address(_ address: Address) -> InlineArray<6, UInt32> {
        let mask: UInt32 = 1 << 30 - 1
        let low = UInt128(address.word1) << 32 | UInt128(address.word2)
        let high = address.word0
        return [
            UInt32(truncatingIfNeeded: low) & mask,
            UInt32(truncatingIfNeeded: low >> 30) & mask,
            UInt32(truncatingIfNeeded: low >> 60) & mask,
            (UInt32(truncatingIfNeeded: low >> 90) | UInt32(truncatingIfNeeded: high << 6)) & mask,
            UInt32(truncatingIfNeeded: high >> 24) & mask,
            UInt32(truncatingIfNeeded: high >> 54) | presentFlag,
        ]
    }

    /// Two limbs of 30 bits. The nonce is below 2^60.
    package static func nonce(_ nonce: UInt64) -> InlineArray<2, UInt32> {
        let mask: UInt32 = 1 << 30 - 1
        return [UInt32(truncatingIfNeeded: nonce) & mask, UInt32(truncatingIfNeeded: nonce >> 30) & mask]
    }

    /// Five limbs of 26 bits.
    package static func amount(_ amount: UInt128) -> InlineArray<5, UInt32> {
        let mask: UInt32 = 1 << 26 - 1
        return [
            UInt32(truncatingIfNeeded: amount) & mask,
            UInt32(truncatingIfNeeded: amount >> 26) & mask,
            UInt32(truncatingIfNeeded: amount >> 52) & mask,
            UInt32(truncatingIfNeeded: amount >> 78) & mask,
            UInt32(truncatingIfNeeded: amount >> 104),
        ]
    }
}

extension LeafHalves {
    /// The leaf of an account: address (6 limbs) and nonce (2); balance (5) and three zeros. No account: all zeros.
    package init(_ account: Account?) {
        self = .empty
        guard let account else { return }
        write(address: account.address)
        let nonce = Limbs.nonce(account.nonce)
        first[6] = Felt(nonce[0])
        first[7] = Felt(nonce[1])
        write(amount: account.balance)
    }

    /// The leaf of an operation's record, thirteen elements: address (6 limbs), index, flags; amount (5) and three
    /// zeros. The flags are 1 for a nonce step, 2 for a debit, 4 for a creation, added up.
    package init(_ operation: AccountOperation) {
        self = .empty
        write(address: operation.address)
        first[6] = Felt(operation.index)
        let flags: UInt32 =
            (operation.incrementsNonce ? 1 : 0) + (operation.isDebit ? 2 : 0) + (operation.creates ? 4 : 0)
        first[7] = Felt(flags)
        write(amount: operation.amount)
    }

    private mutating func write(address: Address) {
        let limbs = Limbs.address(address)
        for position in limbs.indices { first[position] = Felt(limbs[position]) }
    }

    private mutating func write(amount: UInt128) {
        let limbs = Limbs.amount(amount)
        for position in limbs.indices { second[position] = Felt(limbs[position]) }
    }
}
