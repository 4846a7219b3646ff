import AccountTree
import ByteCodec
import ChainTypes
import ProofField
import SeededRandom

extension SplitMix64 {
    mutating func address() -> Address {
        Address(words: next(), next(), UInt32(truncatingIfNeeded: next()))
    }

    mutating func account() -> Account {
        Account(
            address: address(), nonce: next() & Account.maxNonce, balance: UInt128(next()) << 64 | UInt128(next()))
    }

    mutating func accounts(_ count: Int) -> [Account] {
        (0..<count).map { _ in account() }
    }
}

/// The root by the definition: every node is the compression of its children, down to leaves by index.
func naiveRoot(_ leaves: [LeafIndex: Account], level: Int = 0, index: LeafIndex = 0) -> Digest {
    if level == TreeShape.depth { return LeafHalves(leaves[index]).digest }
    let shift = LeafIndex(TreeShape.depth - level)
    guard leaves.keys.contains(where: { $0 >> shift == index }) else { return TreeShape.emptyDigests[level] }
    return Poseidon2.compress(
        naiveRoot(leaves, level: level + 1, index: 2 * index),
        naiveRoot(leaves, level: level + 1, index: 2 * index + 1))
}

func byIndex(_ accounts: [Account]) -> [LeafIndex: Account] {
    Dictionary(uniqueKeysWithValues: accounts.enumerated().map { (LeafIndex($0.offset), $0.element) })
}
