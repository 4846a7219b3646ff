import ByteCodec
import ChainTypes
import Circuits
import Cryptography
import Foundation
import NodeRuntime
import Replica
import STARKCore

/// The interval of blocks while clients offer ten times what blocks can hold, against the interval of an idle chain.
/// Every transfer comes as bytes: its sender is recovered, and the pool takes it, replaces with it, or refuses it.
struct OverloadBenchmark {
    static let interval: UInt64 = 1_000
    static let perBlock: UInt64 = 500
    static let factor = 10
    static let blocks = 15

    func run(_ report: Report) async throws {
        let senders = try (0..<500).map { try SecretKey(Keccak256.hash(utf8: "cairn/bench/\($0)").bytes) }
        var genesis = try BenchGenesis.make(accounts: senders.map(\.publicKey.address))
        genesis.chain.blockIntervalMilliseconds = Self.interval
        genesis.chain.gasLimit = Self.perBlock * 21_000
        let offered = Int(Self.perBlock) * Self.factor * (Self.blocks + 2)
        report.progress("signing \(offered) transfers")
        let transfers = try TransferBatch(senders: senders, genesis: genesis, count: offered).encoded

        let idle = try await intervals(genesis, offering: [])
        report.progress("idle chain measured; offering \(Self.factor) times what blocks hold")
        let loaded = try await intervals(genesis, offering: transfers)
        report.line(
            "overload",
            [
                "factor": Double(Self.factor), "idle_interval_seconds": idle.mean, "interval_seconds": loaded.mean,
                "worst_interval_seconds": loaded.worst, "ratio": loaded.mean / idle.mean,
                "transfers_per_block": loaded.transfers,
            ])
    }

    private func intervals(
        _ genesis: Genesis, offering transfers: [[UInt8]]
    ) async throws -> (mean: Double, worst: Double, transfers: Double) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cairn-bench-load-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try ChainStore.open(path: folder.path + "/chain", genesis: genesis)
        let keys = try DevnetKeys.validator(0)
        let host = NodeHost(
            chain: store, restored: try store.load(validator: keys.address), keys: keys,
            checker: ProofChecker(program: try BlockProgram(parameters: .profileA)))
        let blocks = host.committed.listen()
        let running = Task { try await host.run() }
        let flood = Task { await Self.offer(transfers, to: host) }
        let clock = ContinuousClock()
        var last: ContinuousClock.Instant?
        var gaps: [Double] = []
        var included = 0
        for await block in blocks {
            let now = clock.now
            if let last { gaps.append((now - last) / .seconds(1)) }
            included += block.transactions.count
            last = now
            if gaps.count == Self.blocks { break }
        }
        // Nothing of this chain runs beside the next measurement, or while the process ends.
        flood.cancel()
        running.cancel()
        await flood.value
        try await running.value
        store.close()
        return (
            gaps.reduce(0, +) / Double(gaps.count), gaps.max() ?? 0, Double(included) / Double(gaps.count + 1)
        )
    }

    /// Offers transfers at a steady rate until there are no more, or until it is cancelled.
    private static func offer(_ transfers: [[UInt8]], to host: NodeHost) async {
        let clock = ContinuousClock()
        let start = clock.now
        let rate = Double(perBlock) * Double(factor) * 1_000 / Double(interval)
        let share = 100
        for begin in stride(from: 0, to: transfers.count, by: share) {
            let due = start.advanced(by: .seconds(Double(begin) / rate))
            do { try await Task.sleep(until: due, clock: .continuous) } catch { return }
            for bytes in transfers[begin..<min(begin + share, transfers.count)] {
                let verified = try? VerifiedTransaction(decoding: bytes, chainId: host.genesis.chainId)
                if let verified { _ = await host.submit(verified, payload: nil) }
            }
        }
    }
}
