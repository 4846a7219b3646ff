import ByteCodec
import ChainTypes
import Cryptography
import JSONRPC
import Logging
import NodeRuntime
import PeerNetwork
import Replica
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
        let metrics = await NodeMonitor(host: follower, peers: NodePeers(transport: there)).metrics()
        #expect(metrics.contains("ethereum_peer_count 1\n"))

        for task in running { task.cancel() }
        for task in running { try await task.value }
        await here.stop()
        await there.stop()
    }

    @Test func aNodeAloneSaysSo() async throws {
        let rpc = NodeRPC(host: try TestChain().host())
        #expect(try await rpc.ask("net_peerCount") == "0x0")
        #expect(try await rpc.ask("net_listening") == false)
        #expect(try await rpc.ask("eth_syncing") == false)
        #expect(try await rpc.ask("cairn_peers")["node"] == .null)
    }
}
