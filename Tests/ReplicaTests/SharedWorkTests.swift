import ByteCodec
import ChainTypes
import Cryptography
import Mempool
import ProverRuntime
import Replica
import SampleChain
import SystemState
import Testing

/// Eight provers: four are selected, and each is dealt one of the two instances.
@Suite("A proof made of several provers' parts")
struct SharedWorkTests {
    private static let unit: UInt128 = 1_000_000_000_000_000

    private static let settled = Result {
        var node = try SampleNode(SampleGenesis.make(provers: 8))
        for user in 0..<3 { try node.transfer(from: user, to: SampleGenesis.user(user + 1).address, value: 1) }
        try node.produce(2)
        var team = ProverTeam(Array(0..<8))
        #expect(try team.run(&node, atMost: 12) { $0.system.jobs[1]?.isClosed == true })
        return node
    }

    @Test("everyone proves its part, and the full proof joins parts of two")
    func parts() throws {
        let job = try #require(try Self.settled.get().system.jobs[1])
        #expect(job.selected.map(\.instances.count) == [1, 1, 1, 1])
        #expect(job.submissions.map(\.entries.count) == [1, 1, 1, 1])
        for instance in UInt32(0)...1 {
            #expect(job.selected.count { $0.instances == [instance] } == 2)
        }
        #expect(job.fullProofs.map(\.reused.count) == [2])
        #expect(job.outcome == .proven)
    }

    @Test("who was reused by another gets 40, who was not pays 1")
    func payments() throws {
        let node = try Self.settled.get()
        let job = try #require(node.system.jobs[1])
        let proof = try #require(job.fullProofs.first)
        for prover in job.selected {
            let isReused = proof.reused.contains(prover.owner) && prover.owner != proof.owner
            let isLeftOut = !proof.reused.contains(prover.owner) && prover.owner != proof.owner
            let own = job.payments.filter { $0.account == .prover(prover.owner) }
            let gained = own.filter { !$0.isPenalty }.reduce(UInt128(0)) { $0 + $1.amount }
            let lost = own.filter(\.isPenalty).reduce(UInt128(0)) { $0 + $1.amount }
            #expect(gained == (isReused ? 60 : 20) * Self.unit)
            #expect(lost == (isLeftOut ? 1 : 0) * Self.unit)
        }
        // 3 for each of four commitments and four submissions, 1 for the full proof.
        let validator = job.payments.filter { $0.account == .validator(SampleGenesis.proposer) }
        #expect(validator.map(\.amount) == [12 * Self.unit, 12 * Self.unit, Self.unit])
        #expect(node.isConserved)
    }
}

@Suite("What a builder puts into a block")
struct BuilderTests {
    @Test("under a flood of transfers proofs go first, and the rest follows in later blocks by nonce")
    func flood() throws {
        var scenario = try ProvenJobScenario { $0.chain.gasLimit = 400_000 }
        let sender = SampleGenesis.user(5)
        for nonce in UInt64(0)..<20 {
            let transfer = try sender.transaction(
                nonce: nonce, to: SampleGenesis.user(6).address, value: 1, gasLimit: 21_000, tip: 9 * Unit.gwei)
            #expect(try scenario.node.submit(transfer) == nil)
        }
        #expect(try scenario.team.act(on: &scenario.node) == [])
        let block = try scenario.node.produce()
        #expect(block.transactions.prefix(2).map(\.kind) == [.proving, .proving])
        let gas = 2 * (50_000 + 2 * UInt64(try #require(block.payloads.first).count))
        let room = Int((400_000 - gas) / 21_000)
        #expect(block.transactions.count == 2 + room)
        #expect(block.transactions.dropFirst(2).compactMap(\.ordinary?.nonce) == (0..<room).map { UInt64($0) })
        let next = try scenario.node.produce()
        #expect(next.transactions.compactMap(\.ordinary?.nonce) == (room..<20).map { UInt64($0) })
        #expect(scenario.node.replica.mempool.transactionCount == 0)
        #expect(scenario.node.balance(SampleGenesis.user(6).address) == SampleGenesis.balance + 20)
    }

    @Test("operations end a block, and what did not fit is in the next")
    func operations() throws {
        var node = try SampleNode(
            SampleGenesis.make { $0.chain.maxOperationsPerBlock = 6 })
        for user in 0..<5 { try node.transfer(from: user, to: SampleGenesis.user(7).address, value: 1) }
        #expect(try node.produce().operations.count == 6)
        #expect(try node.produce().operations.count == 4)
    }

    @Test("a transaction whose fee is below the base fee waits until that falls")
    func waiting() throws {
        var node = try SampleNode(SampleGenesis.make { $0.chain.initialBaseFee = 4 * Unit.gwei })
        let cheap = try SampleGenesis.user(0).transaction(
            nonce: 0, to: SampleGenesis.user(1).address, value: 1, tip: 0, maxFee: 3 * Unit.gwei)
        #expect(try node.submit(cheap) == nil)
        #expect(try node.produce().transactions.isEmpty)
        var blocks = 0
        while node.replica.mempool.contains(cheap.hash), blocks < 10 {
            let price = node.replica.nextBaseFee
            let included = try node.produce().transactions.map(\.hash)
            #expect(included == (price <= 3 * Unit.gwei ? [cheap.hash] : []))
            blocks += 1
        }
        #expect(!node.replica.mempool.contains(cheap.hash))
    }
}
