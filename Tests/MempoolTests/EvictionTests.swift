import ByteCodec
import ChainTypes
import Cryptography
import Mempool
import SampleChain
import SeededRandom
import Testing

@Suite("Room in a full pool")
struct EvictionTests {
    private let gwei = Unit.gwei

    private func transfer(
        _ user: Int, _ nonce: UInt64, tip: UInt128, bytes: Int = 0
    ) throws -> VerifiedTransaction {
        try SampleGenesis.user(user).transaction(
            nonce: nonce, to: .zero, data: [UInt8](repeating: 1, count: bytes), tip: tip * gwei, maxFee: 100 * gwei)
    }

    @Test("what pays more than the cheapest takes its place; what pays no more is refused and changes nothing")
    func theCheapestGoes() throws {
        var scenario = PoolScenario { $0.transactions = 3 }
        let pool = try [transfer(0, 0, tip: 2), transfer(1, 0, tip: 1), transfer(2, 0, tip: 3)]
        for transaction in pool { #expect(try scenario.offer(transaction) == nil) }
        #expect(try scenario.offer(transfer(3, 0, tip: 1)) == .poolFull)
        #expect(pool.allSatisfy { scenario.pool.contains($0.hash) })
        let better = try transfer(3, 0, tip: 2)
        #expect(try scenario.offer(better) == nil)
        #expect(pool.map { scenario.pool.contains($0.hash) } == [true, false, true])
        // Of equal bids the last to come goes first.
        #expect(try scenario.offer(transfer(4, 0, tip: 4)) == nil)
        #expect(scenario.pool.contains(pool[0].hash) && !scenario.pool.contains(better.hash))
        #expect(scenario.pool.transactionCount == 3)
    }

    @Test("descendants go before what they depend on, and nobody pushes out what it depends on itself")
    func descendantsFirst() throws {
        var scenario = PoolScenario { $0.transactions = 4 }
        let run = try [transfer(0, 0, tip: 1), transfer(0, 1, tip: 50), transfer(0, 2, tip: 60)]
        for transaction in run { #expect(try scenario.offer(transaction) == nil) }
        #expect(try scenario.offer(transfer(1, 0, tip: 9)) == nil)
        #expect(try scenario.offer(transfer(0, 3, tip: 90)) == .poolFull)
        #expect(try scenario.offer(transfer(2, 0, tip: 5)) == nil)
        #expect(run.map { scenario.pool.contains($0.hash) } == [true, true, false])
        #expect(try scenario.offer(transfer(3, 0, tip: 5)) == nil)
        #expect(try scenario.offer(transfer(4, 0, tip: 5)) == nil)
        #expect(run.allSatisfy { !scenario.pool.contains($0.hash) })
        #expect(try scenario.offer(transfer(5, 0, tip: 5)) == .poolFull)
    }

    @Test("many small ones make room for a large one only when it outbids each of them")
    func bytes() throws {
        var scenario = PoolScenario { $0.bytes = 2_000 }
        for user in 0..<4 { #expect(try scenario.offer(transfer(user, 0, tip: UInt128(user + 1), bytes: 300)) == nil) }
        #expect(try scenario.offer(transfer(5, 0, tip: 3, bytes: 1_200)) == .poolFull)
        #expect(scenario.pool.transactionCount == 4)
        #expect(try scenario.offer(transfer(5, 0, tip: 5, bytes: 1_200)) == nil)
        #expect(scenario.pool.transactionCount < 4)
        #expect(try scenario.order().count == scenario.pool.transactionCount)
    }

    @Test("a sender has a share of the bytes, and behind a gap nothing enters a crowded pool")
    func shares() throws {
        var scenario = PoolScenario {
            $0.bytesPerSender = 1_000
            $0.transactions = 8
        }
        #expect(try scenario.offer(transfer(0, 0, tip: 1, bytes: 500)) == nil)
        #expect(try scenario.offer(transfer(0, 1, tip: 1, bytes: 500)) == .senderBytes(1_000))
        #expect(try scenario.offer(transfer(1, 1, tip: 9)) == nil)
        for user in 2..<6 { #expect(try scenario.offer(transfer(user, 0, tip: 1)) == nil) }
        #expect(try scenario.offer(transfer(6, 3, tip: 99)) == .gapWhileCrowded(next: 0))
        #expect(try scenario.offer(transfer(1, 0, tip: 1)) == nil)
    }

    @Test("a thousand random offers keep counts, bytes and order whole", arguments: [1, 2, 3])
    func random(seed: UInt64) throws {
        var scenario = PoolScenario {
            $0.transactions = 24
            $0.bytes = 6_000
            $0.perSender = 8
        }
        var random = SplitMix64(seed: seed)
        for step in 0..<1_000 {
            let user = random.below(8)
            let address = SampleGenesis.user(user).address
            let transaction = try transfer(
                user, (scenario.nonces[address] ?? 0) + UInt64(random.below(8)), tip: UInt128(1 + random.below(40)),
                bytes: random.below(200))
            let before = scenario.pool.pending.map(\.transaction.hash)
            if try scenario.offer(transaction) == nil {
                #expect(scenario.pool.contains(transaction.hash))
            } else {
                #expect(Set(scenario.pool.pending.map(\.transaction.hash)) == Set(before))
            }
            if step % 50 == 49 {
                let included = try scenario.order(limit: 5)
                for hash in included {
                    let sender = try #require(scenario.pool.transaction(hash)).sender
                    scenario.nonces[sender, default: 0] += 1
                }
                try scenario.prune(included)
            }
            let pending = scenario.pool.pending.map(\.transaction)
            #expect(pending.count == scenario.pool.transactionCount && pending.count <= 24)
            #expect(pending.reduce(0) { $0 + $1.encoded.count } <= 6_000)
            #expect(Set(try scenario.order()).isSubset(of: Set(pending.map(\.hash))))
        }
    }
}

@Suite("What survives a restart of the pool")
struct PendingTests {
    @Test("everything that waits, offered again in its order, gives the same pool")
    func offeredAgain() throws {
        var scenario = PoolScenario()
        for user in 0..<3 {
            for nonce in UInt64(0)..<4 { try scenario.take(user, nonce: nonce, tip: UInt128(nonce + 1)) }
        }
        var again = PoolScenario()
        for entry in scenario.pool.pending { #expect(try again.offer(entry.transaction) == nil) }
        #expect(try again.order() == scenario.order())
    }
}
