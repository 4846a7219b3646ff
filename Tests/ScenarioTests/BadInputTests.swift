import Foundation
import Glibc
import JSONRPC
import Testing

extension ScenarioTests {
    /// Every mistake has an exit status, a message that names it, and no effect.
    @Test(.timeLimit(.minutes(10)))
    func badInputIsToldClearly() async throws {
        try await Scenario.play { scenario in
            let chain = try await Chain.create(in: scenario, blockTime: "0.2")
            _ = try await chain.runNode()
            let head = try #require(try await chain.node.head())
            let files = try BadFiles(chain)
            for mistake in Mistake.all(chain, files) { try await mistake.check(in: scenario) }
            for request in BadRequest.all { await request.check(chain.node) }

            #expect(try await chain.node.block(head.height) == head)
            for account in 0..<10 {
                let state = try jsonLines(try await chain.succeed("account", "dev\(account)", "--json"))
                #expect(state.first?["pendingNonce"]?.count == 0, "dev\(account) has sent something")
            }
            try await chain.succeed("supply", "--check")
            try await chain.succeed("send", "--from", "dev0", "--to", "dev1", "--value", "1.5", "--wait")
        }
    }
}

/// Files with something wrong in each.
private struct BadFiles {
    let genesis: String
    let folder: String

    init(_ chain: Chain) throws {
        folder = chain.scenario.folder
        genesis = try String(contentsOfFile: "\(chain.folder)/genesis.json", encoding: .utf8)
        try changed("wrong-type.json", "\"transfer\": 21000", "\"transfer\": \"21000\"")
        try changed("wrong-value.json", "\"chainId\": 20261", "\"chainId\": 0")
        try changed("missing.json", "\"elasticity\"", "\"elasticitee\"")
        try changed("other-chain.json", "\"chainId\": 20261", "\"chainId\": 20262")
        try write("no-json.json", "{")
        try write("no-key.key", "not a key", mode: 0o600)
        try write("readable.key", String(repeating: "11", count: 32), mode: 0o644)
        try write("someone.key", String(repeating: "22", count: 32), mode: 0o600)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    private func changed(_ name: String, _ old: String, _ new: String) throws {
        try #require(genesis.contains(old))
        try write(name, genesis.replacingOccurrences(of: old, with: new))
    }

    private func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
    }
}

/// A command line that must fail.
private struct Mistake {
    let executable: Executable
    let arguments: [String]
    let status: Int32
    /// What the message must contain.
    let told: String

    init(_ arguments: [String], _ status: Int32, _ told: String, executable: Executable = .cairn) {
        self.executable = executable
        self.arguments = arguments
        self.status = status
        self.told = told
    }

    func check(in scenario: Scenario) async throws {
        let process = try scenario.start(executable, arguments, name: arguments.joined(separator: " "))
        let status = try await process.exit(within: .seconds(60))
        #expect(status == self.status, "\(process.name): \(process.errors)")
        #expect(process.errors.contains(told), "\(process.name): \(process.errors)")
    }

    static func all(_ chain: Chain, _ files: BadFiles) -> [Mistake] {
        genesis(files) + nodes(chain, files) + devnets(chain) + queries(chain) + wallets(chain, files)
            + provers(chain, files)
    }

    private static func genesis(_ files: BadFiles) -> [Mistake] {
        [
            ("wrong-type.json", "chain.gas.transfer: expected an integer"), ("wrong-value.json", "1 error"),
            ("missing.json", "chain.elasticity: missing"), ("no-json.json", "not strict JSON"),
            ("nowhere.json", "nowhere.json"),
        ].map { name, told in Mistake(["genesis", "check", files.path(name)], 1, told) }
    }

