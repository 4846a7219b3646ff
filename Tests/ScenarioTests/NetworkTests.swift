import Foundation
import Glibc
import JSONRPC
import Testing

extension ScenarioTests {
    /// Three of four go on without the one that was killed; it comes back and takes part again.
    @Test(.timeLimit(.minutes(10)))
    func aKilledValidatorComesBackAndTheOthersDoNotWait() async throws {
        try await Scenario.play { scenario in
            let network = try await Network.create(in: scenario)
            let processes = try network.startAll()
            _ = try network.startTraffic(rate: 10, seed: 1)
            try await network.goOn(3, [0, 1, 2, 3])
            try await processes[3].killNow()
            try await network.goOn(5, [0, 1, 2])
            // Three of four is the least that decides: the place of the fourth is empty.
            let place = try #require(try await signatures(network).firstIndex { $0.isNull })
            _ = try network.start(3)
            try await network.goOn(5, [0, 1, 2, 3])
            try await eventually("it signs again") { try await !signatures(network)[place].isNull }
            try await network.agree([0, 1, 2, 3])
            try await eventually("each node has three peers") {
                for node in network.nodes {
                    guard try await node.client.call("net_peerCount") == "0x3" else { return false }
                }
                return true
            }
        }
    }

    /// Half of the validators decide nothing. Once more than two thirds run again, the chain goes on where it was.
    @Test(.timeLimit(.minutes(10)))
    func twoOfFourStopAndGoOnTogether() async throws {
        try await Scenario.play { scenario in
            let network = try await Network.create(in: scenario)
            let processes = try network.startAll()
            try await network.goOn(3, [0, 1, 2, 3])
            for index in [2, 3] { try await processes[index].killNow() }
            let height = try #require(try await network.height(0))
            // What was decided before the second one died may still arrive; then nothing does.
            let stopped = try await eventually("no block for five seconds") { () -> UInt64? in
                let before = try await network.height(0)
                try await Task.sleep(for: .seconds(5))
                let after = try await network.height(0)
                return before == after ? after : nil
            }
            #expect(stopped <= height + 2)
            _ = try network.start(2)
            try await network.goOn(3, [0, 1, 2])
            _ = try network.start(3)
            try await network.goOn(3, [0, 1, 2, 3])
            try await network.agree([0, 1, 2, 3])
        }
    }

