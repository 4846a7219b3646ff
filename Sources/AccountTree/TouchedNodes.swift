package import ChainTypes

/// The nodes on the paths from a set of leaves to the root, and the untouched siblings along them.
package struct TouchedNodes: Hashable, Sendable {
    /// Touched nodes by level, root first; in each level rising and without duplicates.
    package let levels: [[LeafIndex]]

    /// Leaves in any order, with repetitions.
    package init(leaves: [LeafIndex]) {
        var level: [LeafIndex] = []
        for leaf in leaves.sorted() where leaf != level.last { level.append(leaf) }
        var levels = [level]
        for _ in 0..<TreeShape.depth {
            var parents: [LeafIndex] = []
            parents.reserveCapacity(level.count)
            for node in level where node >> 1 != parents.last { parents.append(node >> 1) }
            level = parents
            levels.append(level)
        }
        self.levels = levels.reversed()
    }

    /// The touched leaves, rising, without duplicates.
    package var leaves: [LeafIndex] { levels[TreeShape.depth] }

    /// All touched nodes, leaves included: the permutations that hash the paths once.
    package var count: Int { levels.reduce(0) { $0 + $1.count } }

    /// Whether the node at `level` and `index` is touched.
    package func contains(level: Int, index: LeafIndex) -> Bool {
        guard levels.indices.contains(level) else { return false }
        let nodes = levels[level]
        var low = 0
        var high = nodes.count
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle] < index { low = middle + 1 } else { high = middle }
        }
        return low < nodes.count && nodes[low] == index
    }

    /// At `level` (1...depth), the nodes that are not touched and whose sibling is, rising.
    package func siblings(level: Int) -> [LeafIndex] {
        let nodes = levels[level]
        var result: [LeafIndex] = []
        for (position, node) in nodes.enumerated() {
            let neighbour = node & 1 == 0 ? position + 1 : position - 1
            if nodes.indices.contains(neighbour), nodes[neighbour] == node ^ 1 { continue }
            result.append(node ^ 1)
        }
        return result
    }
}
