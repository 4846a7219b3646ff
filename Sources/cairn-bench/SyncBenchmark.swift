import ByteCodec
import ChainTypes
import Circuits
import Cryptography
import Foundation
import NodeRuntime
import PeerNetwork
import Replica
import STARKCore

/// A new node that fetches a chain of full blocks from one peer, over TLS on this machine, against the rate at which
/// the same blocks were executed and committed when they were made. Both nodes share the machine's cores.
struct SyncBenchmark {
    static let perBlock = 1_000
    static let transfers = 40_000

    func run(_ report: Report) async throws {
        let senders = try (0..<100).map { try SecretKey(Keccak256.hash(utf8: "cairn/bench/\($0)").bytes) }
        let genesis = try BenchGenesis.make(accounts: senders.map(\.publicKey.address))
        report.progress("signing \(Self.transfers) transfers")
        let encoded = try TransferBatch(senders: senders, genesis: genesis, count: Self.transfers).encoded
        let folder = FileManager.default.temporaryDirectory.appending(path: "cairn-bench-sync-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }

        let source = try ChainStore.open(path: folder.path + "/source", genesis: genesis)
        defer { source.close() }
        let chain = try BenchChain(store: source, genesis: genesis, keys: try DevnetKeys.validator(0))
        let executing = try await Report.seconds { try await chain.decide(encoded, perBlock: Self.perBlock) }
        let height = try source.load().tip.header.height
        report.progress("\(height) blocks made; a new node fetches them")

        let target = try ChainStore.open(path: folder.path + "/target", genesis: genesis)
        defer { target.close() }
        let syncing = try await sync(from: source, to: target, until: height)
        let count = Double(await chain.committed)
        report.line(
            "sync",
            [
                "block": Double(Self.perBlock), "blocks": Double(height), "per_second": count / syncing,
                "execution_per_second": count / executing, "ratio_to_execution": executing / syncing,
            ])
    }

    /// Seconds from the new node's start to the commit of the last block.
    private func sync(from source: ChainStore, to target: ChainStore, until height: UInt64) async throws -> Double {
        let server = try BenchTransport.make(source.genesis, name: "source")
        let port = try await server.start()
        let address = try PeerAddress(node: server.node, host: "127.0.0.1", port: port)
        let client = try BenchTransport.make(source.genesis, name: "target", peers: [address])
        let hosts = try [(source, server), (target, client)].map { store, transport in
            NodeHost(
                chain: store, restored: try store.load(), keys: nil,
                checker: ProofChecker(program: try BlockProgram(parameters: .profileA)),
                peers: NodePeers(transport: transport))
        }
        let blocks = hosts[1].committed.listen()
        let running = hosts.map { host in Task { try await host.run() } }
        let seconds = try await Report.seconds {
            try await client.start()
            for await block in blocks where block.block.header.height == height { break }
        }
        for task in running { task.cancel() }
        for task in running { try await task.value }
        await client.stop()
        await server.stop()
        return seconds
    }
}
