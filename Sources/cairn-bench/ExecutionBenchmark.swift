import ByteCodec
import ChainTypes
import Circuits
import Cryptography
import Foundation
import NodeRuntime
import Replica
import STARKCore

/// Pre-signed transfers through a one-validator chain: senders recovered on all cores, admitted, executed, decided,
/// committed to disk, synced. The senders of the next block are recovered while this one is executed, as in a node
/// that receives them.
struct ExecutionBenchmark {
    static let transfers = 20_000

    func run(_ report: Report) async throws {
        let senders = try (0..<100).map { try SecretKey(Keccak256.hash(utf8: "cairn/bench/\($0)").bytes) }
        let genesis = try BenchGenesis.make(accounts: senders.map(\.publicKey.address))
        let encoded = try TransferBatch(senders: senders, genesis: genesis, count: Self.transfers).encoded
        let recover = try await recoverRates(encoded, genesis, report)
        for perBlock in [1_000, 5_000] {
            try await measure(encoded, perBlock: perBlock, genesis, recover: recover, report)
        }
    }

    /// The recovery of senders by itself, on all cores.
    private struct Recover {
        let perSecond: Double
        let cpuSeconds: Double
    }

    /// Signatures recovered per second on one core and on all of them.
    private func recoverRates(_ encoded: [[UInt8]], _ genesis: Genesis, _ report: Report) async throws -> Recover {
        let sample = Array(encoded.prefix(5_000))
        let one = try Report.seconds {
            for bytes in sample { _ = try VerifiedTransaction(decoding: bytes, chainId: genesis.chainId) }
        }
        var cpu = 0.0
        let all = await Report.seconds {
            cpu = await CPUTime.ofProcess {
                _ = await SignatureRecovery.verify(encoded, with: TransactionChecker(chainId: genesis.chainId))
            }
        }
        let recover = Recover(perSecond: Double(encoded.count) / all, cpuSeconds: cpu / Double(encoded.count))
        report.line(
            "recover_per_second", ["one_core": Double(sample.count) / one, "all_cores": recover.perSecond])
        return recover
    }

    private func measure(
        _ encoded: [[UInt8]], perBlock: Int, _ genesis: Genesis, recover: Recover, _ report: Report
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cairn-bench-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try ChainStore.open(path: folder.path + "/chain", genesis: genesis)
        defer { store.close() }
        let chain = try BenchChain(store: store, genesis: genesis, keys: try DevnetKeys.validator(0))
        var cpu = 0.0
        let total = try await Report.seconds {
            cpu = try await CPUTime.ofProcess { try await chain.decide(encoded, perBlock: perBlock) }
        }
        let committed = await chain.committed
        let rate = Double(committed) / total
        report.line(
            "transfers",
            [
                "block": Double(perBlock), "committed": Double(committed), "per_second": rate,
                "ratio_to_recover_on_all_cores": rate / recover.perSecond,
            ])
        var stages = await chain.stages.mapValues { $0 / Double(max(committed, 1)) }
        stages["recover"] = recover.cpuSeconds
        stages["whole_process"] = cpu / Double(max(committed, 1))
        report.line("cpu_microseconds_per_transfer", stages.mapValues { $0 * 1e6 })
    }
}
