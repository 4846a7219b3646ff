import ByteCodec
import Cryptography
import Foundation
import Glibc
import JSONRPC

/// A chain of several validators on disk as `cairn devnet` lays it out, and their processes, each started and ended by
/// itself.
struct Network: Sendable {
    /// What one node's process is told.
    struct Node: Sendable {
        let index: Int
        let client: NodeClient
        let arguments: [String]
    }

    let scenario: Scenario
    let folder: String
    let port: UInt16
    let nodes: [Node]
    /// Between each ordered pair of nodes, when the network was made with proxies.
    let proxies: [[FaultyProxy?]]
    /// In which each node runs, when the network was made of them.
    let namespaces: Namespaces?

    /// What lies between the nodes.
    enum Links { case direct, proxies, namespaces }

    /// Lets `cairn devnet` make the chain, and ends that devnet as Ctrl-C does.
    static func create(
        in scenario: Scenario, validators: Int = 4, blockTime: String = "0.5", links: Links = .direct
    ) async throws -> Network {
        let port = try Scenario.freePort()
        let folder = "\(scenario.folder)/network"
        let devnet = try scenario.start(
            .cairn,
            [
                "devnet", "--data-dir", folder, "--rpc-port", "\(port)", "--json", "--validators", "\(validators)",
                "--provers", "0", "--traffic", "0", "--block-time", blockTime,
            ], name: "devnet")
        try await eventually("the devnet starts") { devnet.output.contains("\"started\"") }
        devnet.signal(SIGINT)
        let status = try await devnet.exit(within: .seconds(60))
        guard status == 0 else { throw ScenarioFailure("cairn devnet ended with status \(status)") }
        var proxies = [[FaultyProxy?]](repeating: Array(repeating: nil, count: validators), count: validators)
        if links == .proxies {
            for from in 0..<validators {
                for to in 0..<validators where to != from {
                    proxies[from][to] = try await FaultyProxy.start(to: peerPort(to, port))
                }
            }
        }
        let namespaces = links == .namespaces ? try Namespaces(validators) : nil
        var nodes: [Node] = []
        for index in 0..<validators {
            let host = namespaces?.host(index) ?? "127.0.0.1"
            var arguments = [
                "node", "--data-dir", "\(folder)/node-\(index)", "--genesis", "\(folder)/genesis.json", "--key-file",
                "\(folder)/validator-\(index).key", "--node-key", "\(folder)/node-\(index).key", "--rpc-port",
                "\(port + UInt16(index))", "--rpc-host", host, "--listen", "\(host):\(peerPort(index, port))",
                "--with-parent",
            ]
            for other in 0..<validators where other != index {
                let reached = proxies[index][other]?.port ?? peerPort(other, port)
                let there = namespaces?.host(other) ?? "127.0.0.1"
                arguments += ["--peer", "\(try address(of: other, folder))@\(there):\(reached)"]
            }
            let client = try NodeClient(host: host, port: port + UInt16(index))
            nodes.append(Node(index: index, client: client, arguments: arguments))
        }
        return Network(
            scenario: scenario, folder: folder, port: port, nodes: nodes, proxies: proxies, namespaces: namespaces)
    }

    private static func peerPort(_ index: Int, _ port: UInt16) -> UInt16 { port + 100 + UInt16(index) }

    /// The address of a node's own key.
    private static func address(of index: Int, _ folder: String) throws -> String {
        let text = try String(contentsOfFile: "\(folder)/node-\(index).key", encoding: .utf8)
        guard let secret = Hex.decode(text.filter { !$0.isWhitespace }) else { throw ScenarioFailure("no node key") }
        return "\(try SecretKey(secret).publicKey.address)"
    }

    /// What reaches a node from outside: `0x…@127.0.0.1:port`.
    func peer(_ index: Int) throws -> String {
        "\(try Self.address(of: index, folder))@127.0.0.1:\(Self.peerPort(index, port))"
    }

    // MARK: - Processes

    func start(_ index: Int, _ more: String...) throws -> RunningProcess {
        try run(index, more)
    }

    func startAll(_ more: String...) throws -> [RunningProcess] { try nodes.indices.map { try run($0, more) } }