    private static func nodes(_ chain: Chain, _ files: BadFiles) -> [Mistake] {
        let genesis = "\(chain.folder)/genesis.json"
        let key = "\(chain.folder)/validator-0.key"
        func node(_ folder: String, _ genesis: String, _ more: String...) -> [String] {
            ["node", "--data-dir", folder, "--genesis", genesis] + more
        }
        let fresh = files.path("fresh")
        let taken = "\(chain.port)"
        return [
            Mistake(node(fresh, files.path("wrong-type.json")), 1, "chain.gas.transfer"),
            Mistake(node(fresh, files.path("wrong-value.json")), 1, "chainIdZero"),
            Mistake(node(fresh, genesis, "--key-file", files.path("readable.key")), 1, "can be read by others"),
            Mistake(node(fresh, genesis, "--key-file", files.path("no-key.key")), 1, "does not hold a key"),
            Mistake(node(fresh, genesis, "--key-file", files.path("nowhere.key")), 1, "No such file"),
            Mistake(node(fresh, genesis, "--rpc-port", "99999"), 2, "--rpc-port"),
            Mistake(node(fresh, genesis, "--key-file", key, "--rpc-port", taken), 1, "Address already in use"),
            Mistake(node(fresh, files.path("other-chain.json")), 1, "belongs to another chain"),
            Mistake(node("\(chain.folder)/node-0", genesis, "--key-file", key), 1, "another process uses it"),
            Mistake(node("/dev/null/node", genesis), 1, "/dev/null/node"),
            Mistake(node(fresh, genesis, "--listen", "30303"), 2, "--listen: expected host:port"),
            Mistake(node(fresh, genesis, "--peer", "0x12@host:1"), 2, "--peer: expected 0x…@host:port"),
            Mistake(node(fresh, genesis, "--max-peers", "-1"), 2, "--max-peers"),
            Mistake(node(fresh, genesis, "--listen", "127.0.0.1:\(taken)"), 1, "cannot listen for peers"),
            Mistake(
                node(fresh, genesis, "--listen", "127.0.0.1:1", "--node-key", files.path("readable.key")), 1,
                "can be read by others"),
            Mistake(
                ["node", "init", "--data-dir", fresh, "--genesis", files.path("wrong-value.json")], 1, "genesis check"),
            Mistake(["node", "--data-dir", files.path("empty")], 1, "cannot read the genesis file"),
        ]
    }

    private static func devnets(_ chain: Chain) -> [Mistake] {
        let fresh = "\(chain.scenario.folder)/fresh-devnet"
        func devnet(_ more: String...) -> [String] { ["devnet", "--data-dir", fresh] + more }
        return [
            Mistake(devnet("--block-time", "0"), 2, "--block-time: expected"),
            Mistake(devnet("--provers", "100"), 2, "--provers: expected"),
            Mistake(devnet("--validators", "0"), 2, "--validators: expected"),
            Mistake(devnet("--until-proven", "0"), 2, "--until-proven: expected"),
            Mistake(devnet("--traffic", "many"), 2, "--traffic"),
            Mistake(devnet("--rpc-port", "\(chain.port)"), 1, "Address already in use"),
            Mistake(["devnet", "--data-dir", chain.scenario.folder, "--reset"], 1, "holds no devnet"),
        ]
    }

    private static func queries(_ chain: Chain) -> [Mistake] {
        let unknown = "0x" + String(repeating: "0", count: 64)
        let rows: [([String], Int32, String)] = [
            (["job", "show", "999"], 5, "unknown job 999"), (["job", "show", "xyz"], 2, "xyz is no job"),
            (["job", "verify", "999"], 5, "unknown job 999"), (["job", "settle", "999"], 5, "unknown job 999"),
            (["job", "list", "--limit", "0"], 2, "--limit: expected"),
            (["block", "99999"], 1, "no block 99999"), (["block", "xyz"], 2, "xyz is no block"),
            (["tx", "0x12"], 2, "transaction's hash"), (["tx", unknown], 1, "no transaction"),
            (["account", "0x12"], 2, "0x12 is no address"),
            (["account", "0xF39fd6e51aad88F6F4ce6aB8827279cffFb92266"], 2, "checksum"),
            (["prover", "show", "dev3"], 1, "is no prover"),
        ]
        return rows.map { Mistake($0 + ["--rpc", chain.node.url], $1, $2) } + [
            Mistake(["frobnicate"], 2, "frobnicate"),
            Mistake(["status", "--rpc", "http://127.0.0.1:1"], 3, "cannot reach a node at http://127.0.0.1:1"),
            Mistake(["status", "--rpc", "http://127.0.0.1:1", "--json"], 3, "\"exitCode\":3"),
            Mistake(["status", "--rpc", "ftp://node"], 2, "ftp://node is not the URL"),
        ]
    }

    private static func wallets(_ chain: Chain, _ files: BadFiles) -> [Mistake] {
        func send(_ from: String, _ to: String, _ value: String) -> [String] {
            ["send", "--from", from, "--to", to, "--value=\(value)", "--rpc", chain.node.url]
        }
        return [
            Mistake(send("dev0", "dev1", "abc"), 2, "--value: expected an amount"),
            Mistake(send("dev0", "dev1", "-1"), 2, "--value: expected an amount"),
            Mistake(send("dev0", "dev1", "0.0000000000000000001"), 2, "18 digits"),
            Mistake(send("dev0", "dev1", "999999999999999999999999"), 2, "too large"),
            Mistake(send("dev0", "dev1", "999999999"), 5, "insufficient funds"),
            Mistake(send(files.path("someone.key"), "dev1", "1"), 5, "insufficient funds"),
            Mistake(send("dev0", "0x123", "1"), 2, "0x123 is no address"),
            Mistake(send("0x1234", "dev1", "1"), 2, "64 hex digits"),
            Mistake(send("nobody", "dev1", "1"), 1, "cannot open the key file nobody"),
            Mistake(send(files.path("readable.key"), "dev1", "1"), 1, "can be read by others"),
            Mistake(["key", "new", files.path("readable.key")], 1, "File exists"),
            Mistake(["key", "address", files.path("no-key.key")], 1, "does not hold a key"),
            Mistake(["traffic", "--rate", "0", "--rpc", chain.node.url], 2, "--rate: expected"),
        ]
    }

