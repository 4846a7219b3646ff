import AccountTree
import ByteCodec
import ChainTypes
import ProofField
import SeededRandom
import Testing

struct SubBlockWitnessTests {
    /// Random operations on a tree, some of them creating accounts, and the tree after each.
    private struct Ledger {
        var accounts: [Account]
        var operations: [AccountOperation] = []
        var roots: [Digest]
        let witness: BlockWitness

        init(accounts count: Int, operations operationCount: Int, seed: UInt64) throws {
            var random = SplitMix64(seed: seed)
            accounts = (0..<count).map { Account(address: Address(lowBytes: UInt64($0 + 1)), balance: 1_000_000) }
            let before = AccountTree(accounts: accounts)
            let genesis = accounts
            roots = [before.root]
            for place in 0..<operationCount {
                let creates = random.below(5) == 0
                let index = creates ? accounts.count : random.below(accounts.count)
                let operation = AccountOperation(
                    index: LeafIndex(index),
                    address: creates ? Address(lowBytes: UInt64(1_000 + place)) : accounts[index].address,
                    incrementsNonce: !creates, amount: UInt128(random.below(1_000)),
                    isDebit: !creates && accounts[index].balance >= 1_000, creates: creates)
                operations.append(operation)
                let account = try operation.applied(to: creates ? nil : accounts[index])
                if creates { accounts.append(account) } else { accounts[index] = account }
                roots.append(AccountTree(accounts: accounts).root)
            }
            let touched = operations.map { operation in
                BlockWitness.Leaf(
                    index: operation.index,
                    account: Int(operation.index) < genesis.count ? genesis[Int(operation.index)] : nil)
            }
            witness = BlockWitness.collect(touched: touched, reader: before)
        }
    }

    @Test(arguments: 0..<12) func theRootsBetweenPartsAreThoseOfTheTree(seed: UInt64) throws {
        let ledger = try Ledger(accounts: 1 + Int(seed) * 3, operations: 17, seed: seed)
        let counts = Array(0...17)
        #expect(try ledger.witness.roots(after: counts, of: ledger.operations) == ledger.roots)
    }

    @Test(arguments: 0..<12) func aPartsWitnessLeadsFromItsRootToTheNext(seed: UInt64) throws {
        let ledger = try Ledger(accounts: 2 + Int(seed), operations: 19, seed: seed + 100)
        for size in [1, 4, 8] {
            for start in stride(from: 0, to: 19, by: size) {
                let range = start..<min(start + size, 19)
                let part = try ledger.witness.part(range, of: ledger.operations)
                #expect(part.treeBefore()?.root == ledger.roots[range.lowerBound])
                let after = try part.accounts(after: Array(ledger.operations[range]))
                #expect(part.tree(with: after)?.root == ledger.roots[range.upperBound])
                #expect(part.leaves.map(\.index) == TouchedNodes(leaves: ledger.operations[range].map(\.index)).leaves)
            }
        }
    }

    @Test func operationsThatDoNotApplyAreNamed() throws {
        var ledger = try Ledger(accounts: 3, operations: 4, seed: 5)
        ledger.operations[0].index = 200
        let error = #expect(throws: OperationRejection.self) {
            try ledger.witness.part(1..<3, of: ledger.operations)
        }
        #expect(error == .unknownLeaf(200))
    }

    @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17, 31]) func joinedTreesAreTheTreeOfAll(count: Int) throws {
        let operations = try Ledger(accounts: 4, operations: count, seed: UInt64(count)).operations
        let whole = OperationsTree(operations)
        for size in [1, 2, 4, 8, 16] {
            let parts = stride(from: 0, to: count, by: size).map { start in
                OperationsTree(Array(operations[start..<min(start + size, count)]))
            }
            let joined = OperationsTree.root(joining: parts.map { ($0.count, $0.root) })
            #expect(joined == whole.root, "\(count) in parts of \(size)")
        }
    }

    @Test func partsThatAreNoSubtreesDoNotJoin() throws {
        let operations = try Ledger(accounts: 4, operations: 8, seed: 1).operations
        let root = OperationsTree(operations).root
        for counts in [[], [0], [3, 3], [4, 2, 4], [2, 4], [4, 0]] {
            #expect(OperationsTree.root(joining: counts.map { ($0, root) }) == nil, "\(counts)")
        }
    }

    @Test(arguments: 0..<6) func countingOneByOneIsCountingAtOnce(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var counter = TouchCounter()
        var leaves: [LeafIndex] = []
        for _ in 0..<50 {
            leaves.append(LeafIndex(random.below(seed % 2 == 0 ? 40 : 1 << 28)))
            counter.touch(leaves[leaves.count - 1])
            let touched = TouchedNodes(leaves: leaves)
            #expect(counter.nodeCount == touched.count && counter.leafCount == touched.leaves.count)
        }
        #expect(TouchCounter.nodesOfLeaf == TouchedNodes(leaves: [7]).count)
    }
}
