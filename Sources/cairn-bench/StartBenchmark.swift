import ByteCodec
import ChainTypes
import Circuits
import Cryptography
import Foundation
import NodeRuntime
import Replica
import STARKCore

/// How long a node with many blocks takes until it can go on: every block but the last is only on its disk.
struct StartBenchmark {
    let blocks: Int

    func run(_ report: Report) async throws {
        let account = try SecretKey(Keccak256.hash(utf8: "cairn/bench/0").bytes).publicKey.address
        let genesis = try BenchGenesis.make(accounts: [account])
        let folder = FileManager.default.temporaryDirectory.appending(path: "cairn-bench-start-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/chain"
        let keys = try DevnetKeys.validator(0)

        let store = try ChainStore.open(path: path, genesis: genesis)
        let chain = try BenchChain(store: store, genesis: genesis, keys: keys)
        let writing = try await Report.seconds {
            for block in 1...blocks {
                try await chain.advance([])
                if block % 10_000 == 0 { report.progress("\(block) of \(blocks) blocks written") }
            }
        }
        store.close()
        var height: UInt64 = 0
        let starting = try Report.seconds {
            let store = try ChainStore.open(path: path, genesis: genesis)
            defer { store.close() }
            let restored = try store.load(validator: keys.address)
            let replica = Replica(
                genesis: genesis, keys: keys, restored: restored,
                checker: ProofChecker(program: try BlockProgram(parameters: .profileA)))
            height = replica.tip.header.height
        }
        report.line(
            "start",
            [
                "blocks": Double(height), "seconds": starting, "seconds_to_write_them": writing,
                "ratio": starting / writing,
            ])
    }
}
