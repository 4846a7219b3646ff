package import ChainTypes

/// Counts the nodes above leaves that are touched one after the other: what ``TouchedNodes`` counts at once.
package struct TouchCounter: Hashable, Sendable {
    /// Level in the upper half, position in the lower.
    private var nodes: Set<UInt64> = []
    /// Different leaves.
    package private(set) var leafCount = 0

    /// Nothing is touched yet.
    package init() {}

    /// All touched nodes, leaves included.
    package var nodeCount: Int { nodes.count }

    /// Nodes that one more leaf can add, at most.
    package static let nodesOfLeaf = TreeShape.levelCount

    /// Counts the nodes above a leaf that were not touched before. Linear in the number of new ones.
    package mutating func touch(_ leaf: LeafIndex) {
        var index = leaf
        for level in (0...TreeShape.depth).reversed() {
            // Above a touched node everything is touched.
            guard nodes.insert(UInt64(level) << 32 | UInt64(index)).inserted else { return }
            if level == TreeShape.depth { leafCount += 1 }
            index >>= 1
        }
    }
}
