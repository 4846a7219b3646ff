import Glibc
import JSONRPC
import Testing

extension ScenarioTests {
    /// Three honest provers, one that is silent after its commitment, and a thief, all of them sidecars with real proofs:
    /// blocks are proven all the same, and the ledger shows rewards for honest provers and none for the others.
    @Test(.timeLimit(.minutes(15)))
    func aDevnetProvesItsBlocksAmongAThiefAndASilentProver() async throws {
        try await Scenario.play { scenario in
            let port = try Scenario.freePort()
            let chain = Chain(
                scenario: scenario, folder: "\(scenario.folder)/chain", port: port, node: try NodeClient(port: port))
            let devnet = try chain.startDevnet(
                "--provers", "honest:3,withholding:1,thief:1", "--until-proven", "8", "--block-time", "1",
                "--patience", "300")
            try await devnet.exit(within: .seconds(400))
            try #require(devnet.exitStatus == 0)

            let node = try await chain.runNode()
            let owners = try chain.owners()
            try #require(owners.count == 5)
            var rewards: [Int] = []
            for owner in owners {
                let ledger = try await chain.node.call("cairn_proverLedger", [.string(owner), [:]])
                rewards.append((ledger["entries"]?.array ?? []).count { $0["kind"] == "reward" })
            }
            #expect(rewards[..<3].reduce(0, +) > 0 && rewards[3...] == [0, 0], "\(rewards)")
            let jobs = try await chain.node.jobs().filter { $0["provenAt"]?.count != nil }
            #expect(jobs.count >= 2)
            try await chain.succeed("supply", "--check")
            node.signal(SIGTERM)
            #expect(try await node.exit(within: .seconds(30)) == 0)
        }
    }
}
