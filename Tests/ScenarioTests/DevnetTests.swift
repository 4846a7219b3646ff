import Glibc
import JSONRPC
import Testing

extension ScenarioTests {
    /// One command brings up a chain that proves its own transfers, and everything can be looked at afterwards.
    @Test(.timeLimit(.minutes(15)))
    func aDevnetProvesItsBlocks() async throws {
        try await Scenario.play { scenario in
            let port = try Scenario.freePort()
            let chain = Chain(
                scenario: scenario, folder: "\(scenario.folder)/chain", port: port, node: try NodeClient(port: port))
            let devnet = try chain.startDevnet("--until-proven", "2", "--block-time", "1")
            try await devnet.exit(within: .seconds(300))
            try #require(devnet.exitStatus == 0)
            try #require(Scenario.processes(naming: chain.folder).isEmpty, "children outlive cairn devnet")
            let events = try jsonLines(devnet.output)
            try checkEvents(events)
            let heights = events.compactMap { $0["height"]?.count }
            let height = try #require(heights.max())

            // Everything else is read from the disk by processes that have not seen it happen.
            let node = try await chain.runNode()
            let resumed = try await chain.node.status("height")
            try #require(resumed >= height)
            let known = try #require(try await chain.node.block(height))
            let job = try await checkProvenJob(chain)
            #expect(try await chain.succeed("job", "list").contains("proofVerified"))
            #expect(try await chain.succeed("job", "show", job).contains("0x"))
            #expect(try await chain.succeed("job", "verify", job).contains("job \(job) is proven"))
            let verdict = try jsonLines(try await chain.succeed("job", "verify", job, "--json"))
            #expect(verdict.first?["verified"] == true)
            try await chain.succeed("supply", "--check")
            try await chain.succeed("status")
            try await chain.succeed("prover", "list")
            try await chain.succeed("block", "\(height)")
            node.signal(SIGTERM)
            #expect(try await node.exit(within: .seconds(30)) == 0)

            // A second start goes on where the first was, and Ctrl-C ends all of it.
            let second = try chain.startDevnet()
            try await eventually("a block after the old ones") { try await chain.node.status("height") > resumed }
            try await eventually("the devnet says so") { second.output.contains("\n") }
            let started = try #require(try jsonLines(second.output).first)
            #expect(started["isNew"] == false)
            #expect(try #require(started["height"]?.count) >= resumed)
            #expect(try await chain.node.block(height) == known)
            try await checkPayments(of: job, chain)
            second.signal(SIGINT)
            #expect(try await second.exit(within: .seconds(40)) == 0)
            #expect(Scenario.processes(naming: chain.folder).isEmpty, "children outlive Ctrl-C")
        }
    }
}

/// The story that `--json` told: a start with accounts, blocks with transfers, jobs that went from selection to proof.
private func checkEvents(_ events: [JSONValue]) throws {
    let started = try #require(events.first)
    #expect(started["event"] == "started")
    #expect(started["isNew"] == true)
    #expect(started["accounts"]?.array?.count == 10)
    #expect(started["warning"]?.string?.contains("public") == true)
    #expect(events.contains { $0["event"] == "block" && ($0["transfers"]?.count ?? 0) > 0 })
    #expect(events.contains { $0["event"] == "job" && $0["state"] == "proofVerified" })
    let done = try #require(events.last)
    #expect(done["event"] == "done")
    #expect(try #require(done["provenBlocks"]?.count) >= 2)
}

/// The number of a proven job over blocks with transfers, to which at least two provers gave valid partial proofs.
private func checkProvenJob(_ chain: Chain) async throws -> String {
    let job = try #require(try await chain.node.jobs().last { $0["provenAt"]?.count != nil }, "no job is proven")
    let number = try #require(job["number"]?.count)
    let details = try await chain.node.call("cairn_job", [JSONValue(number)])
    let provers = details["provers"]?.array ?? []
    #expect(provers.count { $0["valid"] == true } >= 2)
    #expect(Set(provers.compactMap { $0["owner"]?.string }).count == provers.count)
    let height = try #require(details["firstHeight"]?.count)
    #expect(try await chain.node.block(height)?.transactions.isEmpty == false)
    #expect(try await chain.node.status("provenHeight") >= height)
    return "\(number)"
}

/// A job is settled when its last window is over: both its provers get something, and the books still balance.
private func checkPayments(of job: String, _ chain: Chain) async throws {
    let payments = try await eventually("job \(job) is settled") {
        try await chain.node.call("cairn_settlement", [JSONValue(UInt64(job) ?? 0)]).array
    }
    let rewarded = payments.filter { $0["role"] == "prover" && $0["kind"] == "reward" }
    #expect(Set(rewarded.compactMap { $0["account"]?.string }).count >= 2)
    #expect(try await chain.succeed("job", "settle", job, "--json").contains("\"reward\""))
    try await chain.succeed("supply", "--check")
}
