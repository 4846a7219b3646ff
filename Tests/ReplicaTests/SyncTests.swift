import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Replica
import SampleChain
import SystemState
import Testing

/// Catching up, and what lying peers achieve against it: nothing but to be dropped.
@Suite("Catching up")
struct SyncTests {
    private let all = [0, 1, 2, 3]

    /// Four validators at some height, and a fifth node that has not started.
    private static func chain(_ height: UInt64, _ change: (inout Genesis) -> Void = { _ in }) throws -> SampleCluster {
        var cluster = try SampleCluster(validators: 4, followers: 1, change)
        for index in 0..<4 { try cluster.start(index) }
        let transfer = try SampleGenesis.user(1).transaction(nonce: 0, to: SampleGenesis.owner(3), value: 5)
        #expect(try cluster.submit(transfer, to: 0) == nil)
        #expect(try cluster.reach(height, 0..<4))
        return cluster
    }

    private func agree(_ cluster: SampleCluster, _ indices: some Collection<Int>) {
        let chains = indices.map { cluster.chain($0) }
        let shared = chains.map(\.count).min() ?? 0
        for chain in chains { #expect(chain.prefix(shared) == chains[0].prefix(shared)) }
        #expect(cluster.hasNoEquivocation)
        #expect(cluster.halts.isEmpty)
    }

    private func roots(_ cluster: SampleCluster, _ index: Int) -> Bytes32? {
        guard var system = cluster.system(index) else { return nil }
        return system.root()
    }

    @Test("a new node fetches the chain from several peers, shows its progress, and goes on with the others")
    func aNewNodeCatchesUp() throws {
        var cluster = try Self.chain(70)
        var asked: Set<Int> = []
        var shown: [SyncStatus] = []
        cluster.tamper = { message, from, to in
            if case .blocksRequest = message { asked.insert(to) }
            return [message]
        }
        try cluster.start(4)
        try cluster.run(atMost: 30_000) { cluster in
            if let status = cluster.nodes[4].replica?.syncStatus { shown.append(status) }
            return cluster.nodes[4].height >= 72
        }
        #expect(cluster.nodes[4].height >= 72)
        #expect(cluster.nodes[4].replica?.syncStatus == nil)
        #expect(asked.count > 1)
        #expect(shown.contains { $0.start == 0 && $0.target >= 70 && $0.current > 0 && $0.current < $0.target })
        #expect(try cluster.reach(76, 0..<5))
        agree(cluster, 0..<5)
        #expect(cluster.faults.isEmpty)
        #expect(cluster.sent[.blocksRequest, default: 0] <= 8)
    }

    @Test("a validator that was away catches up before it says anything, and then votes again")
    func aValidatorReturns() throws {
        var cluster = try Self.chain(5)
        try cluster.stop(3)
        #expect(try cluster.reach(30, 0..<3))
        let saidBefore = cluster.said[3].count
        try cluster.start(3)
        #expect(try cluster.reach(30, [3]))
        for message in cluster.said[3][saidBefore...] { #expect(message.height > 30) }
        let height = cluster.nodes[0].height
        #expect(try cluster.reach(height + 6, all))
        #expect(cluster.said[3].contains { $0.height > height })
        agree(cluster, all)
        #expect(cluster.faults.isEmpty)
    }

    @Test("a validator whose disk was lost says nothing about what was decided without it")
    func aLostDisk() throws {
        var cluster = try Self.chain(20)
        try cluster.stop(2)
        try cluster.wipe(2)
        let saidBefore = cluster.said[2].count
        try cluster.start(2)
        #expect(try cluster.reach(24, all))
        for message in cluster.said[2][saidBefore...] { #expect(message.height > 20) }
        agree(cluster, all)
    }

    @Test("a node that lags one height gets the certificate and the block, not a sync")
    func oneHeightBehind() throws {
        var cluster = try Self.chain(3)
        // Node 3 hears no precommit and no certificate for a while.
        cluster.tamper = { message, _, to in
            guard to == 3, case .consensus(.vote(let vote)) = message, vote.type == .precommit, vote.height == 5 else {
                return [message]
            }
            return []
        }
        #expect(try cluster.reach(8, all))
        agree(cluster, all)
        #expect(cluster.faults.isEmpty)
    }

    /// Found by the simulator: seed 442 with joining validators.
    @Test("a synced block that came too early is used when consensus commits the one before it")
    func syncedBlockWaitsForConsensus() throws {
        var cluster = try Self.chain(4)
        try cluster.start(4)
        #expect(try cluster.reach(4, 0..<5))
        var mayHaveBlock = false
        var hasNext = false
        cluster.tamper = { message, _, to in
            guard to == 4 else { return [message] }
            switch message {
            case .block(let proposed): return proposed.block.header.height != 5 || mayHaveBlock ? [message] : []
            case .blocks(let blocks):
                guard blocks.contains(where: { $0.block.header.height == 5 }) else {
                    hasNext = hasNext || blocks.first?.block.header.height == 6
                    return [message]
                }
                return []
            default: return [message]
            }
        }
        #expect(try cluster.run(atMost: 60_000) { $0.nodes[0].height >= 6 && hasNext })
        #expect(cluster.nodes[4].height == 4)
        // The chain stands still from here on: there is nothing more to be told of.
        for index in 1..<4 { try cluster.stop(index) }
        mayHaveBlock = true
        #expect(try cluster.reach(6, [4], atMost: 20_000))
    }

    /// Found by the simulator: seed 134 with joining validators.
    @Test("a peer that was given up is asked again although the chain stands still")
    func whoStandsStillIsHeard() throws {
        var cluster = try Self.chain(6)
        var isDeaf = true
        cluster.tamper = { message, _, to in
            if to == 4, isDeaf, case .blocks = message { [] } else { [message] }
        }
        try cluster.start(4)
        for index in 1..<4 { try cluster.stop(index) }
        try cluster.run(atMost: 40_000)
        #expect(cluster.nodes[4].height == 0)
        isDeaf = false
        #expect(try cluster.reach(cluster.nodes[0].height, [4], atMost: 30_000))
    }

    // MARK: - Liars

    /// What node 0 says instead of its blocks, and the fault that this is.
    private struct Lie: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fault: @Sendable (PeerFault) -> Bool
        let tell: @Sendable (inout [SyncBlock]) -> Void
    }

    private static let lies: [Lie] = [
        Lie(testDescription: "no blocks at all", fault: { $0 == .inflatedHeight }, tell: { $0 = [] }),
        Lie(testDescription: "a gap", fault: { $0 == .nonContiguousBlocks }, tell: { $0.remove(at: 1) }),
        Lie(testDescription: "an order of its own", fault: { $0 == .nonContiguousBlocks }, tell: { $0.swapAt(1, 2) }),
        Lie(
            testDescription: "blocks from another place", fault: { $0 == .unrequestedBlocks },
            tell: { $0.removeFirst() }),
        Lie(
            testDescription: "a block changed under its certificate",
            fault: { if case .invalidCertificate(.wrongBlock) = $0 { true } else { false } },
            tell: { $0[0].block.header.timestamp += 1 }),
        Lie(
            testDescription: "another body", fault: { $0 == .wrongBlockBody },
            tell: { $0[0].block.transactions.append([0xc0]) }),
        Lie(
            testDescription: "one forged signature",
            fault: {
                switch $0 {
                case .invalidCertificate(.wrongSigner), .invalidCertificate(.invalidSignature): true
                default: false
                }
            },
            tell: { blocks in
                let signatures = blocks[0].certificate.signatures
                guard let slot = signatures.firstIndex(where: { $0 != nil }) else { return }
                blocks[0].certificate.signatures[(slot + 1) % 4] = signatures[slot]
            }),
        Lie(
            testDescription: "signatures of too few",
            fault: { if case .invalidCertificate(.insufficientPower) = $0 { true } else { false } },
            tell: {
                for slot in 0..<2 { $0[0].certificate.signatures[slot] = nil }
            }),
        Lie(
            testDescription: "a certificate of another height",
            fault: { if case .invalidCertificate(.wrongHeight) = $0 { true } else { false } },
            tell: { $0[0].certificate.height += 1 }),
    ]

    @Test(
        "pitfall 14: a peer that lies about blocks is named and dropped, and the others bring the chain",
        arguments: lies)
    private func pitfall14SyncTrustsNobody(lie: Lie) throws {
        var cluster = try Self.chain(12)
        cluster.tamper = { message, from, _ in
            guard from == 0, case .blocks(var blocks) = message, blocks.count > 2 else { return [message] }
            lie.tell(&blocks)
            return [.blocks(blocks)]
        }
        // The liar is the only peer at first, so it is asked.
        try cluster.cut([0, 1, 1, 1, 0])
        try cluster.start(4)
        try cluster.run(atMost: 3_000)
        #expect(cluster.faults.contains { $0.node == 4 && $0.peer == 0 && lie.fault($0.fault) }, "\(cluster.faults)")
        #expect(cluster.nodes[4].height < 12)
        try cluster.cut([0, 0, 0, 0, 0])
        #expect(try cluster.reach(15, 0..<5))
        agree(cluster, 0..<5)
    }

    @Test("pitfall 14: an inflated height and silence cost the liar its credit, and do not stop the validators")
    func pitfall14InflatedHeights() throws {
        var cluster = try SampleCluster(validators: 4, followers: 1)
        try cluster.start()
        cluster.tamper = { message, from, _ in
            guard from == 4 else { return [message] }
            switch message {
            case .status(let status):
                return [.status(PeerStatus(height: .max, tipHash: status.tipHash, baseHeight: 1))]
            case .blocks: return []
            default: return [message]
            }
        }
        let begin = cluster.now
        #expect(try cluster.reach(30, all))
        // At the block interval, as without the liar.
        #expect(cluster.now - begin < 40_000)
        #expect(
            all.allSatisfy { node in cluster.faults.contains { $0.node == node && $0.peer == 4 && $0.fault == .stalled }
            })
        #expect(all.allSatisfy { cluster.nodes[$0].replica?.syncStatus == nil })
        agree(cluster, all)
    }

    @Test("pitfall 14: a height that falls ends catching up, and what is here is kept")
    func pitfall14FallingHeights() throws {
        var cluster = try SampleCluster(validators: 4, followers: 1)
        try cluster.start()
        #expect(try cluster.reach(10, 0..<4))
        var claims: [UInt64] = [.max - 1, 12, 1, 0]
        cluster.tamper = { message, from, to in
            guard from == 3, to == 0, case .status(let status) = message else { return [message] }
            let claim = claims.count > 1 ? claims.removeFirst() : claims[0]
            return [.status(PeerStatus(height: claim, tipHash: status.tipHash, baseHeight: 1))]
        }
        #expect(try cluster.reach(30, 0..<5))
        #expect(claims.count == 1)
        #expect(cluster.nodes[0].replica?.syncStatus == nil)
        agree(cluster, 0..<5)
    }

    @Test("pitfall 14: blocks that were not asked for, and blocks in the wrong hands, are faults")
    func pitfall14Unrequested() throws {
        var cluster = try Self.chain(4)
        let blocks = cluster.nodes[1].disk.blocks
        cluster.inject(.blocks([SyncBlock(blocks[0])]), from: 1, to: 0)
        cluster.inject(.block(ProposedBlock(block: blocks[3].block, payloads: [])), from: 1, to: 0)
        try cluster.run(atMost: 100)
        #expect(
            cluster.faults.map(\.fault) == [.unrequestedBlocks, .unrequestedBlock]
                && cluster.faults.allSatisfy { $0.node == 0 && $0.peer == 1 })
    }

