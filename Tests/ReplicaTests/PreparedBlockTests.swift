import ByteCodec
import ChainTypes
import ProofField
import ProvingRules
import Replica
import SampleChain
import SystemState
import Testing

@Suite("The next block is prepared while this one's votes travel")
struct PreparedBlockTests {
    private let all = [0, 1, 2, 3]

    /// Transfers of every user, more than a few blocks hold.
    private func submitTransfers(_ nonces: Range<UInt64>, to cluster: inout SampleCluster) throws {
        for nonce in nonces {
            for user in 0..<SampleGenesis.userCount {
                let transfer = try SampleGenesis.user(user).transaction(
                    nonce: nonce, to: SampleGenesis.user((user + 1) % SampleGenesis.userCount).address, value: 1,
                    gasLimit: 21_000, tip: Unit.gwei * UInt128(1 + (nonce * 7 + UInt64(user)) % 5))
                let refusal = try cluster.submit(transfer, to: 0)
                #expect(refusal == nil)
            }
        }
    }

    /// Runs on until a node has its next block prepared on its tip and the height of that block has not begun.
    private func untilPrepared(_ cluster: inout SampleCluster) throws -> Int {
        func prepared(_ cluster: SampleCluster) -> Int? {
            all.first { index in
                guard let replica = cluster.nodes[index].replica else { return false }
                return replica.preparedParent == replica.tip.hash
            }
        }
        let start = cluster.nodes[0].height
        #expect(try cluster.run(atMost: 60_000) { $0.nodes[0].height > start && prepared($0) != nil })
        return try #require(prepared(cluster))
    }

    @Test func preparedBlocksAreThoseThatAreBuiltWhenTheirHeightBegins() throws {
        func run(forgetting: Bool) throws -> (chain: [Bytes32], prepared: Int) {
            var cluster = try SampleCluster(validators: 4) { $0.chain.maxOperationsPerBlock = 16 }
            cluster.forgetsWhatIsPutOff = forgetting
            try cluster.start()
            try submitTransfers(0..<10, to: &cluster)
            var parents: Set<Bytes32> = []
            let isDone = try cluster.run(atMost: 120_000) { cluster in
                for node in cluster.nodes {
                    if let parent = node.replica?.preparedParent, parent == node.replica?.tip.hash {
                        parents.insert(parent)
                    }
                }
                return all.allSatisfy { cluster.nodes[$0].height >= 12 }
            }
            #expect(isDone)
            #expect(cluster.halts.isEmpty && cluster.hasNoEquivocation)
            return (Array(cluster.chain(0).prefix(12)), parents.count)
        }
        let (prepared, plain) = (try run(forgetting: false), try run(forgetting: true))
        #expect(prepared.chain == plain.chain)
        #expect(prepared.prepared >= 10)
        #expect(plain.prepared == 0)
    }

    @Test func whatComesBetweenIsInTheBlock() throws {
        var cluster = try SampleCluster(validators: 4)
        try cluster.start()
        try submitTransfers(0..<1, to: &cluster)
        let proposer = try untilPrepared(&cluster)
        let height = cluster.nodes[proposer].height
        let late = try SampleGenesis.user(0).transaction(nonce: 1, to: SampleGenesis.user(1).address, value: 7)
        let refusal = try cluster.submit(late, to: proposer)
        #expect(refusal == nil)
        #expect(try cluster.reach(height + 1, all))
        let block = try #require(cluster.nodes[0].disk.blocks.first { $0.block.header.height == height + 1 })
        #expect(block.block.header.originRound == 0)
        #expect(block.transactions.contains { $0.hash == late.hash })
    }

    @Test func transfersThatWerePreparedDoNotCrowdOutALateProof() throws {
        var cluster = try SampleCluster(validators: 4) { $0.chain.gasLimit = 600_000 }
        try cluster.start()
        try submitTransfers(0..<1, to: &cluster)
        let isSelected = try cluster.run(atMost: 60_000) { cluster in
            cluster.system(0)?.jobs.values.contains { !$0.selected.isEmpty } == true
        }
        #expect(isSelected)
        try submitTransfers(1..<16, to: &cluster)
        let proposer = try untilPrepared(&cluster)
        let (height, system) = (cluster.nodes[proposer].height, try #require(cluster.system(proposer)))
        let job = try #require(system.jobs.values.first { $0.phase == .t1 && !$0.isClosed })
        let selected = try #require(job.selected.first)
        let prover = try #require(ProverTeam.index(of: selected.owner))
        let entries = selected.instances.map { CommitmentPayload.Entry(instance: $0, root: .zero) }
        let payload = CommitmentPayload(entries: entries).encoded
        let proof = try SampleGenesis.operatorKey(prover).proving(job.id, .t1, payload)
        let refusal = try cluster.submit(proof, payload: payload, to: proposer)
        #expect(refusal == nil)
        #expect(try cluster.reach(height + 1, all))
        let block = try #require(cluster.nodes[0].disk.blocks.first { $0.block.header.height == height + 1 })
        #expect(block.transactions.first?.hash == proof.hash)
        #expect(block.transactions.count > 20)
    }
}
