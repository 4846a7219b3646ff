import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import Cryptography
import ProverRuntime
import ProvingRules
import Replica
import SampleChain
import SystemState
import Testing

/// Real proofs: block 1 has twelve operations, and a sub-block four.
@Suite("A block in sub-blocks")
struct SubBlockTests {
    private static let unit = ProvingParameters.small.rewardUnit

    private static func node() throws -> SampleNode {
        var node = try SampleNode(
            SampleGenesis.make(provers: 12) {
                $0.proving.subBlockOperations = 4
                $0.proving.maxConcurrentJobs = 8
            })
        for user in 0..<6 {
            try node.transfer(from: user, to: SampleGenesis.user(user + 1).address, value: 1_000 + UInt128(user))
        }
        try node.produce()
        return node
    }

    /// The chain until the jobs of block 1, its aggregation among them, are settled.
    private static let finished = Result {
        var node = try Self.node()
        var team = ProverTeam(Array(0..<12))
        let isSettled = try team.run(&node, atMost: 20) { node in
            node.system.jobs.count == 4 && node.system.jobs.values.allSatisfy(\.isClosed)
        }
        #expect(isSettled)
        return node
    }

    @Test("execution cuts the block and gives the roots between its parts")
    func roots() throws {
        let node = try Self.node()
        let row = try #require(node.system.unproven[1])
        let split = try #require(row.split)
        #expect(split.parts.map(\.operationCount) == [4, 4, 4])
        #expect(split.parts.last?.after == node.replica.tip.header.accountsRoot)
        #expect(split.operationsDigest == node.replica.tip.header.operationsDigest)
        // One account after the other, by hand.
        var accounts = node.genesis.accounts
        let operations = try #require(node.blocks.first?.operations)
        for (place, operation) in operations.enumerated() {
            accounts[Int(operation.index)] = try operation.applied(to: accounts[Int(operation.index)])
            if place % 4 == 3 {
                #expect(split.parts[place / 4].after == AccountTree(accounts: accounts).root)
            }
        }
    }

    @Test("each part is proven by provers of its own, and the block when all are")
    func parts() throws {
        let node = try Self.finished.get()
        let jobs = try (1...3).map { try #require(node.system.jobs[$0]) }
        #expect(jobs.map(\.operations) == [0..<4, 4..<8, 8..<12])
        #expect(jobs.map(\.statement.subBlock) == [0, 1, 2])
        #expect(jobs.allSatisfy { $0.statement.subBlockCount == 3 && $0.partialsComplete && $0.outcome == .proven })
        for (before, next) in zip(jobs, jobs.dropFirst()) { #expect(before.statement.after == next.statement.before) }
        let provers = jobs.flatMap(\.selected).map(\.owner)
        #expect(provers.count >= 6)
        #expect(Set(provers).count == provers.count)
        #expect(Set(jobs.map(\.seed)).count == 3)
        let last = try #require(jobs.compactMap(\.provenAt).max())
        for block in node.blocks where block.block.header.height < last { #expect(block.provenHeight == 0) }
        #expect(node.system.provenHeight >= 1)
    }

    @Test("aggregates pay each aggregator that sent one 50 and the proposer 3 for each, and free them")
    func aggregate() throws {
        let node = try Self.finished.get()
        let job = try #require(node.system.jobs[4])
        #expect(job.isAggregation && job.outcome == .proven)
        #expect(job.selected.count == 5)
        #expect(job.fullProofs.map(\.kind) == [FullProofKind](repeating: .aggregate, count: 5))
        let lines = job.selected.map {
            Payment(
                account: .prover($0.owner), amount: 50 * Self.unit, isPenalty: false, reason: .rewardAggProofProver)
        }
        #expect(
            job.payments == lines + [
                Payment(
                    account: .validator(SampleGenesis.proposer), amount: 5 * 3 * Self.unit, isPenalty: false,
                    reason: .rewardAggProofValidator)
            ])
        #expect(node.system.provers.values.allSatisfy { $0.assignedJob == nil })
        #expect(node.isConserved)
        let topics = node.blocks.flatMap(\.systemLogs).compactMap(\.topics.first)
        for event in [
            "BlockSplit(uint64,uint32)", "SubBlockSelected(bytes32,uint64,uint32,uint32)",
            "BlockAggregated(bytes32,uint64,address)",
        ] {
            #expect(topics.contains(ABI.eventTopic(event)), "\(event)")
        }
    }

    @Test("a node restarted on each block's disk accepts the next one, and ends with the same roots")
    func replay() throws {
        let node = try Self.finished.get()
        var replayed = try SampleNode(node.genesis)
        for committed in node.blocks {
            let proposed = ProposedBlock(block: committed.block, payloads: committed.payloads)
            #expect(try replayed.replica.rejection(of: proposed) == nil)
            var disk = replayed.disk
            disk.carryOut(.commit(committed))
            replayed = try SampleNode(node.genesis, disk: disk, now: node.now)
        }
        #expect(replayed.replica.tip == node.replica.tip)
    }

    @Test("the pool refuses an aggregate whose parts stand in another order")
    func wrongAggregate() throws {
        var node = try Self.node()
        var team = ProverTeam(Array(0..<12))
        #expect(try team.run(&node, atMost: 20) { $0.system.jobs[4]?.phase == .aggregate })
        let job = try #require(node.system.jobs[4])
        let sender = try #require(ProverTeam.index(of: job.selected[0].owner))
        var payload = AggProofPayload(job)
        payload.parts.swapAt(0, 1)
        let transaction = try SampleGenesis.operatorKey(sender).proving(job.id, .aggregate, payload.encoded)
        let refusal = try node.submit(transaction, payload: payload.encoded)
        #expect(refusal?.provingName == "wrongSubBlocks")
    }

    @Test("its input is its own part: another part's operations do not fit its statement")
    func input() throws {
        var node = try Self.node()
        try node.produce()
        let jobs = try (1...3).map { try #require(node.system.jobs[$0]) }
        for job in jobs {
            let input = try node.disk.jobInput(job)
            #expect(input.operations.count == 4)
            #expect((try? input.validated(program: node.program).get()) != nil)
            for other in jobs where other.number != job.number {
                var mixed = input
                mixed.operations = try node.disk.jobInput(other).operations
                #expect((try? mixed.validated(program: node.program).get()) == nil)
            }
        }
    }
}
