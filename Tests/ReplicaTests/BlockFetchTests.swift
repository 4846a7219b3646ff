import ByteCodec
import ChainTypes
import Circuits
import Consensus
import Cryptography
import Replica
import STARKCore
import SampleChain
import SystemState
import Testing

/// Blocks of the height that is decided, asked of peers.
struct BlockFetchTests {
    /// Found by the simulator: seed 3955. Whoever comes under a new name all the time was the only one to be asked.
    @Test func newNamesDoNotKeepOtherPeersFromBeingAsked() throws {
        let genesis = SampleCluster.genesis(validators: 4)
        let parameters = try #require(ProofParameters.named(genesis.proving.proofProfile))
        var replica = Replica(
            genesis: genesis, keys: nil, restored: try SampleDisk(genesis: genesis).restored(),
            checker: ProofChecker(program: try BlockProgram(parameters: parameters)))
        let set = replica.ledger.system.nextValidators
        let elected = Proposer.select(set, height: 1, round: 0).address
        let proposer = try #require((0..<4).map { SampleCluster.keys($0) }.first { $0.address == elected })
        let proposal = Proposal.signed(
            height: 1, round: 0, validRound: nil, blockHash: Keccak256.hash(utf8: "a block"), chainId: genesis.chainId,
            key: proposer.signing)
        let (source, other) = (Address(words: 1, 0, 0), Address(words: .max, 0, 0))
        var now = genesis.timestamp
        var asked: [Address] = []
        func step(_ input: ReplicaInput) throws {
            for effect in try replica.step(input) {
                if case .send(.blockRequest, let peer) = effect { asked.append(peer) }
            }
        }
        try step(.start(now: now))
        try step(.peerUp(source, now: now))
        try step(.peerUp(other, now: now))
        try step(.message(.consensus(.proposal(proposal)), from: source, now: now))
        #expect(asked == [source])
        try step(.peerDown(source))
        for name in UInt32(1)...20 {
            now += 2_000
            try step(.peerUp(Address(words: 0, 0, name), now: now))
            try step(.tick(now: now))
        }
        #expect(asked.contains(other))
        #expect(asked.count == 21)
    }
}
