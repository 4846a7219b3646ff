import AccountTree
import ByteCodec
import ChainTypes
import ProofField
import SeededRandom
import Testing

struct OperationsTreeTests {
    private func operations(_ count: Int) -> [AccountOperation] {
        var random = SplitMix64(seed: UInt64(count))
        return (0..<count).map { _ in
            AccountOperation(
                index: LeafIndex(random.next() % Limits.maxAccounts), address: random.address(),
                incrementsNonce: Bool.random(using: &random), amount: UInt128(random.next()),
                isDebit: Bool.random(using: &random), creates: Bool.random(using: &random))
        }
    }

    @Test(arguments: [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (64, 6), (65, 7), (65_535, 16)])
    func depthIsTheCeilingOfTheLogarithm(count: Int, depth: Int) {
        #expect(OperationsTree.depth(count: count) == depth)
    }

    @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7, 9, 33, 100])
    func rootIsThatOfTheFullTree(count: Int) {
        let operations = operations(count)
        var nodes = operations.map { LeafHalves($0).digest }
        let width = 1 << OperationsTree.depth(count: count)
        nodes += [Digest](repeating: LeafHalves.empty.digest, count: width - nodes.count)
        while nodes.count > 1 {
            nodes = (0..<(nodes.count / 2)).map { Poseidon2.compress(nodes[2 * $0], nodes[2 * $0 + 1]) }
        }
        let tree = OperationsTree(operations)
        #expect(tree.root == nodes[0])
        #expect(tree.children.reduce(0) { $0 + $1.count / 2 } == OperationsTree.nodeCount(count: count))
        #expect(tree.digest == OperationsTree.digest(count: UInt32(count), root: nodes[0]))
    }

    @Test(arguments: [1, 2, 3, 5, 6, 11, 100, 65_535])
    func recordsAndPaddingsCoverEveryChildOnce(count: Int) {
        let paddings = OperationsTree.paddings(count: count)
        for step in 0..<OperationsTree.depth(count: count) {
            let level = TreeShape.depth - step
            let here = paddings.filter { $0.level == level }
            let used = OperationsTree.width(count: count, step: step)
            #expect(used + here.count == 2 * OperationsTree.width(count: count, step: step + 1))
            #expect(here.allSatisfy { $0.index == LeafIndex(used) && $0.digest == TreeShape.emptyDigests[level] })
        }
        #expect(paddings.count <= 16)
    }

    @Test func digestTellsTrailingEmptyRecordsFromNone() {
        let root = OperationsTree(operations(3)).root
        #expect(OperationsTree.digest(count: 3, root: root) != OperationsTree.digest(count: 4, root: root))
    }
}
