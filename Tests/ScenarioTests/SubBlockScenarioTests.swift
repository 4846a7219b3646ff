import Foundation
import Glibc
import JSONRPC
import Testing

extension ScenarioTests {
    /// A genesis with sub-blocks of four operations: transfers come faster than that, blocks are split, their parts are
    /// proven by different provers, and their proofs are joined and paid.
    @Test(.timeLimit(.minutes(15)))
    func blocksAreProvenInSubBlocksAndAggregated() async throws {
        try await Scenario.play { scenario in
            let chain = try await Chain.create(in: scenario, blockTime: "1", provers: 8)
            try chain.changeGenesis([
                ("\"subBlockOperations\": 256", "\"subBlockOperations\": 4"),
                ("\"maxOperationsPerBlock\": 512", "\"maxOperationsPerBlock\": 32"),
                ("\"minSelected\": 2", "\"minSelected\": 1"),
            ])
            _ = try await chain.runNode()
            for index in 0..<8 { _ = try chain.startProver(index) }
            let traffic = try chain.startTraffic(rate: 6, seed: 11)
            let aggregation = try await eventually(
                "a block's sub-blocks are proven and aggregated", within: .seconds(300)
            ) {
                try await chain.node.jobs().last {
                    $0["kind"] == "aggregation" && $0["provenAt"]?.count != nil && $0["phase"] == "closed"
                }
            }
            traffic.signal(SIGTERM)
            let number = try #require(aggregation["number"]?.count)
            let count = try #require(aggregation["subBlockCount"]?.count)
            #expect(count >= 2)

            let details = try await chain.node.call("cairn_job", [JSONValue(number)])
            let height = try #require(details["firstHeight"]?.count)
            #expect(details["subBlockProofs"]?.array?.count == Int(count))
            let parts = (details["siblings"]?.array ?? []).filter { $0["provenAt"]?.count != nil }
            #expect(Set(parts.compactMap { $0["subBlock"]?.count }) == Set(0..<count))
            #expect(try await chain.node.status("provenHeight") >= height)
            // The aggregate verifies all parts again, the chain of their roots, and the block's header.
            #expect(try await chain.succeed("job", "verify", "\(number)").contains("job \(number) is proven"))
            let part = try #require(parts.first?["number"]?.count)
            #expect(try await chain.succeed("job", "verify", "\(part)").contains("sub-block"))
            #expect(try await chain.succeed("job", "show", "\(number)").contains("aggregates"))
            #expect(try await chain.succeed("job", "list").contains("joined"))
            let paid = details["payments"]?.array ?? []
            let proofs = try #require(details["fullProofs"]?.count)
            #expect(proofs > 0 && paid.count { $0["reason"] == "rewardAggProofProver" } == Int(proofs))
            #expect(paid.contains { $0["reason"] == "rewardAggProofValidator" })
            try await chain.succeed("supply", "--check")
        }
    }
}

extension Chain {
    /// Begins the chain anew with another genesis: texts of the file are replaced, each of which must be in it.
    func changeGenesis(_ changes: [(find: String, replacement: String)]) throws {
        let file = URL(filePath: "\(folder)/genesis.json")
        var text = try String(contentsOf: file, encoding: .utf8)
        for change in changes {
            try #require(text.contains(change.find), "the genesis has no \(change.find)")
            text = text.replacingOccurrences(of: change.find, with: change.replacement)
        }
        try Data(text.utf8).write(to: file)
        try FileManager.default.removeItem(atPath: "\(folder)/node-0")
    }
}
