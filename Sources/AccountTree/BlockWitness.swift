package import ChainTypes
package import ProofField

/// What proving a block takes from the tree before it: the touched leaves and the untouched siblings along their
/// paths, both in the state at the root before the block.
package struct BlockWitness: Hashable, Sendable {
    /// A touched leaf before the block; no account means that it was empty.
    package struct Leaf: Hashable, Sendable {
        /// Below `Limits.maxAccounts`.
        package var index: LeafIndex
        /// The account before the block.
        package var account: Account?
        package init(index: LeafIndex, account: Account?) {
            self.index = index
            self.account = account
        }
    }

    /// By rising index, without duplicates.
    package let leaves: [Leaf]
    /// By level, root first; in each level those of ``TouchedNodes/siblings(level:)``.
    package let siblings: [[Digest]]

    /// The witness of a block that touches nothing.
    package static let empty = BlockWitness(leaves: [], siblings: TreeShape.emptyDigests.map { _ in [] })

    init(leaves: [Leaf], siblings: [[Digest]]) {
        self.leaves = leaves
        self.siblings = siblings
    }

    /// Reads the siblings of the touched leaves. `touched` holds the leaves before the block, in any order; of several
    /// entries of one leaf the first one counts. `reader` shows the tree before the block.
    package static func collect<Reader: TreeReader>(
        touched: [Leaf], reader: Reader
    ) throws(Reader.Failure) -> BlockWitness {
        let leaves = firstPerLeaf(touched)
        let nodes = TouchedNodes(leaves: leaves.map(\.index))
        var siblings: [[Digest]] = [[]]
        for level in 1...TreeShape.depth {
            var digests: [Digest] = []
            for index in nodes.siblings(level: level) { digests.append(try reader.node(level: level, index: index)) }
            siblings.append(digests)
        }
        return BlockWitness(leaves: leaves, siblings: siblings)
    }

    /// The witness of a run of consecutive blocks, in their order: that of all their touched leaves at the root before
    /// the first one.
    ///
    /// A leaf or sibling is taken from the first block that mentions it, since no earlier block changed it; siblings
    /// that another block of the run touches are recomputed and drop out. Every sibling of the union is found: the
    /// block that touched the node beside it did not touch the sibling, so it has it.
    package static func merge(_ witnesses: [BlockWitness]) -> BlockWitness {
        let leaves = firstPerLeaf(witnesses.flatMap(\.leaves))
        let union = TouchedNodes(leaves: leaves.map(\.index))
        let parts = witnesses.map { ($0, TouchedNodes(leaves: $0.leaves.map(\.index))) }
        var siblings: [[Digest]] = [[]]
        for level in 1...TreeShape.depth {
            siblings.append(merge(parts, wanted: union.siblings(level: level), level: level))
        }
        return BlockWitness(leaves: leaves, siblings: siblings)
    }

    /// For each wanted sibling the digest of the first part that has it. Both sides rise, so one pass per part does.
    private static func merge(
        _ parts: [(witness: BlockWitness, nodes: TouchedNodes)], wanted: [LeafIndex], level: Int
    ) -> [Digest] {
        var found = [Digest?](repeating: nil, count: wanted.count)
        for part in parts {
            let have = part.nodes.siblings(level: level)
            var next = 0
            for (position, index) in wanted.enumerated() {
                while next < have.count, have[next] < index { next += 1 }
                guard next < have.count else { break }
                if have[next] == index, found[position] == nil { found[position] = part.witness.siblings[level][next] }
            }
        }
        return found.compactMap { $0 }
    }

    private static func firstPerLeaf(_ leaves: [Leaf]) -> [Leaf] {
        let sorted = leaves.enumerated().sorted { ($0.element.index, $0.offset) < ($1.element.index, $1.offset) }
        var result: [Leaf] = []
        for (_, leaf) in sorted where leaf.index != result.last?.index { result.append(leaf) }
        return result
    }
}

extension BlockWitness {
    /// The nodes whose siblings the witness holds.
    package var touchedNodes: TouchedNodes { TouchedNodes(leaves: leaves.map(\.index)) }

    /// The tree before the block above the touched leaves; nil for the empty witness.
    package func treeBefore() -> TouchedTree? { tree(with: leaves.map(\.account)) }

    /// The tree above the touched leaves when they hold `accounts`.
    package func tree(with accounts: [Account?]) -> TouchedTree? {
        TouchedTree(nodes: touchedNodes, leaves: accounts.map { LeafHalves($0) }, siblings: siblings)
    }

    /// The touched leaves after the operations, in the order of ``leaves``.
    package func accounts(after operations: [AccountOperation]) throws(OperationRejection) -> [Account?] {
        var accounts = leaves.map(\.account)
        for operation in operations {
            guard let position = position(of: operation.index) else { throw .unknownLeaf(operation.index) }
            accounts[position] = try operation.applied(to: accounts[position])
        }
        return accounts
    }

    /// Where in ``leaves`` the leaf stands.
    package func position(of index: LeafIndex) -> Int? {
        var low = 0
        var high = leaves.count
        while low < high {
            let middle = (low + high) / 2
            if leaves[middle].index < index { low = middle + 1 } else { high = middle }
        }
        return low < leaves.count && leaves[low].index == index ? low : nil
    }
}
