package import ByteCodec
import Cryptography

/// Binary Merkle trees over Keccak-256 in the form of RFC 6962, section 2.1: leaves and nodes hash in domains of
/// their own, and a tree of n items has its left subtree over the largest power of two below n.
///
///     root()      = keccak256()
///     root(x)     = keccak256(0x00 ‖ x)
///     root(l ‖ r) = keccak256(0x01 ‖ root(l) ‖ root(r))
package enum MerkleRoot {
    /// The root over the items' bytes.
    package static func over(_ items: some Collection<[UInt8]>) -> Bytes32 {
        var level = items.map { Keccak256.hash([0x00], $0) }
        guard !level.isEmpty else { return Keccak256.hash([]) }
        // Pairing from the left, the odd last one moving up, gives the same tree.
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map { index in
                index + 1 < level.count ? node(level[index], level[index + 1]) : level[index]
            }
        }
        return level[0]
    }

    private static func node(_ left: Bytes32, _ right: Bytes32) -> Bytes32 {
        var bytes: [UInt8] = [0x01]
        bytes.reserveCapacity(65)
        left.append(to: &bytes)
        right.append(to: &bytes)
        return Keccak256.hash(bytes)
    }
}
