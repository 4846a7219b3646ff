import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import JSONRPC
import Logging
import NodeRuntime
import PeerNetwork
import Replica
import Storage
import Testing

/// Two hosts in this process, over real sockets.
@Suite(.timeLimit(.minutes(2))) struct PeerHostTests {
    private static func transport(
        _ chain: TestChain, name: String, peers: [PeerAddress] = []
    ) async throws -> PeerTransport {
        var configuration = TransportConfiguration(chainId: chain.genesis.chainId, genesisHash: chain.genesis.hash)
        configuration.listen = ("127.0.0.1", 0)
        configuration.staticPeers = peers
        configuration.limits.exemptsLoopback = true
        var log = Logger(label: name) { StreamLogHandler.standardError(label: $0) }
        log.logLevel = .critical
        let key = try SecretKey(Keccak256.hash(utf8: name).bytes)
        return try PeerTransport(configuration, key: key, log: log)
    }

    /// A follower fetches what was decided before it came, hears what is decided next, and passes transactions on.
    @Test func aFollowerCatchesUpAndItsTransactionsReachTheValidator() async throws {
        var first = try TestChain(blockIntervalMilliseconds: 50)
        for _ in 0..<5 { try first.advance() }
        let second = try TestChain(blockIntervalMilliseconds: 50)
        try #require(first.genesis.hash == second.genesis.hash)
        let here = try await Self.transport(first, name: "validator")
        let port = try await here.start()
        let there = try await Self.transport(
            second, name: "follower", peers: [try PeerAddress(node: here.node, host: "127.0.0.1", port: port)])
        try await there.start()
        let validator = NodeHost(
            chain: first.store, restored: try first.store.load(validator: first.devnet.validators[0].address),
            keys: first.devnet.validators[0], checker: first.checker, peers: NodePeers(transport: here))
        let follower = NodeHost(
            chain: second.store, restored: try second.store.load(validator: nil), keys: nil,
            checker: second.checker, peers: NodePeers(transport: there))
        let blocks = follower.committed.listen()
        let running = [Task { try await validator.run() }, Task { try await follower.run() }]

        let transfer = try second.transfer(nonce: 0)
        var submitted = false
        var included: UInt64?
        for await block in blocks {
            let height = block.block.header.height
            if height == 7, !submitted {
                submitted = true
                _ = try await follower.submit(transfer, payload: nil).get()
            }
            if block.transactions.contains(where: { $0.hash == transfer.hash }) {
                included = height
                break
            }
        }
        #expect(included != nil)
        let rpc = NodeRPC(host: follower, peers: NodePeers(transport: there))
        #expect(try await rpc.ask("net_peerCount") == "0x1")
        #expect(try await rpc.ask("net_listening") == true)
        #expect(try await rpc.ask("eth_syncing") == false)
        let peers = try await rpc.ask("cairn_peers")
        #expect(peers["peers"]?.array?.first?["node"] == .string("\(here.node)"))
        #expect(peers["missing"]?.array?.isEmpty == true)
        let votes = try await rpc.ask("cairn_votes")
        #expect(votes["height"] == .integer(Int64(await follower.read { $0.round.height })))
        #expect(votes["validators"]?.array?.count == 1)
        let metrics = await NodeMonitor(host: follower, peers: NodePeers(transport: there)).metrics()
        #expect(metrics.contains("ethereum_peer_count 1\n"))

        for task in running { task.cancel() }
        for task in running { try await task.value }
        await here.stop()
        await there.stop()
    }

    /// The recovery of a block's senders, as long as it may take, holds up no vote.
    @Test func votesPassWhileTheSendersOfABlockAreRecovered() async throws {
        var source = try TestChain()
        for nonce in UInt64(0)..<3 {
            try source.submit(try source.transfer(nonce: nonce))
            try source.advance()
        }
        let blocks = try source.store.syncBlocks(from: 1, count: 3)
        let block = try #require(blocks.first?.block)
        var stray = blocks[1].block
        stray.transactions += block.transactions
        let chain = try TestChain()
        let here = try await Self.transport(chain, name: "node")
        let port = try await here.start()
        let address = try PeerAddress(node: here.node, host: "127.0.0.1", port: port)
        let proposer = try await Self.transport(chain, name: "proposer", peers: [address])
        let listener = try await Self.transport(chain, name: "listener", peers: [address])
        let (entered, enter) = AsyncStream.makeStream(of: Int.self)
        let (opened, open) = AsyncStream.makeStream(of: Void.self)
        let peers = NodePeers(transport: here) { transactions, _ in
            enter.yield(transactions.count)
            for await _ in opened { break }
        }
        let node = NodeHost(
            chain: chain.store, restored: try chain.store.load(), keys: nil, checker: chain.checker,
            clock: { block.header.timestamp }, peers: peers)
        let committed = node.committed.listen()
        let running = Task { try await node.run() }
        try await proposer.start()
        try await listener.start()
        // The node says its status to each of its peers.
        for transport in [proposer, listener] {
            _ = try await Self.message(transport) { if case .status = $0 { true } else { false } }
        }

        let keys = chain.devnet.validators[0]
        func send(_ message: PeerMessage, on channel: PeerChannel = .consensus) {
            proposer.send(message.encoded, on: channel, to: here.node)
        }
        // Nobody asked for this one: its two senders are not worth the work.
        send(.block(ProposedBlock(block: stray, payloads: [])), on: .block)
        send(
            .consensus(
                .proposal(
                    Proposal.signed(
                        height: 1, round: 0, validRound: nil, blockHash: block.hash, chainId: chain.genesis.chainId,
                        key: keys.signing))))
        _ = try await Self.message(proposer) { $0 == .blockRequest(block.hash) }
        send(.block(ProposedBlock(block: block, payloads: [])), on: .block)
        var recoveries = entered.makeAsyncIterator()
        #expect(await recoveries.next() == 1)
        let votes = [VoteType.prevote, .precommit].map { type in
            Vote.signed(
                type: type, height: 1, round: 0, blockHash: block.hash, chainId: chain.genesis.chainId,
                key: keys.signing)
        }
        for vote in votes { send(.consensus(.vote(vote))) }
        for vote in votes { _ = try await Self.message(listener) { $0 == .consensus(.vote(vote)) } }
        #expect(await node.read { replica in replica.tip.header.height } == 0)
        open.yield()
        var decided = committed.makeAsyncIterator()
        #expect(await decided.next()?.hash == block.hash)

        // An answer of sync is recovered before it is executed, too.
        send(.status(PeerStatus(height: 3, tipHash: .zero, baseHeight: 1)))
        _ = try await Self.message(proposer) { $0 == .blocksRequest(from: 2, count: 2) }
        send(.blocks(Array(blocks.dropFirst())), on: .sync)
        #expect(await recoveries.next() == 1)
        #expect(await node.read { replica in replica.tip.header.height } == 1)
        open.yield()
        #expect(await decided.next()?.hash == blocks[1].block.hash)
        #expect(await decided.next()?.hash == blocks[2].block.hash)
        open.finish()
        running.cancel()
        try await running.value
        for transport in [here, proposer, listener] { await transport.stop() }
    }

    private static func message(
        _ transport: PeerTransport, _ isWanted: (PeerMessage) -> Bool
    ) async throws -> PeerMessage {
        for await event in transport.inbox {
            guard case .message(_, let bytes, _) = event, let message = try? PeerMessage(decoding: bytes),
                isWanted(message)
            else { continue }
            return message
        }
        throw CancellationError()
    }

    /// A directory with nothing in it; two peers, one of which lies about every chunk.
    @Test func aNewNodeFetchesASnapshotFromItsPeersAndFollowsThem() async throws {
        var first = try TestChain(blockIntervalMilliseconds: 50)
        for _ in 0..<10 { try first.advance() }
        let shelf = SnapshotShelf(
            chain: first.store, folder: first.directory.path + "/snapshots", interval: 10, log: Logger(label: "shelf"))
        shelf.committed(10)
        await shelf.settle()
        let here = try await Self.transport(first, name: "validator")
        let liar = try await Self.transport(first, name: "liar")
        let addresses = [
            try PeerAddress(node: here.node, host: "127.0.0.1", port: try await here.start()),
            try PeerAddress(node: liar.node, host: "127.0.0.1", port: try await liar.start()),
        ]
        let there = try await Self.transport(first, name: "new", peers: addresses)
        let validator = NodeHost(
            chain: first.store, restored: try first.store.load(validator: first.devnet.validators[0].address),
            keys: first.devnet.validators[0], checker: first.checker, peers: NodePeers(transport: here, shelf: shelf))
        let running = Task { try await validator.run() }
        let lying = Task {
            for await case .message(.snapshot, let bytes, let peer) in liar.inbox {
                guard let question = try? SnapshotMessage(decoding: bytes) else { continue }
                var answer = shelf.answer(question)
                if case .chunk(let block, let place, _) = answer { answer = .chunk(block, place, [6, 6, 6]) }
                if let answer { liar.send(answer.encoded, on: .snapshot, to: peer) }
            }
        }
        try await there.start()
        let join = SnapshotJoin(transport: there, genesis: first.genesis, trust: .genesis) { _ in }
        let outcome = try #require(await join.run())
        #expect(outcome.snapshot.manifest.header.height == 10)
        #expect(outcome.peers.contains(here.node))

        let place = try TemporaryDirectory()
        try ChainStore.restore(outcome.snapshot, genesis: first.genesis, path: place.path + "/chain")
        let store = try ChainStore.open(path: place.path + "/chain", genesis: first.genesis)
        let follower = NodeHost(
            chain: store, restored: try store.load(), keys: nil, checker: first.checker,
            peers: NodePeers(transport: there, known: outcome.peers))
        let blocks = follower.committed.listen()
        let following = Task { try await follower.run() }
        for await block in blocks where block.block.header.height >= 15 {
            let height = block.block.header.height
            let known = try first.store.store.read { reader throws(StorageFault) in try reader.block(at: height) }
            #expect(known?.header.accountsRoot == block.block.header.accountsRoot)
            #expect(known?.header.systemRoot == block.block.header.systemRoot)
            #expect(known?.hash == block.hash)
            break
        }
        lying.cancel()
        for task in [running, following] { task.cancel() }
        for task in [running, following] { try await task.value }
        for transport in [here, there, liar] { await transport.stop() }
    }

    @Test func aNodeAloneSaysSo() async throws {
        let rpc = NodeRPC(host: try TestChain().host())
        #expect(try await rpc.ask("net_peerCount") == "0x0")
        #expect(try await rpc.ask("net_listening") == false)
        #expect(try await rpc.ask("eth_syncing") == false)
        #expect(try await rpc.ask("cairn_peers")["node"] == .null)
    }
}
