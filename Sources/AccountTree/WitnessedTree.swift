package import ChainTypes
package import ProofField

/// As much of an account tree as a block's witness shows: the nodes above its touched leaves and their siblings.
struct WitnessedTree: TreeReader {
    private let touched: TouchedTree
    /// By level, positions and digests of the untouched siblings.
    private let siblings: [(indices: [LeafIndex], digests: [Digest])]
    let leafCount: Int

    /// `accounts` belong to the witness's leaves. Nil when their number differs or the witness is empty.
    init?(_ witness: BlockWitness, accounts: [Account?]) {
        guard let touched = witness.tree(with: accounts) else { return nil }
        self.touched = touched
        siblings = witness.siblings.indices.map { level in
            (level == 0 ? [] : touched.nodes.siblings(level: level), witness.siblings[level])
        }
        leafCount = witness.leaves.last.map { Int($0.index) + 1 } ?? 0
    }

    var root: Digest { touched.root }

    /// What the witness does not show counts as empty.
    func node(level: Int, index: LeafIndex) -> Digest {
        guard touched.nodes.levels.indices.contains(level) else { return TreeShape.emptyDigests[TreeShape.depth] }
        if let place = Self.place(of: index, in: touched.nodes.levels[level]) { return touched.digests[level][place] }
        let (indices, digests) = siblings[level]
        guard let place = Self.place(of: index, in: indices), digests.indices.contains(place) else {
            return TreeShape.emptyDigests[level]
        }
        return digests[place]
    }

    private static func place(of index: LeafIndex, in rising: [LeafIndex]) -> Int? {
        var low = 0
        var high = rising.count
        while low < high {
            let middle = (low + high) / 2
            if rising[middle] < index { low = middle + 1 } else { high = middle }
        }
        return low < rising.count && rising[low] == index ? low : nil
    }
}

extension BlockWitness {
    /// The roots of the account tree after the first `counts[i]` of the block's operations.
    package func roots(
        after counts: [Int], of operations: [AccountOperation]
    ) throws(OperationRejection) -> [Digest] {
        var roots: [Digest] = []
        for count in counts {
            let accounts = try accounts(after: Array(operations.prefix(count)))
            roots.append(tree(with: accounts)?.root ?? TreeShape.emptyDigests[0])
        }
        return roots
    }

    /// What proving a part of the block's operations takes: its touched leaves and their siblings, in the tree as the
    /// operations before `range` leave it. This is the witness of the whole block, before its first operation.
    package func part(
        _ range: Range<Int>, of operations: [AccountOperation]
    ) throws(OperationRejection) -> BlockWitness {
        let range = range.clamped(to: operations.indices)
        let accounts = try accounts(after: Array(operations[..<range.lowerBound]))
        guard let tree = WitnessedTree(self, accounts: accounts) else { return .empty }
        var touched: [Leaf] = []
        for index in TouchedNodes(leaves: operations[range].map(\.index)).leaves {
            guard let position = position(of: index) else { throw .unknownLeaf(index) }
            touched.append(Leaf(index: index, account: accounts[position]))
        }
        return BlockWitness.collect(touched: touched, reader: tree)
    }
}
