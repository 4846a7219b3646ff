import Foundation
import Glibc
import JSONRPC

/// A chain of one validator on disk as `cairn devnet` lays it out, and the processes that run on it, each started and ended by itself.
struct Chain: Sendable {
    let scenario: Scenario
    let folder: String
    let port: UInt16
    let node: NodeClient

    /// Lets `cairn devnet` make the chain, and ends that devnet as Ctrl-C does.
    static func create(
        in scenario: Scenario, blockTime: String, provers: Int = 4, folder: String? = nil
    ) async throws -> Chain {
        let port = try Scenario.freePort()
        let chain = Chain(
            scenario: scenario, folder: folder ?? "\(scenario.folder)/chain", port: port,
            node: try NodeClient(port: port))
        let devnet = try chain.startDevnet(
            "--validators", "1", "--provers", "\(provers)", "--traffic", "0", "--block-time", blockTime)
        try await eventually("the devnet starts") { devnet.output.contains("\"started\"") }
        devnet.signal(SIGINT)
        let status = try await devnet.exit(within: .seconds(60))
        guard status == 0 else { throw ScenarioFailure("cairn devnet ended with status \(status)") }
        return chain
    }

    func startDevnet(_ arguments: String...) throws -> RunningProcess {
        try scenario.start(
            .cairn, ["devnet", "--data-dir", folder, "--rpc-port", "\(port)", "--json"] + arguments, name: "devnet")
    }

    var nodeArguments: [String] {
        [
            "node", "--data-dir", "\(folder)/node-0", "--genesis", "\(folder)/genesis.json", "--key-file",
            "\(folder)/validator-0.key", "--rpc-port", "\(port)", "--with-parent",
        ]
    }

    func startNode() throws -> RunningProcess { try scenario.start(.cairn, nodeArguments, name: "node") }

    /// Starts the node and waits until it answers.
    func runNode() async throws -> RunningProcess {
        let process = try startNode()
        _ = try await eventually("the node answers") { try await node.head() }
        return process
    }

    func startProver(_ index: Int) throws -> RunningProcess {
        try scenario.start(
            .prover,
            [
                "run", "--rpc", node.url, "--key-file", "\(folder)/prover-\(index).key", "--data-dir",
                "\(folder)/prover-\(index)", "--threads", "1", "--with-parent",
            ], name: "prover-\(index)")
    }

    func startTraffic(rate: Int, seed: UInt64) throws -> RunningProcess {
        try scenario.start(
            .cairn, ["traffic", "--rpc", node.url, "--rate", "\(rate)", "--seed", "\(seed)", "--with-parent"],
            name: "traffic")
    }

    /// Addresses of the provers' owners, in the order of their key files.
    func owners() throws -> [String] {
        let genesis = try JSONParser.parse(Array(Data(contentsOf: URL(filePath: "\(folder)/genesis.json"))))
        return genesis["provers"]?.array?.compactMap { $0["owner"]?.string } ?? []
    }

    /// A command that asks this chain's node, and must succeed.
    @discardableResult
    func succeed(_ arguments: String...) async throws -> String {
        let process = try scenario.start(
            .cairn, arguments + ["--rpc", node.url], name: arguments.joined(separator: " "))
        let status = try await process.exit(within: .seconds(120))
        guard status == 0 else { throw ScenarioFailure("cairn \(process.name) ended with status \(status)") }
        return process.output
    }
}
