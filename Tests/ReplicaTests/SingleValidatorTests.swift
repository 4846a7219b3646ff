import AccountTree
import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Replica
import SampleChain
import SystemState
import Testing

@Suite("A chain of one validator")
struct SingleValidatorTests {
    @Test("each height is decided in one step, and its certificate verifies against the header")
    func decides() throws {
        var node = try SampleNode(SampleGenesis.make())
        var parent = node.replica.tip
        for height in UInt64(1)...5 {
            let committed = try node.produce()
            let header = committed.block.header
            #expect(header.height == height)
            #expect(header.hash == committed.hash)
            #expect(header.parentHash == parent.hash)
            #expect(header.timestamp > parent.header.timestamp)
            #expect(committed.block.lastCertificate == parent.certificate)
            #expect(header.lastCertificateHash == Certificate.hash(of: parent.certificate))
            try committed.certificate.verify(
                chainId: node.genesis.chainId, validators: node.system.nextValidators, height: height,
                blockHash: committed.hash)
            #expect(try Block(decoding: committed.block.encoded) == committed.block)
            parent = ChainTip(header: header, certificate: committed.certificate)
        }
    }

    @Test("each header mixes in the VRF output over chain, height and the mix before it")
    func randomness() throws {
        var node = try SampleNode(SampleGenesis.make())
        var mix = Randao.genesisMix(node.genesis.hash)
        for height in UInt64(1)...3 {
            let header = try node.produce().block.header
            let alpha = Randao.alpha(chainId: node.genesis.chainId, height: height, parentMix: mix)
            let output = try VRF.verify(
                publicKey: SampleGenesis.validator.vrf.publicKey, alpha: alpha, proof: header.vrfProof)
            mix = Randao.nextMix(mix, vrfOutput: output)
            #expect(header.mix == mix)
            #expect(node.system.mix == mix)
        }
    }

    @Test("blocks come at the genesis interval, and a clock that stands still does not stop the chain")
    func interval() throws {
        var node = try SampleNode(SampleGenesis.make())
        try node.produce()
        let first = node.replica.tip.header.timestamp
        try node.produce(4)
        #expect(node.replica.tip.header.timestamp == first + 4 * node.genesis.chain.blockIntervalMilliseconds)
        var late = try SampleNode(node.genesis, disk: node.disk, now: 0)
        try late.produce(2)
        #expect(late.replica.tip.header.timestamp > node.replica.tip.header.timestamp)
    }

    @Test("an idle chain makes no operations, no jobs and no money")
    func idle() throws {
        var node = try SampleNode(SampleGenesis.make())
        let before = node.replica.tip.header
        try node.produce(8)
        let header = node.replica.tip.header
        #expect(header.accountsRoot == before.accountsRoot)
        #expect(node.system.jobs.isEmpty)
        #expect(node.system.provenHeight == 8)
        #expect(node.system.supply == Supply(genesis: node.system.supply.genesis))
        #expect(header.baseFee == node.genesis.chain.minBaseFee)
    }

    @Test("a node that starts on the disk of another one has the same chain and goes on")
    func reopening() throws {
        var node = try SampleNode(SampleGenesis.make())
        for round in 0..<4 {
            try node.transfer(from: round, to: SampleGenesis.owner(7), value: 5)
            try node.produce(2)
        }
        var reopened = try SampleNode(node.genesis, disk: node.disk, now: node.now)
        #expect(reopened.replica.tip == node.replica.tip)
        var (left, right) = (node.system, reopened.system)
        #expect(left.root() == right.root())
        #expect(reopened.balance(SampleGenesis.owner(7)) == 20)
        // An empty block at the same time is the same block.
        #expect(try reopened.produce().block.header.systemRoot == node.produce().block.header.systemRoot)
    }

    @Test("a node without keys follows and signs nothing")
    func follower() throws {
        let genesis = SampleGenesis.make()
        let node = try SampleNode(genesis)
        var replica = Replica(
            genesis: genesis, keys: nil, restored: try node.disk.restored(), checker: node.replica.checker)
        for effect in try replica.step(.start(now: 1)) {
            guard case .schedule = effect else {
                Issue.record("a follower has nothing to say: \(effect)")
                continue
            }
        }
    }

    @Test("inputs for another height change nothing")
    func otherHeights() throws {
        var node = try SampleNode(SampleGenesis.make())
        try node.produce(2)
        var replica = node.replica
        for height: UInt64 in [0, 1, 2, 4, .max] {
            #expect(try replica.step(.beginHeight(height, now: node.now)).isEmpty)
            #expect(try replica.step(.timeout(.propose, height: height, round: 0, now: node.now)).isEmpty)
        }
    }
}
