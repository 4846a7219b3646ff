package import ChainTypes
package import ProofField

/// What a set of changed leaves makes of a tree: returned, not applied, so that a block can be executed on top of
/// blocks that are not decided.
package struct TreeUpdates: Hashable, Sendable {
    /// A node that changes.
    package struct Node: Hashable, Sendable {
        /// Place in its level, from 0.
        package var index: LeafIndex
        /// Digest afterwards.
        package var digest: Digest
        package init(index: LeafIndex, digest: Digest) {
            self.index = index
            self.digest = digest
        }
    }

    /// New nodes by level, root first; in each level by rising index.
    package let levels: [[Node]]
    /// Leaves in use afterwards.
    package let leafCount: Int
    /// The root afterwards.
    package let root: Digest

    /// Hashes each changed node once, level by level.
    ///
    /// Of several changes of one leaf the last one counts. Indices are below 2^28, which execution sees to; others
    /// are left out.
    package init<Reader: TreeReader>(
        changes: [IndexedAccount], over reader: Reader
    ) throws(Reader.Failure) {
        let changed = Self.lastPerLeaf(changes)
        let touched = TouchedNodes(leaves: changed.map(\.index))
        let halves = changed.map { LeafHalves($0.account) }
        var digests = compressPairs(halves.flatMap { [$0.first, $0.second] })
        var levels = [Self.nodes(touched.levels[TreeShape.depth], digests)]
        for level in (0..<TreeShape.depth).reversed() {
            digests = compressPairs(try Self.children(at: level, touched, digests, reader))
            levels.append(Self.nodes(touched.levels[level], digests))
        }
        self.levels = levels.reversed()
        leafCount = max(reader.leafCount, changed.last.map { Int($0.index) + 1 } ?? 0)
        if let root = digests.first { self.root = root } else { root = try reader.node(level: 0, index: 0) }
    }

    private static func lastPerLeaf(_ changes: [IndexedAccount]) -> [IndexedAccount] {
        let sorted = changes.enumerated()
            .filter { UInt64($0.element.index) < Limits.maxAccounts }
            .sorted { ($0.element.index, $0.offset) < ($1.element.index, $1.offset) }
        var result: [IndexedAccount] = []
        for (_, change) in sorted {
            if result.last?.index == change.index { result.removeLast() }
            result.append(change)
        }
        return result
    }

    private static func nodes(_ indices: [LeafIndex], _ digests: [Digest]) -> [Node] {
        zip(indices, digests).map { Node(index: $0, digest: $1) }
    }

    /// Both children of each touched node at `level`: new ones where touched, else the reader's.
    private static func children<Reader: TreeReader>(
        at level: Int, _ touched: TouchedNodes, _ below: [Digest], _ reader: Reader
    ) throws(Reader.Failure) -> [Digest] {
        let indices = touched.levels[level + 1]
        var result: [Digest] = []
        result.reserveCapacity(2 * touched.levels[level].count)
        var next = 0
        for parent in touched.levels[level] {
            for child in [2 * parent, 2 * parent + 1] {
                if next < indices.count, indices[next] == child {
                    result.append(below[next])
                    next += 1
                } else {
                    result.append(try reader.node(level: level + 1, index: child))
                }
            }
        }
        return result
    }
}

/// A tree with updates on top that are not applied to it.
package struct OverlaidTree<Base: TreeReader>: TreeReader {
    /// The tree below.
    package let base: Base
    /// What is laid over it; computed over `base`, which nobody checks.
    package let updates: TreeUpdates

    package init(_ updates: TreeUpdates, over base: Base) {
        self.base = base
        self.updates = updates
    }

    /// See `TreeReader.leafCount`.
    package var leafCount: Int { updates.leafCount }

    /// The updated digest, or the base's; throws what the base throws.
    package func node(level: Int, index: LeafIndex) throws(Base.Failure) -> Digest {
        guard updates.levels.indices.contains(level) else { return try base.node(level: level, index: index) }
        let nodes = updates.levels[level]
        var low = 0
        var high = nodes.count
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle].index < index { low = middle + 1 } else { high = middle }
        }
        if low < nodes.count, nodes[low].index == index { return nodes[low].digest }
        return try base.node(level: level, index: index)
    }
}