    private static func provers(_ chain: Chain, _ files: BadFiles) -> [Mistake] {
        func prover(_ arguments: String...) -> [String] { ["prover"] + arguments + ["--rpc", chain.node.url] }
        func sidecar(_ key: String, _ more: String...) -> [String] {
            ["run", "--rpc", chain.node.url, "--data-dir", files.path("work"), "--key-file", key] + more
        }
        let key = "\(chain.folder)/prover-0.key"
        return [
            Mistake(prover("register", "--from", "dev5", "--operator", "dev6", "--stake", "1"), 5, "belowMinimumStake"),
            Mistake(prover("deposit", "--from", "dev5", "--amount", "1"), 5, "notRegistered"),
            Mistake(prover("leave", "--from", "dev5"), 5, "notRegistered"),
            Mistake(prover("claim", "--from", "dev5"), 5, "nothing to claim"),
            Mistake(sidecar(files.path("readable.key")), 1, "can be read by others", executable: .prover),
            Mistake(sidecar(key, "--threads", "0"), 2, "--threads: expected", executable: .prover),
            Mistake(sidecar(key, "--strategy", "lazy"), 2, "--strategy: expected", executable: .prover),
        ]
    }
}

/// A request that must be refused with a code and a text.
private struct BadRequest {
    let method: String
    let params: JSONValue
    let code: Int
    let told: String

    func check(_ node: NodeClient) async {
        do {
            let result = try await node.call(method, params)
            Issue.record("\(method) \(params) gave \(result)")
        } catch RPCClientError.rejected(let error) {
            #expect(error.code == code, "\(method) \(params): \(error)")
            #expect(error.message.contains(told), "\(method) \(params): \(error)")
        } catch {
            Issue.record("\(method) \(params): \(error)")
        }
    }

    static let all: [BadRequest] = {
        let dev0: JSONValue = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
        let registry: JSONValue = "0x0000000000000000000000000000000000c0de01"
        let rows: [(String, JSONValue, Int, String)] = [
            ("eth_frobnicate", [], -32601, "does not exist"),
            ("eth_getBalance", [], -32602, "argument 0"),
            ("eth_getBalance", ["0x12", "latest"], -32602, "argument 0: expected an address"),
            ("eth_getBalance", [dev0, "0x99999"], -32000, "header not found"),
            ("eth_getBlockByNumber", ["0xzz", false], -32602, "argument 0: expected a block"),
            ("eth_getBlockByNumber", ["latest", "yes"], -32602, "argument 1: expected a boolean"),
            ("eth_getTransactionByHash", ["0x1"], -32602, "argument 0: expected a hash"),
            ("eth_sendRawTransaction", ["0x"], -32000, "too short"),
            ("eth_sendRawTransaction", ["0xzz"], -32602, "argument 0: expected hex data"),
            ("eth_sendRawTransaction", ["0x02c0"], -32000, "rlp"),
            ("eth_call", [["to": registry, "data": "0x12345678"], "latest"], 3, "no function with this selector"),
            ("eth_call", [["data": "0x12345678"], "latest"], -32000, "contract creation is not supported"),
            ("eth_feeHistory", [4, "latest", [75, 25]], -32602, "argument 2"),
            ("eth_getLogs", [["fromBlock": "0x5", "toBlock": "0x1"]], -32602, "from 5 to 1"),
            ("eth_getFilterChanges", ["0x77"], -32000, "filter not found"),
            ("cairn_job", [999], -32000, "unknown job 999"),
            ("cairn_job", ["xyz"], -32602, "argument 0: expected a job id"),
            ("cairn_jobs", [["limit": 1000]], -32602, "limit: expected at most 100"),
            ("cairn_sendProvingTransaction", ["0x05c0", "0x"], -32000, "type not supported"),
            ("cairn_prover", [1], -32602, "argument 0: expected an address"),
            ("cairn_certificate", [99999], -32000, "no certificate"),
            ("cairn_proof", [999], -32000, "unknown job 999"),
        ]
        return rows.map { BadRequest(method: $0.0, params: $0.1, code: $0.2, told: $0.3) }
    }()
}
