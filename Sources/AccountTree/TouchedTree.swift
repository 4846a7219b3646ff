package import ProofField

/// The hashed part of a tree above some leaves: for each touched node its digest and what it was hashed from.
package struct TouchedTree: Sendable {
    /// Which nodes these are.
    package let nodes: TouchedNodes
    /// By level, root first: two digests per touched node. At level 28 they are the halves of the leaves.
    package let children: [[Digest]]
    /// By level, root first: one digest per touched node.
    package let digests: [[Digest]]

    /// `leaves` belongs to `nodes.leaves`, `siblings[level]` to `nodes.siblings(level:)`. Nil when a count differs or
    /// when there is no leaf.
    package init?(nodes: TouchedNodes, leaves: [LeafHalves], siblings: [[Digest]]) {
        guard !leaves.isEmpty, leaves.count == nodes.leaves.count, siblings.count == TreeShape.levelCount else {
            return nil
        }
        var pairs = leaves.flatMap { [$0.first, $0.second] }
        var digests = compressPairs(pairs)
        var allPairs = [pairs]
        var allDigests = [digests]
        for level in (0..<TreeShape.depth).reversed() {
            guard let next = Self.pairs(nodes, level, digests, siblings[level + 1]) else { return nil }
            pairs = next
            digests = compressPairs(pairs)
            allPairs.append(pairs)
            allDigests.append(digests)
        }
        self.nodes = nodes
        children = allPairs.reversed()
        self.digests = allDigests.reversed()
    }

    /// The root of the whole tree.
    package var root: Digest { digests[0][0] }

    /// Both children of each touched node at `level`, from the touched ones below and their untouched siblings.
    private static func pairs(
        _ nodes: TouchedNodes, _ level: Int, _ below: [Digest], _ siblings: [Digest]
    ) -> [Digest]? {
        let indices = nodes.levels[level + 1]
        guard siblings.count == 2 * nodes.levels[level].count - indices.count else { return nil }
        var result: [Digest] = []
        result.reserveCapacity(indices.count + siblings.count)
        var (next, sibling) = (0, 0)
        for parent in nodes.levels[level] {
            for child in [2 * parent, 2 * parent + 1] {
                if next < indices.count, indices[next] == child {
                    result.append(below[next])
                    next += 1
                } else {
                    result.append(siblings[sibling])
                    sibling += 1
                }
            }
        }
        return result
    }
}
