import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Replica
import SampleChain
import SeededRandom
import SystemState
import Testing

/// The pitfalls of reliability part 3 that concern a node among peers. Those of the consensus core alone are in
/// ConsensusTests, those of sync in `SyncTests`.
@Suite("Pitfalls of a node among peers")
struct ReplicaPitfallTests {
    private let all = [0, 1, 2, 3]

    private func cluster(at height: UInt64 = 3) throws -> SampleCluster {
        var cluster = try SampleCluster(validators: 4)
        try cluster.start()
        #expect(try cluster.reach(height, all))
        return cluster
    }

    private func agree(_ cluster: SampleCluster) {
        let chains = all.map { cluster.chain($0) }
        let shared = chains.map(\.count).min() ?? 0
        for chain in chains { #expect(chain.prefix(shared) == chains[0].prefix(shared)) }
        #expect(cluster.hasNoEquivocation)
        #expect(cluster.halts.isEmpty)
    }

    /// Runs until every node has passed the height, while a fault lasts.
    private func survives(_ cluster: inout SampleCluster, _ heights: UInt64 = 4) throws {
        let height = cluster.nodes.map(\.height).max() ?? 0
        #expect(try cluster.reach(height + heights, all))
        agree(cluster)
    }

    @Test("pitfall 3: messages of the next height that come early are kept, and a block after its commit decides")
    func pitfall03LateAndEarlyMessages() throws {
        var cluster = try cluster()
        // Node 2 gets every block only when all others have decided it.
        cluster.tamper = { message, _, to in
            if to == 2, case .block = message { [] } else { [message] }
        }
        try cluster.run(atMost: 1_500)
        cluster.tamper = { message, _, _ in [message] }
        try survives(&cluster)
        #expect(cluster.faults.isEmpty)
    }

    @Test("pitfall 4: a lock that one node alone has reaches the others as soon as messages do")
    func pitfall04HiddenLock() throws {
        var cluster = try cluster()
        let height = cluster.nodes[0].height + 1
        // In round 0 only node 1 sees the prevotes, and nobody sees a precommit: it alone is locked.
        cluster.tamper = { message, _, to in
            guard case .consensus(let said) = message, said.height == height else { return [message] }
            switch said {
            case .vote(let vote) where vote.type == .precommit: return []
            case .vote where to != 1: return []
            case .polka where to != 1: return []
            default: return [message]
            }
        }
        try cluster.run(atMost: 6_000)
        let locks = cluster.said.map { messages in
            messages.contains {
                if case .vote(let vote) = $0 { vote.type == .precommit && vote.height == height } else { false }
            }
        }
        #expect(locks == [false, true, false, false])
        // The others have said nothing but prevotes; what brings them on is that node's polka.
        cluster.tamper = { message, from, _ in
            guard case .consensus(.vote(let vote)) = message, vote.type == .prevote, vote.height == height else {
                return [message]
            }
            return []
        }
        #expect(try cluster.reach(height, all, atMost: 10_000))
        cluster.tamper = { message, _, _ in [message] }
        try survives(&cluster)
    }

    @Test("pitfall 4: a vote that was lost is said again, and a quorum that one node acted on reaches all")
    func pitfall04LostVotes() throws {
        var cluster = try cluster()
        var random = SplitMix64(seed: 4)
        cluster.tamper = { message, _, _ in random.below(100) < 30 ? [] : [message] }
        try survives(&cluster, 6)
        #expect(cluster.faults.allSatisfy { $0.fault == .stalled })
    }

    @Test("pitfall 5: without more than a third no round ends, and with it back, its vote unchanged, rounds go on")
    func pitfall05ResendsAfterCrash() throws {
        var cluster = try cluster()
        try cluster.stop(0)
        for _ in 0..<4 {
            try cluster.run(atMost: 450)
            try cluster.stop(1)
            try cluster.run(atMost: 2_000)
            try cluster.start(1)
        }
        try cluster.start(0)
        try survives(&cluster)
    }

    @Test("pitfall 8: a certificate under another set than its height's is refused")
    func pitfall08WrongSet() throws {
        var cluster = try cluster()
        let height = cluster.nodes[0].height + 1
        let strangers = (10..<14).map { SampleCluster.keys($0) }.sorted { $0.address < $1.address }
        let hash = Keccak256.hash(utf8: "a block of strangers")
        let certificate = Certificate(
            height: height, round: 0, blockHash: hash,
            signatures: strangers.map {
                Vote.signed(
                    type: .precommit, height: height, round: 0, blockHash: hash, chainId: cluster.genesis.chainId,
                    key: $0.signing
                ).signature
            })
        cluster.inject(.consensus(.certificate(certificate)), from: 1, to: 0)
        try cluster.run(atMost: 15)
        guard case .invalidMessage(.certificate(.wrongSigner)) = cluster.faults.first?.fault else {
            Issue.record("\(cluster.faults)")
            return
        }
        try survives(&cluster)
    }

    @Test("pitfall 9: the own signature on something never signed here means a key in two places: the node halts")
    func pitfall09KeyInTwoPlaces() throws {
        var cluster = try cluster()
        let vote = Vote.signed(
            type: .precommit, height: cluster.nodes[0].height + 1, round: 7, blockHash: nil,
            chainId: cluster.genesis.chainId, key: SampleCluster.keys(0).signing)
        cluster.inject(.consensus(.vote(vote)), from: 1, to: 0)
        try cluster.run(atMost: 15)
        #expect(cluster.halts.map(\.node) == [0])
        #expect(try cluster.reach(cluster.nodes[1].height + 3, 1..<4))
    }

    @Test("pitfall 9: two nodes with one key that see each other both halt, and the others go on without them")
    func pitfall09TwinsStopEachOther() throws {
        var cluster = try SampleCluster(validators: 4, twins: [0])
        cluster.tamper = { message, from, to in
            // Twins that know the same transactions build the same block, which is no contradiction.
            if case .transactions = message, from == 4 { return [] }
            // Neither hears the other itself, or from those who pass on; what they see of each other is a block's.
            guard case .consensus(let said) = message, to == 0 || to == 4 else { return [message] }
            switch said {
            case .proposal(let proposal): return proposal.proposer == SampleCluster.keys(0).address ? [] : [message]
            case .vote(let vote): return vote.validator == SampleCluster.keys(0).address ? [] : [message]
            case .polka, .certificate: return [message]
            }
        }
        try cluster.start()
        let transfer = try SampleGenesis.user(1).transaction(nonce: 0, to: SampleGenesis.owner(3), value: 5)
        #expect(try cluster.submit(transfer, to: 4) == nil)
        #expect(try cluster.run(atMost: 60_000) { $0.halts.count == 2 })
        #expect(Set(cluster.halts.map(\.node)) == [0, 4])
        for halt in cluster.halts { #expect(halt.reason.contains("another process")) }
        #expect(try cluster.reach(cluster.nodes[1].height + 3, 1..<4))
        #expect(cluster.system(1)?.tombstones.contains(SampleCluster.keys(0).address) == true)
    }

    @Test("pitfall 9: a late precommit of the own key for a height that is decided halts too")
    func pitfall09LateTwin() throws {
        var cluster = try cluster()
        #expect(try cluster.run(atMost: 10_000) { $0.nodes[0].height == 5 })
        let vote = Vote.signed(
            type: .precommit, height: 5, round: 0, blockHash: nil, chainId: cluster.genesis.chainId,
            key: SampleCluster.keys(0).signing)
        cluster.inject(.consensus(.vote(vote)), from: 1, to: 0)
        try cluster.run(atMost: 15)
        #expect(cluster.halts.map(\.node) == [0])
    }

    @Test("pitfall 12: one bad signature spoils a certificate, wherever it stands, and is its sender's fault")
    func pitfall12Certificates() throws {
        for slot in 0..<4 {
            var cluster = try cluster()
            // Node 0 decides nothing by itself; what it is told is spoiled.
            let height = cluster.nodes[0].height + 1
            let hash = Keccak256.hash(utf8: "a block")
            let set = try #require(cluster.system(0)?.validators(at: height))
            var signatures = try set.validators.map { validator -> RecoverableSignature? in
                let keys = try #require(
                    (0..<4).map { SampleCluster.keys($0) }.first { $0.address == validator.address })
                return Vote.signed(
                    type: .prevote, height: height, round: 0, blockHash: hash, chainId: cluster.genesis.chainId,
                    key: keys.signing
                ).signature
            }
            signatures[slot] = signatures[(slot + 1) % 4]
            let polka = PolkaCertificate(height: height, round: 0, blockHash: hash, signatures: signatures)
            cluster.inject(.consensus(.polka(polka)), from: 2, to: 0)
            try cluster.run(atMost: 11)
            guard case .invalidMessage(.certificate(.wrongSigner(slot: slot, signer: _))) = cluster.faults.first?.fault
            else {
                Issue.record("slot \(slot): \(cluster.faults)")
                continue
            }
            #expect(cluster.faults.first?.peer == 2)
        }
    }

    @Test("pitfall 13: far rounds and heights of every kind are bounded, and stop nobody")
    func pitfall13FutureSpam() throws {
        var cluster = try cluster()
        let chain = cluster.genesis.chainId
        let key = SampleCluster.keys(3).signing
        try cluster.stop(3)
        try cluster.start(3)
        for round in UInt32(0)..<400 {
            let height = cluster.nodes[0].height + 1 + UInt64(round % 3)
            let vote = Vote.signed(
                type: .prevote, height: height, round: .max - round, blockHash: nil, chainId: chain, key: key)
            for to in 0..<3 { cluster.inject(.consensus(.vote(vote)), from: 3, to: to) }
        }
        var most = 0
        for _ in 0..<50 {
            try cluster.run(atMost: 1)
            for node in 0..<3 {
                let replica = try #require(cluster.nodes[node].replica)
                #expect(replica.earlyMessages <= 3 * replica.maxEarlyMessages)
                most = max(most, replica.earlyMessages)
            }
        }
        // A third of the four hundred are of the next height, and not all of them are kept.
        #expect(most >= 24 && most < 100)
        // The liar itself sees its key used elsewhere and stops.
        #expect(try cluster.reach(cluster.nodes[0].height + 4, 0..<3))
        #expect(cluster.halts.allSatisfy { $0.node == 3 })
    }

    @Test("pitfall 13: votes of strangers, wrong proposers and forged signatures are their sender's fault")
    func pitfall13WrongSenders() throws {
        var cluster = try cluster()
        let chain = cluster.genesis.chainId
        let height = cluster.nodes[0].height + 1
        let stranger = SampleCluster.keys(9).signing
        var forged = Vote.signed(
            type: .prevote, height: height, round: 0, blockHash: nil, chainId: chain, key: SampleCluster.keys(3).signing
        )
        forged.blockHash = Keccak256.hash(utf8: "something else")
        let set = try #require(cluster.system(0)?.validators(at: height))
        let elected = Proposer.select(set, height: height, round: 0).address
        let other = try #require(all.map { SampleCluster.keys($0) }.first { $0.address != elected })
        let messages: [ConsensusMessage] = [
            .vote(.signed(type: .prevote, height: height, round: 0, blockHash: nil, chainId: chain, key: stranger)),
            .vote(forged),
            .proposal(
                .signed(
                    height: height, round: 0, validRound: nil, blockHash: .zero, chainId: chain, key: other.signing)),
        ]
        for message in messages { cluster.inject(.consensus(message), from: 3, to: 0) }
        try cluster.run(atMost: 11)
        #expect(
            cluster.faults.map(\.fault) == [
                .invalidMessage(.notAValidator(stranger.address)), .invalidMessage(.invalidSignature),
                .invalidMessage(.notTheProposer(other.address)),
            ])
        try survives(&cluster)
    }

