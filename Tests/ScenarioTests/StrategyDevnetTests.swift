import Foundation
import JSONRPC
import Testing

extension ScenarioTests {
    /// Who plays beside three honest provers; `CAIRN_STRATEGIES` asks for all of them.
    private static let dishonest: [[String]] = {
        guard ProcessInfo.processInfo.environment["CAIRN_STRATEGIES"] != nil else { return [["withholding", "thief"]] }
        return [
            "late", "withholding", "wrong-root", "copied-root", "copied-proof", "garbage", "oversize", "censoring",
            "free-rider", "crash:t2",
        ].map { [$0] }
    }()

    /// Those whose work can be worth a reward under the devnet's rules.
    private static let useful: Set = ["late", "censoring"]

    /// Three honest provers and others that are not, all of them sidecars with real proofs: blocks are proven all the
    /// same, and the ledger shows rewards for honest provers and none for who did nothing useful.
    @Test(.timeLimit(.minutes(15)), arguments: dishonest)
    func aDevnetProvesItsBlocksAmongDishonestProvers(_ names: [String]) async throws {
        try await Scenario.play { scenario in
            let port = try Scenario.freePort()
            let chain = Chain(
                scenario: scenario, folder: "\(scenario.folder)/chain", port: port, node: try NodeClient(port: port))
            let devnet = try chain.startDevnet(
                "--provers", (["honest:3"] + names.map { "\($0):1" }).joined(separator: ","), "--until-proven", "8",
                "--block-time", "1", "--patience", "300")
            try await devnet.exit(within: .seconds(400))
            try #require(devnet.exitStatus == 0, "\(devnet.errors)")

            let node = try await chain.runNode()
            let owners = try chain.owners()
            try #require(owners.count == 3 + names.count)
            var honest = 0
            for (owner, name) in zip(owners, ["honest", "honest", "honest"] + names) {
                let ledger = try await chain.node.call("cairn_proverLedger", [.string(owner), [:]])
                let kinds = (ledger["entries"]?.array ?? []).compactMap { $0["kind"]?.string }
                let counts = Dictionary(grouping: kinds) { $0 }.mapValues(\.count).sorted { $0.key < $1.key }
                print("\(name): " + counts.map { "\($0.value) × \($0.key)" }.joined(separator: ", "))
                let rewards = kinds.count { $0 == "reward" }
                if name == "honest" { honest += rewards }
                if name != "honest", !Self.useful.contains(name) { #expect(rewards == 0, "\(name)") }
            }
            #expect(honest > 0)
            let jobs = try await chain.node.jobs().filter { $0["provenAt"]?.count != nil }
            #expect(jobs.count >= 2)
            try await chain.succeed("supply", "--check")
            node.signal(SIGTERM)
            #expect(try await node.exit(within: .seconds(30)) == 0)
        }
    }
}