    private func run(_ index: Int, _ more: [String]) throws -> RunningProcess {
        let (name, arguments) = ("node-\(index)", nodes[index].arguments + more)
        guard let namespaces else { return try scenario.start(.cairn, arguments, name: name) }
        let (path, words) = try namespaces.command(index, .cairn, arguments)
        return try scenario.start(path: path, words, name: name)
    }

    /// A node that is not of the devnet's own, in a directory that `cairn node init` makes: its peers are all of the
    /// devnet's nodes, unless `known` says which.
    func join(
        _ name: String, place: UInt16 = 6, known: [Int] = [0, 1, 2, 3], isValidator: Bool = false, _ more: String...
    ) async throws -> (process: RunningProcess, client: NodeClient, folder: String) {
        let home = "\(scenario.folder)/\(name)"
        let prepared = try scenario.start(
            .cairn,
            ["node", "init", "--data-dir", home, "--genesis", "\(folder)/genesis.json"]
                + (isValidator ? ["--validator"] : []), name: "\(name)-init")
        guard try await prepared.exit(within: .seconds(30)) == 0 else { throw ScenarioFailure("no directory") }
        var arguments = [
            "node", "--data-dir", home, "--rpc-port", "\(port + place)", "--listen",
            "127.0.0.1:\(Self.peerPort(Int(place), port))", "--with-parent",
        ]
        for index in known { arguments += ["--peer", try peer(index)] }
        if isValidator { arguments += ["--key-file", "\(home)/validator.key"] }
        let process = try scenario.start(.cairn, arguments + more, name: name)
        return (process, try NodeClient(port: port + place), home)
    }

    func startTraffic(rate: Int, seed: UInt64, to index: Int = 0) throws -> RunningProcess {
        try scenario.start(
            .cairn,
            ["traffic", "--rpc", nodes[index].client.url, "--rate", "\(rate)", "--seed", "\(seed)", "--with-parent"],
            name: "traffic")
    }

    /// Sets what lies between two groups of nodes, in both directions.
    func set(_ mode: FaultyProxy.Mode, between first: [Int], and second: [Int]) throws {
        try namespaces?.set(isCut: mode != .pass, between: first, and: second)
        for one in first {
            for other in second {
                proxies[one][other]?.set(mode)
                proxies[other][one]?.set(mode)
            }
        }
    }

    func stopProxies() async {
        for proxy in proxies.joined() { await proxy?.stop() }
    }

    // MARK: - What nodes say

    /// The height of a node that answers; nil while it does not.
    func height(_ index: Int) async throws -> UInt64? { try await nodes[index].client.head()?.height }

    /// Waits until all of these nodes have a block at `height`.
    func reach(
        _ height: UInt64, _ indices: [Int], within limit: Duration = .seconds(120)
    ) async throws {
        for index in indices {
            try await eventually("node-\(index) reaches block \(height)", within: limit) {
                (try await self.height(index) ?? 0) >= height
            }
        }
    }

    /// Waits until all of these nodes have `count` blocks more than the highest of them has now.
    func goOn(_ count: UInt64, _ indices: [Int], within limit: Duration = .seconds(120)) async throws {
        var highest: UInt64 = 0
        for index in indices {
            let height = try await eventually("node-\(index) answers", within: limit) { try await self.height(index) }
            highest = max(highest, height)
        }
        try await reach(highest + count, indices, within: limit)
    }

    /// The same block, with the same roots, at every height that all of these nodes have.
    func agree(_ indices: [Int], from first: UInt64 = 1) async throws {
        var lowest = UInt64.max
        for index in indices { lowest = min(lowest, try await height(index) ?? 0) }
        for height in stride(from: first, through: lowest, by: 1) {
            let known = try await nodes[indices[0]].client.block(height)
            guard let known else { throw ScenarioFailure("node-\(indices[0]) has no block \(height)") }
            for index in indices.dropFirst() {
                let other = try await nodes[index].client.block(height)
                guard other == known else {
                    throw ScenarioFailure(
                        "block \(height) of node-\(index) is \(String(describing: other)), not \(known)")
                }
            }
        }
    }
}
