import ByteCodec
import ChainTypes
import Consensus
import Replica
import SampleChain
import Testing

@Suite("Crashes at every point of a height")
struct CrashTests {
    /// Height, round and step of what was signed, and what.
    private struct Signature: Hashable {
        var round: UInt32
        var step: SigningStep
        var content: UnsignedMessage
    }

    private static func signatures(_ effects: some Sequence<ReplicaEffect>, height: UInt64) -> [Signature] {
        effects.compactMap { effect in
            guard case .broadcast(.consensus(let message), _) = effect else { return nil }
            let signed: SignedMessage
            switch message {
            case .proposal(let proposal): signed = .proposal(proposal)
            case .vote(let vote): signed = .vote(vote)
            case .polka, .certificate: return nil
            }
            guard signed.height == height else { return nil }
            return Signature(round: signed.content.round, step: signed.content.step, content: signed.content)
        }
    }

    private static func decision(_ effects: some Sequence<ReplicaEffect>) -> Bytes32? {
        effects.lazy.compactMap { if case .commit(let block) = $0 { block.hash } else { nil } }.first
    }

    private func nodeWithTraffic() throws -> SampleNode {
        var node = try SampleNode(SampleGenesis.make())
        try node.transfer(from: 0, to: SampleGenesis.owner(9), value: 1)
        try node.produce(2)
        try node.transfer(from: 1, to: SampleGenesis.owner(9), value: 2)
        return node
    }

    @Test("nothing is said before the disk holds it")
    func persistsBeforeSpeaking() throws {
        var node = try nodeWithTraffic()
        let height = node.height + 1
        var recorded: [SignedMessage] = []
        let effects = try node.begin()
        for effect in effects {
            switch effect {
            case .persistSignState(let state, let proposed):
                #expect(state.height == height)
                #expect(proposed?.block.hash == state.proposal?.blockHash)
                recorded = state.signedMessages
            case .broadcast(.consensus(let message), _):
                #expect(recorded.contains { $0.message == message })
            default: break
            }
        }
        #expect(recorded.map(\.content.step) == [.proposal, .prevote, .precommit])
        #expect(Self.signatures(effects, height: height).count == 3)
        #expect(Self.decision(effects) != nil)
    }

    @Test("after a crash at any effect the height is decided without a second signature")
    func everyBoundary() throws {
        let node = try nodeWithTraffic()
        let height = node.height + 1
        var whole = node
        let effects = try whole.begin()
        let decided = try #require(Self.decision(effects))
        var resumed = 0
        for count in 0...effects.count {
            var disk = node.disk
            for effect in effects.prefix(count) { disk.carryOut(effect) }
            let isPersisted = disk.signState?.height == height
            var restarted = try SampleNode(node.genesis, disk: disk, now: node.now + 60_000)
            let after = try restarted.begin()
            var said: [UInt32: [SigningStep: UnsignedMessage]] = [:]
            let spoken = Self.signatures(effects.prefix(count), height: height) + Self.signatures(after, height: height)
            for signature in spoken where disk.tip.header.height < height || isPersisted {
                let before = said[signature.round, default: [:]].updateValue(signature.content, forKey: signature.step)
                #expect(before == nil || before == signature.content, "crash after effect \(count)")
            }
            if disk.tip.header.height == height {
                #expect(disk.tip.hash == decided)
            } else {
                let hash = try #require(Self.decision(after), "crash after effect \(count)")
                if isPersisted {
                    resumed += 1
                    #expect(hash == decided, "crash after effect \(count)")
                }
            }
        }
        // Between each of three records and its message, and before the commit.
        #expect(resumed >= 6)
    }

    @Test("after a crash at any effect the chain goes on")
    func goesOn() throws {
        let node = try nodeWithTraffic()
        var whole = node
        let effects = try whole.begin()
        for count in 0...effects.count {
            var disk = node.disk
            for effect in effects.prefix(count) { disk.carryOut(effect) }
            var restarted = try SampleNode(node.genesis, disk: disk, now: node.now + 60_000)
            let height = restarted.height
            try restarted.produce(3)
            #expect(restarted.height == height + 3)
            #expect(restarted.isConserved)
        }
    }

    @Test("a proposed block that was lost is not replaced by another one")
    func lostBlock() throws {
        let node = try nodeWithTraffic()
        var whole = node
        var disk = node.disk
        for effect in try whole.begin() {
            guard case .persistSignState(let state, _) = effect else { continue }
            disk.carryOut(.persistSignState(state, proposed: nil))
            break
        }
        var restarted = try SampleNode(node.genesis, disk: disk, now: node.now + 1)
        let own = try #require(disk.signState?.proposal)
        var effects = try restarted.begin()
        var replica = restarted.replica
        // Nobody has the block: the round ends with nil votes and the next one brings a new block.
        for kind in [TimeoutKind.propose, .precommit] {
            effects += try replica.step(.timeout(kind, height: own.height, round: 0, now: node.now + 9_000))
        }
        let proposals = Self.signatures(effects, height: own.height).filter { $0.step == .proposal }
        #expect(proposals.filter { $0.round == 0 }.allSatisfy { $0.content.round == own.round })
        #expect(proposals.contains { $0.round == 1 })
        #expect(Self.decision(effects) != nil)
        #expect(replica.tip.header.originRound == 1)
        #expect(replica.tip.header.height == own.height)
    }
}