    /// A node that is slow itself reads every answer late: it must not drop them, nor ban who sent them.
    @Test("answers to questions that were given up are used, and are no fault")
    func lateAnswers() throws {
        var cluster = try Self.chain(40)
        var kept: [(message: PeerMessage, from: Int)] = []
        cluster.tamper = { message, from, to in
            guard to == 4, case .blocks(let blocks) = message, !blocks.isEmpty else { return [message] }
            kept.append((message, from))
            return []
        }
        try cluster.start(4)
        try cluster.run(atMost: 6_000)
        #expect(cluster.nodes[4].height == 0 && !kept.isEmpty)
        for answer in kept { cluster.inject(answer.message, from: answer.from, to: 4) }
        try cluster.run(atMost: 500)
        #expect(cluster.nodes[4].height >= 40)
        #expect(cluster.faults.allSatisfy { $0.fault == .stalled }, "\(cluster.faults)")
    }

    /// Found by the simulator: seed 305.
    @Test("a late answer that is longer than the question that took its place is no fault")
    func lateAnswerLongerThanItsSuccessor() throws {
        var cluster = try Self.chain(40)
        try cluster.cut([0, 1, 1, 1, 0])
        var kept: [[SyncBlock]] = []
        cluster.tamper = { message, from, to in
            guard from == 0, to == 4 else { return [message] }
            switch message {
            case .blocks(let blocks) where !blocks.isEmpty:
                kept.append(blocks)
                return []
            case .status(let status) where !kept.isEmpty:
                return [.status(PeerStatus(height: 3, tipHash: status.tipHash, baseHeight: 1))]
            default: return [message]
            }
        }
        try cluster.start(4)
        #expect(try cluster.run(atMost: 60_000) { _ in kept.last?.count == 3 })
        cluster.inject(.blocks(kept[0]), from: 0, to: 4)
        try cluster.run(atMost: 500)
        #expect(cluster.nodes[4].height >= UInt64(kept[0].count) && kept[0].count > 3)
        #expect(cluster.faults.allSatisfy { $0.fault == .stalled }, "\(cluster.faults)")
    }

    @Test("more requests than a peer may make are not answered")
    func requestFlood() throws {
        var cluster = try Self.chain(4)
        for _ in 0..<200 { cluster.inject(.blocksRequest(from: 1, count: 64), from: 1, to: 0) }
        let before = cluster.sent[.blocks, default: 0]
        try cluster.run(atMost: 50)
        #expect(cluster.sent[.blocks, default: 0] - before <= 64)
        // The peer itself did not ask, and takes the answers amiss.
        let faults = cluster.faults.filter { $0.node == 0 }
        #expect(faults.map(\.fault) == [.tooManyRequests])
        #expect(faults.first?.peer == 1)
    }
}
