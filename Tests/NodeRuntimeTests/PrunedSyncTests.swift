import AccountTree
import ByteCodec
import ChainTypes
import Cryptography
import JSONRPC
import NodeRuntime
import Replica
import SampleChain
import Storage
import SystemState
import Testing

/// A chain with real proofs on one disk, from which all payloads have expired, and a node that syncs it onto another.
struct PrunedSyncTests {
    private static let retention: UInt64 = 60

    /// A job is proven by all four provers and the validator's stake has risen, then blocks pass until no payload of
    /// the job is kept.
    private static func chain() throws -> SampleNode {
        var node = try SampleNode(
            SampleGenesis.make {
                $0.proving.proofRetention = retention
                $0.accounts[1].balance = 10_000 * Unit.cairn
            })
        let key = SampleGenesis.user(1)
        var arguments = ABIWriter()
        arguments.append(SampleGenesis.proposer)
        try node.transfer(from: 0, to: SampleGenesis.user(2).address, value: 1_000)
        let deposit = try key.transaction(
            nonce: 0, to: SystemContract.validators.address, value: node.genesis.validating.powerUnit,
            data: ABI.selector("deposit(address)") + arguments.encoded)
        if let refusal = try node.submit(deposit) { throw refusal }
        try node.produce(2)
        var team = ProverTeam([0, 1, 2, 3])
        let isProven = try team.run(&node, atMost: 20) { $0.system.jobs[1]?.isClosed == true }
        #expect(isProven && node.system.jobs[1]?.outcome == .proven)
        let last = try #require(node.blocks.last { !$0.payloads.isEmpty }).block.header.height
        try node.produce(Int(last + retention - node.height))
        return node
    }

    private static func open(_ directory: TemporaryDirectory, _ node: SampleNode) throws -> ChainStore {
        try ChainStore.open(path: TestChain.path(directory), genesis: node.genesis)
    }

    private static func served(_ store: ChainStore, upTo height: UInt64) throws -> [SyncBlock] {
        var blocks: [SyncBlock] = []
        while UInt64(blocks.count) < height {
            let next = try store.syncBlocks(from: UInt64(blocks.count) + 1, count: 32)
            try #require(!next.isEmpty)
            blocks += next
        }
        return blocks
    }

    @Test func aNodeThatSyncsThroughPrunedHistoryEndsInTheSameState() throws {
        let node = try Self.chain()
        let (here, there) = (try TemporaryDirectory(), try TemporaryDirectory())
        let first = try Self.open(here, node)
        for committed in node.blocks { try first.commit(committed) }
        let blocks = try Self.served(first, upTo: node.height)
        let facts = blocks.flatMap(\.evidence).map { if case .facts(let facts) = $0 { facts != nil } else { false } }
        // Two commitments, two submissions and a full proof at least, none of them with its payload.
        #expect(facts.count >= 5 && facts.allSatisfy { $0 })

        let second = try Self.open(there, node)
        try sync(second, from: first, node)
        #expect(try Self.served(second, upTo: node.height) == blocks)

        // What the other node has is what it writes, and it starts from it.
        second.close()
        let again = try Self.open(there, node)
        let (mine, its) = (try first.load(), try again.load())
        #expect(its.tip == mine.tip && its.tip == node.replica.tip)
        var (system, other) = (mine.ledger.system, its.ledger.system)
        let roots = [system.root(), other.root(), node.replica.tip.header.systemRoot]
        #expect(Set(roots).count == 1)
        #expect(its.ledger.tree.root == mine.ledger.tree.root)
        #expect(other.jobs.values == system.jobs.values && other.provers.values == system.provers.values)
        #expect(other.claimable.values == system.claimable.values && other.supply == system.supply)
        #expect(its.ledger.accounts.total == mine.ledger.accounts.total)
        try other.checkConservation(accountsTotal: its.ledger.accounts.total)
    }

    /// Has a new node catch up from a peer that answers from `first`.
    private func sync(_ second: ChainStore, from first: ChainStore, _ node: SampleNode) throws {
        var replica = Replica(
            genesis: node.genesis, keys: nil, restored: try second.load(), checker: node.replica.checker)
        let (peer, now) = (SampleGenesis.key("peer").address, node.now)
        let status = PeerStatus(height: node.height, tipHash: node.replica.tip.hash, baseHeight: 1)
        var inputs: [ReplicaInput] = [
            .start(now: now), .peerUp(peer, now: now), .message(.status(status), from: peer, now: now),
        ]
        while !inputs.isEmpty {
            for effect in try replica.step(inputs.removeFirst()) {
                switch effect {
                case .commit(let committed):
                    // Nothing came with it that could be verified again.
                    #expect(committed.payloads.isEmpty)
                    try second.commit(committed)
                case .send(.blocksRequest(let from, let count), _):
                    let answer = PeerMessage.blocks(try first.syncBlocks(from: from, count: count)).encoded
                    inputs.append(.message(try PeerMessage(decoding: answer), from: peer, now: now))
                case .proceed: inputs.append(.proceed(now: now))
                case .penalise(_, let fault): Issue.record("\(fault)")
                case .halt(let reason): Issue.record("\(reason)")
                default: continue
                }
            }
        }
        #expect(replica.tip.header == node.replica.tip.header)
    }

    /// The state forgets old sets; whoever follows the chain from its genesis finds them in the database.
    @Test func setsThatTheStateForgotAreInTheDatabase() async throws {
        var chain = try TestChain {
            $0.validating.unbondingBlocks = 8
            $0.validating.evidenceAge = 4
        }
        var arguments = ABIWriter()
        arguments.append(chain.devnet.validators[0].address)
        try chain.submit(
            try chain.transfer(
                nonce: 0, to: SystemContract.validators.address, value: 2_000 * Unit.cairn,
                data: ABI.selector("deposit(address)") + arguments.encoded))
        for _ in 0..<20 { try chain.advance() }
        #expect(chain.replica.ledger.system.validators(at: 2) == nil)
        let rpc = NodeRPC(host: try chain.host())
        var hashes: Set<Bytes32> = []
        for height in UInt64(0)...20 {
            let header = try #require(
                try chain.store.store.read { snapshot throws(StorageFault) in try snapshot.block(at: height)?.header })
            let answer = try await rpc.ask("cairn_validators", .integer(Int64(height)))
            #expect(answer["hash"] == .string("\(header.validatorsHash)"))
            hashes.insert(header.validatorsHash)
        }
        #expect(hashes.count == 2)
        let above = try await rpc.ask("cairn_validators", 22)
        #expect(above["height"] == 22)
        await #expect(throws: (any Error).self) { try await rpc.ask("cairn_validators", 23) }
    }
}
