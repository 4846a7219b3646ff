import ByteCodec
import ChainTypes
import Consensus
import Replica
import SampleChain
import Testing

@Suite("Passing proposals on")
struct ProposalRelayTests {
    /// Found by the simulator (seed 238): nodes that passed on a proposal before they had its block asked one another
    /// for it, in a circle, until the round was over.
    @Test("a proposal is passed on by those who have its block")
    func onlyWithTheBlock() throws {
        var cluster = try SampleCluster(validators: 4)
        var relays: [(from: Int, proposer: Address)] = []
        cluster.tamper = { message, from, _ in
            switch message {
            case .block: return []
            case .consensus(.proposal(let proposal)): relays.append((from, proposal.proposer))
            default: break
            }
            return [message]
        }
        try cluster.start()
        try cluster.run(atMost: 12_000)
        #expect(!relays.isEmpty)
        for relay in relays { #expect(cluster.nodes[relay.from].keys?.address == relay.proposer) }
    }
}
