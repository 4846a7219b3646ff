import ByteCodec
import ChainTypes
import Cryptography
import ProofField
import ProvingRules
import Replica
import SampleChain
import SystemState
import Testing

/// Decision 0005: what syncs blocks whose payloads are gone takes the certified verdicts and the facts; younger blocks
/// it verifies.
@Suite("Catching up without payloads")
struct RetiredPayloadTests {
    private static let peer = SampleGenesis.owner(50)
    private static let retention: UInt64 = 10

    /// A chain whose first job is proven, and then long enough for its payloads to be gone.
    private static let node = Result {
        var scenario = try ProvenJobScenario { $0.proving.proofRetention = retention }
        #expect(try scenario.team.run(&scenario.node, atMost: 8) { $0.system.provenHeight > 0 })
        try scenario.node.produce(Int(retention) + 8)
        return scenario.node
    }

    /// A new node that asks for all blocks and gets them from one peer. Returns the peer's faults.
    private func follow(
        _ node: SampleNode, answer: (CommittedBlock) -> SyncBlock
    ) throws -> (replica: Replica, disk: SampleDisk, faults: [PeerFault]) {
        var disk = try SampleDisk(genesis: node.genesis)
        var replica = Replica(
            genesis: node.genesis, keys: nil, restored: try disk.restored(), checker: node.replica.checker)
        var inputs: [ReplicaInput] = [
            .start(now: node.now), .peerUp(Self.peer, now: node.now),
            .message(.status(node.replica.status), from: Self.peer, now: node.now),
        ]
        var faults: [PeerFault] = []
        while !inputs.isEmpty {
            for effect in try replica.step(inputs.removeFirst()) {
                disk.carryOut(effect)
                switch effect {
                case .send(.blocksRequest(let from, let count), _):
                    let blocks = node.blocks.dropFirst(Int(from) - 1).prefix(Int(count)).map(answer)
                    // Through the bytes, as from a network.
                    let message = try PeerMessage(decoding: PeerMessage.blocks(blocks).encoded)
                    inputs.append(.message(message, from: Self.peer, now: node.now))
                case .proceed: inputs.append(.proceed(now: node.now))
                case .penalise(_, let fault): faults.append(fault)
                case .halt(let reason): throw SampleNode.Failure.halted(reason)
                default: break
                }
            }
        }
        return (replica, disk, faults)
    }

    private static func pruned(_ committed: CommittedBlock) -> SyncBlock {
        SyncBlock(
            block: committed.block, certificate: committed.certificate, evidence: committed.facts.map { .facts($0) })
    }

    @Test("facts stand in for payloads that are past their retention, and the state is the same to the last record")
    func factsStandIn() throws {
        let node = try Self.node.get()
        let proofs = node.blocks.filter { !$0.payloads.isEmpty }
        #expect(proofs.count > 1)
        let followed = try follow(node) { Self.pruned($0) }
        #expect(followed.faults.isEmpty)
        #expect(followed.replica.tip.hash == node.replica.tip.hash)
        var (left, right) = (followed.replica.ledger.system, node.system)
        #expect(left.root() == right.root())
        #expect(left.provenHeight == right.provenHeight)
        // What it wrote is a chain that another node starts on.
        var restarted = try SampleNode(node.genesis, disk: followed.disk, now: node.now)
        try restarted.produce()
        #expect(restarted.isConserved)
        // Whole blocks give the same.
        let whole = try follow(node) { SyncBlock($0) }
        #expect(whole.replica.tip.hash == node.replica.tip.hash && whole.faults.isEmpty)
    }

    @Test("younger blocks need their payloads")
    func youngBlocksNeedPayloads() throws {
        var scenario = try ProvenJobScenario { $0.proving.proofRetention = Self.retention }
        #expect(try scenario.team.run(&scenario.node, atMost: 8) { $0.system.provenHeight > 0 })
        let followed = try follow(scenario.node) { Self.pruned($0) }
        #expect(followed.faults == [.missingPayload])
        #expect(followed.replica.tip.header.height < scenario.node.height)
        let first = try #require(scenario.node.blocks.first { !$0.payloads.isEmpty })
        #expect(followed.replica.tip.header.height == first.block.header.height - 1)
    }

    @Test("facts that are not those of the payload, too few and too many are the peer's fault")
    func wrongFacts() throws {
        let node = try Self.node.get()
        let first = try #require(node.blocks.first { !$0.facts.isEmpty })
        let height = first.block.header.height
        func fault(_ change: @escaping (inout [SyncEvidence]) -> Void) throws -> [PeerFault] {
            let followed = try follow(node) { committed in
                var synced = Self.pruned(committed)
                if committed.hash == first.hash { change(&synced.evidence) }
                return synced
            }
            #expect(followed.replica.tip.header.height == height - 1)
            return followed.faults
        }
        #expect(try fault { $0[0] = .facts(nil) } == [.wrongFacts])
        #expect(
            try fault { evidence in
                guard case .facts(.commitment(var roots)?) = evidence[0] else { return }
                roots[0].root = roots[0].root == .zero ? roots[1].root : .zero
                evidence[0] = .facts(.commitment(roots))
            } == [.wrongFacts])
        #expect(try fault { $0.removeLast() } == [.wrongBlockBody])
        #expect(try fault { $0.append(.facts(nil)) } == [.wrongBlockBody])
        #expect(try fault { $0[0] = .payload([1, 2, 3]) } == [.wrongBlockBody])
    }
}
