import AccountTree
import ByteCodec
import ChainTypes
import ProofField
import SeededRandom
import Testing

struct BlockWitnessTests {
    /// A ledger that runs random blocks and keeps the witness of each.
    private struct Ledger {
        var accounts: [Account]
        var tree: AccountTree
        var random: SplitMix64

        init(seed: UInt64, count: Int) {
            random = SplitMix64(seed: seed)
            accounts = random.accounts(count)
            tree = AccountTree(accounts: accounts)
        }

        func leaf(_ index: LeafIndex) -> BlockWitness.Leaf {
            BlockWitness.Leaf(index: index, account: Int(index) < accounts.count ? accounts[Int(index)] : nil)
        }

        /// Changes random leaves, some of them new; returns the witness of the state before.
        mutating func block() -> BlockWitness {
            var changes: [IndexedAccount] = []
            let before = self
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let append = Bool.random(using: &random)
                let index = append ? accounts.count : Int.random(in: 0..<accounts.count, using: &random)
                let account = random.account()
                if append { accounts.append(account) } else { accounts[index] = account }
                changes.append(IndexedAccount(index: LeafIndex(index), account: account))
            }
            tree.apply(tree.updates(changes))
            return BlockWitness.collect(touched: changes.map { before.leaf($0.index) }, reader: before.tree)
        }
    }

    @Test(arguments: 0..<20)
    func rootsBeforeAndAfterAreThoseOfTheTree(seed: UInt64) throws {
        var ledger = Ledger(seed: seed, count: 50)
        let rootBefore = ledger.tree.root
        let witness = ledger.block()
        guard !witness.leaves.isEmpty else {
            #expect(witness == .empty && witness.treeBefore() == nil)
            return
        }
        #expect(witness.treeBefore()?.root == rootBefore)
        let after = witness.leaves.map { Optional(ledger.accounts[Int($0.index)]) }
        #expect(witness.tree(with: after)?.root == ledger.tree.root)
    }

    @Test(arguments: 0..<40)
    func mergeOfARunIsTheWitnessOfTheUnion(seed: UInt64) {
        var ledger = Ledger(seed: seed, count: 30)
        let before = ledger
        let witnesses = (0..<Int.random(in: 0...6, using: &ledger.random)).map { _ in ledger.block() }
        let union = witnesses.flatMap { $0.leaves.map(\.index) }.map { before.leaf($0) }
        #expect(BlockWitness.merge(witnesses) == BlockWitness.collect(touched: union, reader: before.tree))
    }

    @Test func mergeOfOneAndOfNone() {
        let leaf = BlockWitness.Leaf(index: 5, account: nil)
        let witness = BlockWitness.collect(touched: [leaf], reader: AccountTree())
        #expect(BlockWitness.merge([witness]) == witness)
        #expect(BlockWitness.merge([.empty, witness, .empty]) == witness)
        #expect(BlockWitness.merge([]) == .empty)
    }

    // MARK: - Codec

    private func encoded(_ witness: BlockWitness) -> [UInt8] {
        var writer = ByteWriter()
        witness.encode(to: &writer)
        return writer.bytes
    }

    private func decode(_ bytes: [UInt8]) -> Result<BlockWitness, BlockWitnessRejection> {
        var reader = ByteReader(bytes)
        do { return .success(try BlockWitness(from: &reader)) } catch { return .failure(error) }
    }

    @Test(arguments: 0..<10)
    func codecRoundTripAndTruncation(seed: UInt64) {
        var ledger = Ledger(seed: seed, count: 20)
        let witness = ledger.block()
        let bytes = encoded(witness)
        #expect(decode(bytes) == .success(witness))
        for length in 0..<bytes.count { #expect(decode(Array(bytes[..<length])) == .failure(.malformed(.truncated))) }
    }

    @Test func codecRejectionsByName() {
        let account = Account(address: .zero, nonce: 1, balance: 1)
        func bytes(_ leaves: [(LeafIndex, UInt64?)]) -> [UInt8] {
            var writer = ByteWriter()
            writer.u32(UInt32(leaves.count))
            for (index, nonce) in leaves {
                writer.u32(index)
                writer.bool(nonce != nil)
                guard let nonce else { continue }
                writer.address(account.address)
                writer.u64(nonce)
                writer.u128(account.balance)
            }
            return writer.bytes
        }
        let filler = [UInt8](repeating: 0, count: 40)
        #expect(decode(bytes([(1, nil), (1, nil)]) + filler) == .failure(.leavesNotRising))
        #expect(decode(bytes([(2, nil), (1, nil)]) + filler) == .failure(.leavesNotRising))
        #expect(decode(bytes([(1 << 28, nil)]) + filler) == .failure(.leafOutOfRange))
        #expect(decode(bytes([(1, 1 << 60)]) + filler) == .failure(.nonceTooLarge))
        #expect(decode(bytes([(1, nil)]) + [UInt8](repeating: 255, count: 28 * 32)) == .failure(.nonCanonicalDigest))
        #expect(decode([0, 1, 0, 0] + filler) == .failure(.malformed(.countTooLarge)))
        #expect(decode([0, 0, 255, 255] + filler) == .failure(.malformed(.truncated)))
    }
}
