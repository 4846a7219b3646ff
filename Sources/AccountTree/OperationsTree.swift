package import ByteCodec
package import ChainTypes
import Cryptography
package import ProofField

/// The tree of a job's operation records: the record of sequence s is leaf s - 1 of a tree of depth ⌈log2 n⌉, filled
/// up with empty leaves. Its leaves count as level 28, like those of the account tree, so its root lies at level
/// 28 - ⌈log2 n⌉. The tree of no operations is one empty leaf.
package struct OperationsTree: Sendable {
    /// Records in the tree.
    package let count: Int
    /// Digest of the root; that of an empty leaf for no operations.
    package let root: Digest
    /// What each node was hashed from, two digests a node: first the records' halves, then level by level upward,
    /// empty subtrees included. Nothing for no operations.
    package let children: [[Digest]]

    /// Prefix of what ``digest(count:root:)`` hashes.
    private static let domain = "cairn/operations/v1"

    /// Hashes the records in the order given; more than 2^28 have no tree of the fixed depth.
    package init(_ operations: [AccountOperation]) {
        count = operations.count
        guard !operations.isEmpty else {
            root = TreeShape.emptyDigests[TreeShape.depth]
            children = []
            return
        }
        var pairs = operations.map { LeafHalves($0) }.flatMap { [$0.first, $0.second] }
        var children = [pairs]
        var nodes = compressPairs(pairs)
        for step in 0..<Self.depth(count: count) {
            pairs = nodes
            if pairs.count % 2 == 1 { pairs.append(TreeShape.emptyDigests[TreeShape.depth - step]) }
            children.append(pairs)
            nodes = compressPairs(pairs)
        }
        root = nodes[0]
        self.children = children
    }

    /// operationsDigest = Keccak-256(u8(length of domain) ‖ domain ‖ n as big-endian u32 ‖ the root's 32 bytes, eight
    /// little-endian u32), the domain being "cairn/operations/v1". Amounts and addresses in it are canonical because
    /// validators compute it themselves from the operations.
    package static func digest(count: UInt32, root: Digest) -> Bytes32 {
        var writer = ByteWriter()
        writer.u8(UInt8(truncatingIfNeeded: domain.utf8.count))
        writer.raw(domain.utf8)
        writer.u32(count)
        writer.raw(root.bytes)
        return Keccak256.hash(writer.bytes)
    }

    /// The commitment to the list, see ``digest(count:root:)``.
    package var digest: Bytes32 { Self.digest(count: UInt32(truncatingIfNeeded: count), root: root) }

    /// ⌈log2 n⌉, 0 for n of 0 and 1.
    package static func depth(count: Int) -> Int {
        count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount
    }

    /// Nodes with at least one record below them, records included: the permutations of the tree.
    package static func nodeCount(count: Int) -> Int {
        guard count > 0 else { return 0 }
        return (0...depth(count: count)).reduce(0) { $0 + width(count: count, step: $1) }
    }

    /// Nodes in use `step` levels above the leaves.
    package static func width(count: Int, step: Int) -> Int { (count + (1 << step) - 1) >> step }

    /// The root of the tree over the records of several trees, one after the other, from their counts and roots. Nil
    /// unless all but the last have one count, a power of two, and the last one has from one to as many.
    package static func root(joining parts: [(count: Int, root: Digest)]) -> Digest? {
        guard let first = parts.first, let last = parts.last, first.count > 0, last.count > 0 else { return nil }
        guard parts.count > 1 else { return first.root }
        guard first.count.nonzeroBitCount == 1, parts.dropLast().allSatisfy({ $0.count == first.count }),
            last.count <= first.count
        else { return nil }
        let partDepth = depth(count: first.count)
        let whole = depth(count: first.count * (parts.count - 1) + last.count)
        guard whole <= TreeShape.depth else { return nil }
        var nodes = parts.map(\.root)
        // The last part's root stands at the height of its own tree; empty records fill the rest of its place.
        for step in depth(count: last.count)..<partDepth {
            nodes[nodes.count - 1] = Poseidon2.compress(
                nodes[nodes.count - 1], TreeShape.emptyDigests[TreeShape.depth - step])
        }
        for step in partDepth..<whole {
            if nodes.count % 2 == 1 { nodes.append(TreeShape.emptyDigests[TreeShape.depth - step]) }
            nodes = compressPairs(nodes)
        }
        return nodes[0]
    }

    /// A node of the tree that is an empty subtree and the sibling of one that is not.
    package struct Padding: Hashable, Sendable {
        /// 28 at the leaves, less above.
        package let level: Int
        /// Place in its level, from 0.
        package let index: LeafIndex
        /// Digest of the empty subtree at that level.
        package let digest: Digest
    }

    /// Each empty subtree that hashing the tree takes in, leaves first. Counts above 2^28 have no tree; what they give
    /// balances with nothing.
    package static func paddings(count: Int) -> [Padding] {
        (0..<min(depth(count: count), TreeShape.depth)).compactMap { step in
            let width = width(count: count, step: step)
            guard width % 2 == 1 else { return nil }
            let level = TreeShape.depth - step
            return Padding(
                level: level, index: LeafIndex(truncatingIfNeeded: width), digest: TreeShape.emptyDigests[level])
        }
    }
}