    @Test(
        "pitfall 13: a block with another body or other payloads under its hash is its sender's fault, not its author's"
    )
    func pitfall13WrongBody() throws {
        var cluster = try cluster()
        cluster.tamper = { message, from, to in
            guard case .block(var proposed) = message, to == 2 else { return [message] }
            proposed.payloads.append([1])
            return [.block(proposed)]
        }
        try cluster.run(atMost: 1_200)
        cluster.tamper = { message, _, _ in [message] }
        #expect(!cluster.faults.isEmpty)
        #expect(cluster.faults.allSatisfy { $0.node == 2 && $0.fault == .wrongBlockBody })
        try survives(&cluster)
    }

    @Test("pitfall 18: a first proposal from a clock far away gets no vote, and the chain goes on without it")
    func pitfall18Timeliness() throws {
        let now: UInt64 = 1_000_000
        let cases: [(UInt64, Bool)] = [
            (now, true), (now + 15_000, true), (now + 15_001, false), (now - 60_000, true), (now - 60_001, false),
        ]
        for (timestamp, isTimely) in cases {
            #expect(BlockTimeliness.isTimely(timestamp, parent: 0, now: now) == isTimely)
        }
        // Right after the parent is as early as can be.
        #expect(BlockTimeliness.isTimely(now + 15_001, parent: now + 15_000, now: now))
        var cluster = try cluster()
        cluster.clockSkew[1] = 40_000
        try survives(&cluster, 12)
        for block in cluster.nodes[0].disk.blocks where block.block.header.originRound == 0 {
            #expect(block.block.header.timestamp <= cluster.now + 15_000)
        }
    }
}
