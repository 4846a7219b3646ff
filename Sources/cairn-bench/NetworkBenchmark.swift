import ByteCodec
import ChainTypes
import Circuits
import Cryptography
import Foundation
import Mempool
import NodeRuntime
import PeerNetwork
import Replica
import STARKCore

/// Pre-signed transfers through four validators on this machine, each with its own disk and its own TLS connections to
/// the others. Every transfer is offered to all four as bytes, so each recovers every sender once; together they do four
/// times the work of one validator, and vote.
struct NetworkBenchmark {
    static let validators = 4
    static let transfers = 20_000

    func run(_ report: Report) async throws {
        let senders = try (0..<100).map { try SecretKey(Keccak256.hash(utf8: "cairn/bench/\($0)").bytes) }
        for perBlock in [1_000, 5_000] {
            var genesis = try BenchGenesis.make(
                accounts: senders.map(\.publicKey.address), validators: Self.validators)
            genesis.chain.gasLimit = UInt64(perBlock) * 21_000
            report.progress("four validators decide blocks of at most \(perBlock) transfers")
            let encoded = try TransferBatch(senders: senders, genesis: genesis, count: Self.transfers).encoded
            try await measure(encoded, perBlock: perBlock, genesis, report)
        }
    }

    private func measure(_ encoded: [[UInt8]], perBlock: Int, _ genesis: Genesis, _ report: Report) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cairn-bench-network-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var stores: [ChainStore] = []
        var transports: [PeerTransport] = []
        var hosts: [NodeHost] = []
        var addresses: [PeerAddress] = []
        for index in 0..<Self.validators {
            let store = try ChainStore.open(path: folder.path + "/\(index)", genesis: genesis)
            let transport = try BenchTransport.make(genesis, name: "validator \(index)", peers: addresses)
            let port = try await transport.start()
            addresses.append(try PeerAddress(node: transport.node, host: "127.0.0.1", port: port))
            let keys = try DevnetKeys.validator(index)
            hosts.append(
                NodeHost(
                    chain: store, restored: try store.load(validator: keys.address), keys: keys,
                    checker: ProofChecker(program: try BlockProgram(parameters: .profileA)),
                    peers: NodePeers(transport: transport)))
            stores.append(store)
            transports.append(transport)
        }
        let blocks = hosts[0].committed.listen()
        let running = hosts.map { host in Task { try await host.run() } }

        // Two blocks' worth, or all that a pool holds.
        let ahead = min(2 * perBlock, Mempool.Bounds().transactions)
        var (offered, committed, full) = (0, 0, 0)
        let seconds = try await Report.seconds {
            try await Self.offer(Array(encoded.prefix(ahead)), to: hosts)
            offered = ahead
            for await block in blocks {
                committed += block.transactions.count
                if !block.transactions.isEmpty { full += 1 }
                guard committed < encoded.count else { break }
                let end = min(committed + ahead, encoded.count)
                if offered < end { try await Self.offer(Array(encoded[offered..<end]), to: hosts) }
                offered = max(offered, end)
            }
        }
        for task in running { task.cancel() }
        for task in running { try await task.value }
        for transport in transports { await transport.stop() }
        for store in stores { store.close() }
        report.line(
            "network",
            [
                "validators": Double(Self.validators), "block": Double(perBlock), "committed": Double(committed),
                "per_second": Double(committed) / seconds, "transfers_per_block": Double(committed) / Double(full),
            ])
    }

    /// Offers transfers to every host, which recovers their senders by itself.
    private static func offer(_ encoded: [[UInt8]], to hosts: [NodeHost]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for host in hosts {
                group.addTask {
                    for verified in await SignatureRecovery.verify(encoded, with: host.transactionChecker) {
                        _ = await host.submit(try verified.get(), payload: nil)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
