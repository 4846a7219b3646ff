import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Mempool
import Replica
import SampleChain
import SystemState
import Testing

@Suite("Four validators")
struct ClusterTests {
    private let all = [0, 1, 2, 3]

    private func agree(_ cluster: SampleCluster, _ indices: [Int]) {
        let chains = indices.map { cluster.chain($0) }
        let shared = chains.map(\.count).min() ?? 0
        #expect(cluster.halts.isEmpty)
        for chain in chains { #expect(chain.prefix(shared) == chains[0].prefix(shared)) }
        #expect(cluster.hasNoEquivocation)
    }

    @Test("fifty heights with equal roots, each in its first round, and nobody at fault")
    func fiftyHeights() throws {
        var cluster = try SampleCluster(validators: 4)
        try cluster.start()
        #expect(try cluster.reach(50, all))
        agree(cluster, all)
        #expect(cluster.faults.isEmpty)
        for node in cluster.nodes {
            #expect(node.disk.blocks.prefix(50).allSatisfy { $0.block.header.originRound == 0 })
            #expect(node.disk.blocks.prefix(50).allSatisfy { $0.certificate.round == 0 })
        }
        let proposers = Set(cluster.nodes[0].disk.blocks.map(\.block.header.proposer))
        #expect(proposers.count == 4)
        // A block goes once to each of the others.
        let heights = Int(cluster.nodes.map(\.height).max() ?? 0)
        #expect(cluster.sent[.block, default: 0] <= 3 * heights)
    }

    @Test("with one validator silent the chain goes on")
    func oneSilent() throws {
        var cluster = try SampleCluster(validators: 4)
        for index in 0..<3 { try cluster.start(index) }
        #expect(try cluster.reach(20, 0..<3))
        agree(cluster, [0, 1, 2])
        #expect(cluster.faults.isEmpty)
    }

    @Test("with two silent it stops, and goes on when they are back")
    func twoSilent() throws {
        var cluster = try SampleCluster(validators: 4)
        try cluster.start()
        #expect(try cluster.reach(5, all))
        try cluster.stop(2)
        try cluster.stop(3)
        let height = cluster.nodes.map(\.height).max() ?? 0
        try cluster.run(atMost: 60_000)
        #expect(cluster.nodes[0].height <= height + 1)
        let stopped = cluster.nodes[0].height
        try cluster.start(2)
        try cluster.start(3)
        #expect(try cluster.reach(stopped + 5, all))
        agree(cluster, all)
    }

    @Test("halves decide nothing, and after healing every node has a new height within ten seconds")
    func halves() throws {
        var cluster = try SampleCluster(validators: 4)
        try cluster.start()
        #expect(try cluster.reach(3, all))
        for _ in 0..<3 {
            try cluster.cut([0, 0, 1, 1])
            try cluster.run(atMost: 25_000)
            let height = cluster.nodes.map(\.height).max() ?? 0
            try cluster.run(atMost: 5_000)
            #expect(cluster.nodes.map(\.height).max() == height)
            try cluster.cut([0, 0, 0, 0])
            #expect(try cluster.reach(height + 1, all, atMost: 10_000))
        }
        agree(cluster, all)
    }

    @Test("a transaction given to one node is in a block of all, and goes to each peer once from each")
    func transaction() throws {
        var cluster = try SampleCluster(validators: 4, followers: 1)
        try cluster.start()
        #expect(try cluster.reach(2, 0..<5))
        let transfer = try SampleGenesis.user(0).transaction(nonce: 0, to: SampleGenesis.owner(9), value: 7)
        #expect(try cluster.submit(transfer, to: 4) == nil)
        #expect(try cluster.submit(transfer, to: 4) == .alreadyKnown)
        #expect(try cluster.reach(6, 0..<5))
        for node in cluster.nodes {
            #expect(node.disk.blocks.filter { $0.transactions.contains(transfer) }.count == 1)
        }
        // The first to all four others; each of those to all but the one it had it from.
        #expect(cluster.sent[.transactions] == 4 + 4 * 3)
        agree(cluster, Array(0..<5))
    }

    @Test("a restarted validator says what it said before, byte by byte, and the chain goes on")
    func restarts() throws {
        var cluster = try SampleCluster(validators: 4)
        try cluster.start()
        #expect(try cluster.reach(2, all))
        for round in 0..<12 {
            let victim = round % 4
            // At another point of the height each time.
            try cluster.run(atMost: UInt64(137 * round % 1_000))
            try cluster.stop(victim)
            try cluster.start(victim)
            let height = cluster.nodes[victim].height
            #expect(try cluster.reach(height + 1, [victim]))
        }
        agree(cluster, all)
        #expect(cluster.faults.isEmpty)
    }

    @Test("all restarted at once, at any point of a height, decide it")
    func allRestart() throws {
        for offset in stride(from: UInt64(0), to: 1_100, by: 10) {
            var cluster = try SampleCluster(validators: 4)
            try cluster.start()
            #expect(try cluster.reach(2, all))
            try cluster.run(atMost: offset)
            let height = cluster.nodes.map(\.height).max() ?? 0
            for index in all { try cluster.stop(index) }
            for index in all { try cluster.start(index) }
            #expect(try cluster.reach(height + 2, all, atMost: 60_000), "\(offset) ms into the height")
            agree(cluster, all)
        }
    }

    @Test("two proposals of one proposer are evidence at whoever sees both, and a block expels the proposer")
    func equivocation() throws {
        var cluster = try SampleCluster(validators: 4)
        try cluster.start()
        #expect(try cluster.reach(4, all))
        let genesis = cluster.genesis
        let set = try #require(cluster.system(0)?.nextValidators)
        let next = Proposer.select(set, height: cluster.nodes[0].height + 1, round: 0).address
        let liar = try #require(all.first { SampleCluster.keys($0).address == next })
        let victim = (liar + 1) % 4
        cluster.tamper = { message, from, to in
            guard case .consensus(.proposal(let proposal)) = message, from == liar, to == victim else {
                return [message]
            }
            let other = Proposal.signed(
                height: proposal.height, round: proposal.round, validRound: nil,
                blockHash: Keccak256.hash(utf8: "another block"), chainId: genesis.chainId,
                key: SampleCluster.keys(liar).signing)
            return [.consensus(.proposal(other)), message]
        }
        let honest = all.filter { $0 != liar }
        #expect(try cluster.reach(8, honest))
        for node in honest { #expect(cluster.system(node)?.tombstones.contains(next) == true) }
        #expect(cluster.hasNoEquivocation)
    }
}
