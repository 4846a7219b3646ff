package import ChainTypes
package import ProofField

/// The Poseidon2 Merkle tree of all accounts, of fixed depth 28, held in memory: per level the digests above the
/// leaves in use; everything to their right is empty. Leaves are appended in order of account creation.
package struct AccountTree: TreeReader, Sendable {
    /// Memory never fails.
    package typealias Failure = Never

    /// Digests by level, root first.
    private var levels: [[Digest]]
    /// Leaves in use, 0 ... `Limits.maxAccounts`.
    package private(set) var leafCount: Int

    /// The empty tree.
    package init() {
        levels = TreeShape.emptyDigests.indices.map { $0 == 0 ? [TreeShape.emptyDigests[0]] : [] }
        leafCount = 0
    }

    /// The tree of the accounts at leaves 0, 1, 2 and so on. At most 2^28; more are left out.
    package init(accounts: some Collection<Account>) {
        self.init()
        leafCount = min(accounts.count, Int(Limits.maxAccounts))
        guard leafCount > 0 else { return }
        levels[TreeShape.depth] = Self.leafDigests(accounts.prefix(leafCount), count: leafCount)
        for level in (0..<TreeShape.depth).reversed() {
            levels[level] = Self.parents(of: levels[level + 1], level: level + 1)
        }
    }

    /// Digest at level 0: the header's `accountsRoot`.
    package var root: Digest { levels[0][0] }

    /// The digest of the node; that of the empty subtree where nothing is in use. `level` is 0 (the root) to 28.
    package func node(level: Int, index: LeafIndex) -> Digest {
        guard levels.indices.contains(level) else { return TreeShape.emptyDigests[TreeShape.depth] }
        let nodes = levels[level]
        return Int(index) < nodes.count ? nodes[Int(index)] : TreeShape.emptyDigests[level]
    }

    /// What the changes make of the tree; see ``TreeUpdates``.
    package func updates(_ changes: [IndexedAccount]) -> TreeUpdates {
        TreeUpdates(changes: changes, over: self)
    }

    /// Takes updates that were computed over this very state of the tree.
    package mutating func apply(_ updates: TreeUpdates) {
        leafCount = max(leafCount, updates.leafCount)
        for (level, nodes) in updates.levels.enumerated() {
            let missing = TreeShape.width(level: level, leafCount: leafCount) - levels[level].count
            if missing > 0 {
                levels[level].append(contentsOf: repeatElement(TreeShape.emptyDigests[level], count: missing))
            }
            for node in nodes { levels[level][Int(node.index)] = node.digest }
        }
    }

    /// Leaf digests, in batches that bound the memory for their halves.
    private static func leafDigests(_ accounts: some Collection<Account>, count: Int) -> [Digest] {
        let batch = 1 << 12
        var digests: [Digest] = []
        digests.reserveCapacity(count)
        var halves: [Digest] = []
        halves.reserveCapacity(2 * batch)
        for account in accounts {
            let leaf = LeafHalves(account)
            halves.append(leaf.first)
            halves.append(leaf.second)
            if halves.count == 2 * batch {
                digests += compressPairs(halves)
                halves.removeAll(keepingCapacity: true)
            }
        }
        return digests + compressPairs(halves)
    }

    private static func parents(of nodes: [Digest], level: Int) -> [Digest] {
        guard nodes.count % 2 == 1, let last = nodes.last else { return compressPairs(nodes) }
        return compressPairs(nodes) + [Poseidon2.compress(last, TreeShape.emptyDigests[level])]
    }
}