    /// Cut in halves, neither decides; healed, both go on. `CAIRN_CUTS` says how often; with `CAIRN_NAMESPACES` the kernel
    /// cuts instead of proxies, which takes root.
    @Test(.timeLimit(.minutes(60)))
    func halvesWaitForEachOther() async throws {
        let cuts = ProcessInfo.processInfo.environment["CAIRN_CUTS"].flatMap(Int.init) ?? 3
        try await Scenario.play { scenario in
            let isNamespaced = ProcessInfo.processInfo.environment["CAIRN_NAMESPACES"] != nil
            let network = try await Network.create(in: scenario, links: isNamespaced ? .namespaces : .proxies)
            _ = try network.startAll()
            _ = try network.startTraffic(rate: 5, seed: 2)
            try await network.goOn(3, [0, 1, 2, 3])
            var slowest = Duration.zero
            for cycle in 0..<cuts {
                let halves = [([0, 1], [2, 3]), ([0, 2], [1, 3]), ([0, 3], [1, 2])][cycle % 3]
                try network.set(cycle.isMultiple(of: 2) ? .cut : .halfOpen, between: halves.0, and: halves.1)
                // A block that was under way may still be decided by those who have its votes.
                try await Task.sleep(for: .seconds(1))
                let before = try #require(try await network.height(halves.0[0]))
                try await Task.sleep(for: .seconds(4))
                let after = try #require(try await network.height(halves.0[0]))
                #expect(after <= before + 1, "half of the validators decided blocks")
                let healed = ContinuousClock.now
                try network.set(.pass, between: halves.0, and: halves.1)
                try await network.reach(after + 2, [0, 1, 2, 3])
                slowest = max(slowest, ContinuousClock.now - healed)
            }
            print("cut and healed \(cuts) times; two new blocks everywhere at most \(slowest) after healing")
            // A soak judges the time too; few cuts beside other tests say nothing about it.
            if cuts >= 10 { #expect(slowest <= .seconds(10)) }
            try await network.agree([0, 1, 2, 3])
            await network.stopProxies()
        }
    }

    /// A node without a key joins with one peer's address: it fetches and checks what there is, and follows.
    @Test(.timeLimit(.minutes(10)))
    func aFullNodeJoinsBySync() async throws {
        try await Scenario.play { scenario in
            let network = try await Network.create(in: scenario, blockTime: "0.2")
            _ = try network.startAll()
            _ = try network.startTraffic(rate: 20, seed: 3)
            try await network.goOn(40, [0, 1, 2, 3])
            let port = network.port + 7
            let folder = "\(scenario.folder)/full"
            let prepared = try scenario.start(
                .cairn, ["node", "init", "--data-dir", folder, "--genesis", "\(network.folder)/genesis.json"])
            try #require(try await prepared.exit(within: .seconds(60)) == 0)
            let process = try scenario.start(
                .cairn,
                [
                    "node", "--data-dir", folder, "--rpc-port", "\(port)", "--peer", try network.peer(1),
                    "--with-parent",
                ], name: "full")
            let full = try NodeClient(port: port)
            let known = try #require(try await network.nodes[0].client.head())
            try await eventually("the full node catches up") { try await full.head()?.height ?? 0 >= known.height }
            for height in 1...known.height {
                #expect(try await full.block(height) == (try await network.nodes[0].client.block(height)))
            }
            try await eventually("it follows") {
                guard let head = try await full.head() else { return false }
                return head.height > known.height + 5
            }
            #expect(try await full.call("eth_syncing") == false)
            #expect(process.errors.contains("catching up: block "))
            #expect(process.errors.contains("caught up: blocks 1 to "))
            // It was told of the others by the one it knew.
            try await eventually("it has more peers") { try await full.call("net_peerCount") != "0x1" }
            let peers = try scenario.start(.cairn, ["node", "peers", "--rpc", full.url])
            #expect(try await peers.exit(within: .seconds(30)) == 0)
            #expect(peers.output.contains("known addresses"))
        }
    }

    /// Two processes with one validator's key: the one that sees the other's vote stops, and says why.
    @Test(.timeLimit(.minutes(10)))
    func twoProcessesWithOneKeyDoNotBothGoOn() async throws {
        try await Scenario.play { scenario in
            let network = try await Network.create(in: scenario)
            let processes = try network.startAll()
            try await network.goOn(3, [0, 1, 2, 3])
            var arguments = network.nodes[0].arguments
            for (option, value) in [
                ("--data-dir", "\(scenario.folder)/twin"), ("--node-key", "\(scenario.folder)/twin.key"),
                ("--rpc-port", "\(network.port + 7)"), ("--listen", "127.0.0.1:\(network.port + 107)"),
            ] {
                let position = try #require(arguments.firstIndex(of: option))
                arguments[position + 1] = value
            }
            let twin = try scenario.start(.cairn, arguments, name: "twin")
            try await eventually("one of them stops", within: .seconds(240)) {
                !twin.isRunning || !processes[0].isRunning
            }
            for process in [twin, processes[0]] where !process.isRunning {
                #expect(process.exitStatus == 70)
                #expect(process.errors.contains("key"), "\(process.errors.suffix(300))")
            }
            try await network.goOn(3, [1, 2, 3])
            try await network.agree([1, 2, 3])
        }
    }
}

/// The signatures under the last block of the first node, null where a validator's is missing.
func signatures(_ network: Network) async throws -> [JSONValue] {
    let height = try await network.height(0) ?? 0
    return try await network.nodes[0].client.call("cairn_certificate", [JSONValue(height)])["signatures"]?.array ?? []
}
