import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Replica
import SampleChain
import SystemState
import Testing

@Suite("Evidence and changing validators among nodes")
struct ValidatorClusterTests {
    private let all = [0, 1, 2, 3]

    private func agree(_ cluster: SampleCluster, _ indices: [Int]) throws {
        let chains = indices.map { cluster.chain($0) }
        let shared = chains.map(\.count).min() ?? 0
        for chain in chains { #expect(chain.prefix(shared) == chains[0].prefix(shared)) }
        for index in indices {
            let ledger = try #require(cluster.nodes[index].replica?.ledger)
            try ledger.system.checkConservation(accountsTotal: ledger.accounts.total)
        }
    }

    @Test("two proposals of one proposer: a block shows them, all punish it alike, and it is out two heights on")
    func evidenceIsPunished() throws {
        var cluster = try SampleCluster(validators: 4)
        try cluster.start()
        #expect(try cluster.reach(4, all))
        let chainId = cluster.genesis.chainId
        let set = try #require(cluster.system(0)?.nextValidators)
        let liarAddress = Proposer.select(set, height: cluster.nodes[0].height + 1, round: 0).address
        let liar = try #require(all.first { SampleCluster.keys($0).address == liarAddress })
        let victim = (liar + 1) % 4
        cluster.tamper = { message, from, to in
            guard case .consensus(.proposal(let proposal)) = message, from == liar, to == victim else {
                return [message]
            }
            let other = Proposal.signed(
                height: proposal.height, round: proposal.round, validRound: nil,
                blockHash: Keccak256.hash(utf8: "another block"), chainId: chainId,
                key: SampleCluster.keys(liar).signing)
            return [.consensus(.proposal(other)), message]
        }
        let honest = all.filter { $0 != liar }
        let isPunished = try cluster.run(atMost: 300_000) { cluster in
            honest.allSatisfy { cluster.system($0)?.tombstones.contains(liarAddress) == true }
        }
        #expect(isPunished)
        let height = try #require(cluster.system(victim)?.tombstones[liarAddress]?.punishedAt)
        #expect(try cluster.reach(height + 4, honest))
        for index in honest {
            let shown = cluster.nodes[index].disk.blocks.filter { !$0.block.evidence.isEmpty }
            #expect(shown.map(\.block.header.height) == [height])
            #expect(shown.flatMap { $0.block.evidence.map(\.validator) } == [liarAddress])
            let system = try #require(cluster.system(index))
            #expect(system.tombstones[liarAddress]?.punishedAt == height)
            #expect(system.validators(at: height + 1)?.index(of: liarAddress) != nil)
            #expect(system.validators(at: height + 2)?.index(of: liarAddress) == nil)
            #expect(system.registeredValidators[liarAddress]?.stake == 0)
        }
        try agree(cluster, honest)
    }

    @Test("pitfall 8: sets that change every height, and each block and certificate belongs to the set of its height")
    func pitfall08ChurnEveryHeight() throws {
        var cluster = try SampleCluster(validators: 4) { $0.accounts[0].balance = 1_000_000 * Unit.cairn }
        try cluster.start()
        let unit = cluster.genesis.validating.powerUnit
        for height in UInt64(1)...20 {
            let index = Int(height) % 4
            var arguments = ABIWriter()
            arguments.append(SampleCluster.keys(index).address)
            let deposit = try SampleGenesis.user(0).transaction(
                nonce: height - 1, to: SystemContract.validators.address, value: unit,
                data: ABI.selector("deposit(address)") + arguments.encoded)
            #expect(try cluster.submit(deposit, to: index) == nil)
            #expect(try cluster.reach(height, all))
        }
        let blocks = cluster.nodes[0].disk.blocks
        let system = try #require(cluster.system(0))
        var sets: Set<Bytes32> = []
        for (block, next) in zip(blocks, blocks.dropFirst()) {
            let header = block.block.header
            let set = try #require(system.validators(at: header.height))
            #expect(header.validatorsHash == set.hash)
            #expect(next.block.header.validatorsHash == header.nextValidatorsHash)
            try block.certificate.verify(
                chainId: header.chainId, validators: set, height: header.height, blockHash: block.hash)
            sets.insert(set.hash)
        }
        #expect(sets.count > 12)
        try agree(cluster, all)
    }

    @Test("a silent validator's rounds pass to the next, and it pays for them; the chain goes on")
    func missedProposalsArePaid() throws {
        var cluster = try SampleCluster(validators: 4)
        for index in 0..<3 { try cluster.start(index) }
        #expect(try cluster.reach(12, 0..<3))
        let system = try #require(cluster.system(0))
        let late = cluster.nodes[0].disk.blocks.filter { $0.block.header.originRound > 0 }
        let silent = SampleCluster.keys(3).address
        let paid = late.filter { block in
            let header = block.block.header
            guard let set = system.validators(at: header.height) else { return false }
            return (0..<header.originRound).contains {
                Proposer.select(set, height: header.height, round: $0).address == silent
            }
        }
        #expect(!paid.isEmpty)
        let stake = try #require(system.registeredValidators[silent]?.stake)
        let rules = cluster.genesis.validating
        #expect(stake == rules.powerUnit - UInt128(paid.count) * rules.missedProposalPenalty)
        try agree(cluster, [0, 1, 2])
    }
}
