package import ByteCodec
import Cryptography

/// The Merkle tree over the records of the system state: RFC 6962's shape with Keccak-256.
package enum RecordTree {
    /// Hash of a record. Keys of one table have one length, and the table is the key's first byte, so the
    /// concatenation is injective.
    package static func leaf(key: [UInt8], value: [UInt8]) -> Bytes32 {
        Keccak256.hash(parts: [[0x00], key, value])
    }

    /// Root over leaf hashes in order; the hash of nothing for no leaves. Pairing neighbours and carrying an odd last
    /// one up gives the same tree as RFC 6962's split at the largest power of two below the count.
    package static func root(leaves: [Bytes32]) -> Bytes32 {
        guard !leaves.isEmpty else { return Keccak256.hash([]) }
        var level = leaves
        while level.count > 1 { level = above(level) }
        return level[0]
    }

    /// The siblings on the way from the leaf at `index` to the root, lowest first (RFC 6962, 2.1.1); nil when there is
    /// no such leaf. A level in which the node is carried up has none.
    package static func path(to index: Int, leaves: [Bytes32]) -> [Bytes32]? {
        guard leaves.indices.contains(index) else { return nil }
        var (level, place, path) = (leaves, index, [Bytes32]())
        while level.count > 1 {
            if level.indices.contains(place ^ 1) { path.append(level[place ^ 1]) }
            level = above(level)
            place /= 2
        }
        return path
    }

    /// The root that a leaf, its place among `count` leaves and a path lead to; nil when the path is of another length
    /// than that place has.
    package static func root(leaf: Bytes32, index: UInt64, count: UInt64, path: [Bytes32]) -> Bytes32? {
        guard index < count else { return nil }
        var (node, place, width) = (leaf, index, count)
        var siblings = path[...]
        while width > 1 {
            if place ^ 1 < width {
                guard let sibling = siblings.popFirst() else { return nil }
                node = place % 2 == 0 ? join(node, sibling) : join(sibling, node)
            }
            place /= 2
            width = width / 2 + width % 2
        }
        return siblings.isEmpty ? node : nil
    }

    private static func above(_ level: [Bytes32]) -> [Bytes32] {
        var next: [Bytes32] = []
        next.reserveCapacity((level.count + 1) / 2)
        var index = 0
        while index + 1 < level.count {
            next.append(join(level[index], level[index + 1]))
            index += 2
        }
        if index < level.count { next.append(level[index]) }
        return next
    }

    private static func join(_ left: Bytes32, _ right: Bytes32) -> Bytes32 {
        var bytes: [UInt8] = [0x01]
        bytes.reserveCapacity(65)
        left.append(to: &bytes)
        right.append(to: &bytes)
        return Keccak256.hash(bytes)
    }
}
