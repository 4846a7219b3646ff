import AccountTree
import ByteCodec
import ChainTypes
import ProofField
import SeededRandom
import Testing

struct AccountTreeTests {
    @Test func emptyRootIsTwentyEightTimesHashed() {
        var digest = Poseidon2.compress(.zero, .zero)
        for _ in 0..<28 { digest = Poseidon2.compress(digest, digest) }
        #expect(AccountTree().root == digest)
        #expect(AccountTree(accounts: []).root == digest)
        #expect(TreeShape.emptyDigests.count == 29 && TreeShape.emptyDigests[0] == digest)
    }

    @Test(arguments: [1, 2, 3, 7, 8, 33, 100])
    func rootIsThatOfTheDefinition(count: Int) {
        var random = SplitMix64(seed: UInt64(count))
        let accounts = random.accounts(count)
        let tree = AccountTree(accounts: accounts)
        #expect(tree.root == naiveRoot(byIndex(accounts)))
        #expect(tree.leafCount == count)
    }

    @Test(arguments: 0..<20)
    func updatesAreARebuild(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var accounts = random.accounts(Int.random(in: 0...40, using: &random))
        var tree = AccountTree(accounts: accounts)
        for _ in 0..<3 {
            var changes: [IndexedAccount] = []
            for _ in 0..<Int.random(in: 0...10, using: &random) {
                let account = random.account()
                let append = accounts.isEmpty || Bool.random(using: &random)
                let index = append ? accounts.count : Int.random(in: 0..<accounts.count, using: &random)
                if append { accounts.append(account) } else { accounts[index] = account }
                changes.append(IndexedAccount(index: LeafIndex(index), account: account))
            }
            let rebuilt = AccountTree(accounts: accounts)
            let updates = tree.updates(changes)
            let overlay = OverlaidTree(updates, over: tree)
            #expect(updates.root == rebuilt.root)
            for level in 0...28 {
                for index in 0..<LeafIndex(TreeShape.width(level: level, leafCount: accounts.count) + 2)
                where UInt64(index) < 1 << UInt64(level) {
                    #expect(overlay.node(level: level, index: index) == rebuilt.node(level: level, index: index))
                }
            }
            tree.apply(updates)
            #expect(tree.root == rebuilt.root && tree.leafCount == accounts.count)
        }
    }

    @Test func updatesOnUpdatesAreSpeculative() {
        var random = SplitMix64(seed: 3)
        let accounts = random.accounts(20)
        let tree = AccountTree(accounts: accounts)
        let first = tree.updates([IndexedAccount(index: 3, account: random.account())])
        let account = random.account()
        let second = TreeUpdates(
            changes: [IndexedAccount(index: 20, account: account)], over: OverlaidTree(first, over: tree))
        var applied = tree
        applied.apply(first)
        #expect(tree.root == AccountTree(accounts: accounts).root)
        #expect(second == applied.updates([IndexedAccount(index: 20, account: account)]))
        applied.apply(second)
        #expect(applied.root == second.root && applied.leafCount == 21)
    }

    @Test func aLeafBeyondTheUsedOnesLeavesEmptyOnesBetween() {
        var random = SplitMix64(seed: 4)
        let account = random.account()
        for index in [0, 5, LeafIndex(Limits.maxAccounts - 1)] {
            let updates = AccountTree().updates([IndexedAccount(index: index, account: account)])
            #expect(updates.root == naiveRoot([index: account]))
        }
    }

    @Test func eachInnerNodeIsHashedOnce() {
        var random = SplitMix64(seed: 5)
        let tree = AccountTree(accounts: random.accounts(64))
        let changes = (0..<64).map { IndexedAccount(index: $0, account: random.account()) }
        let updates = tree.updates(changes + changes)
        #expect(updates.levels.map(\.count) == (0...28).map { $0 < 22 ? 1 : 1 << ($0 - 22) })
    }
}
