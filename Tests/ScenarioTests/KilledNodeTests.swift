import Glibc
import SeededRandom
import Testing

extension ScenarioTests {
    /// Nothing that JSON-RPC has shown is ever lost, whenever `kill -9` comes.
    @Test(.timeLimit(.minutes(10)))
    func killedAtAnyMomentTheNodeComesBack() async throws {
        try await Scenario.play { scenario in
            let chain = try await Chain.create(in: scenario, blockTime: "0.1")
            var process = try await chain.runNode()
            _ = try chain.startTraffic(rate: 40, seed: 1)
            var shown = try await eventually("blocks with transfers") {
                try await chain.node.head().flatMap { $0.transactions.isEmpty ? nil : $0 }
            }
            let first = shown.height
            var moments = SplitMix64(seed: 20_261)

            for round in 1...60 {
                try await process.killNow()
                process = try chain.startNode()
                if round.isMultiple(of: 4) {
                    // While it starts.
                    try await Task.sleep(for: .milliseconds(moments.below(250)))
                    continue
                }
                try await check(shown, on: chain.node, round)
                let moment = ContinuousClock.now + .milliseconds(moments.below(700))
                while ContinuousClock.now < moment {
                    if let head = try await chain.node.head(), head.height > shown.height { shown = head }
                }
            }

            try await process.killNow()
            process = try chain.startNode()
            try await check(shown, on: chain.node, 61)
            try await eventually("the chain goes on") { try await chain.node.status("height") > shown.height + 3 }
            #expect(shown.height > first + 20)
            let supply = try await chain.succeed("supply", "--check")
            #expect(supply.contains("conserved"))
            process.signal(SIGTERM)
            #expect(try await process.exit(within: .seconds(30)) == 0)
        }
    }
}

/// The restarted node has the block that was shown last, with its state and its receipts, at its head or below.
private func check(_ shown: NodeClient.Block, on node: NodeClient, _ round: Int) async throws {
    let head = try await eventually("the node answers again") { try await node.head() }
    try #require(head.height >= shown.height, "kill \(round)")
    try #require(try await node.block(shown.height) == shown, "kill \(round)")
    for transaction in shown.transactions.prefix(2) {
        try #require(try await node.blockHash(ofReceipt: transaction) == shown.hash, "kill \(round)")
    }
}
