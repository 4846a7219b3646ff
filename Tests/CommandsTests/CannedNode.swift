import ArgumentParser
import ByteCodec
import CommandShell
import Commands
import Cryptography
import JSONRPC
import ProverCommands
import Synchronization

/// A node that gives prepared answers, takes every transaction, and remembers what it was asked.
final class CannedNode: RPCHandler {
    private let answers: [String: Result<JSONValue, RPCError>]
    private let asked = Mutex<[(method: String, params: JSONValue?)]>([])

    init(_ answers: [String: Result<JSONValue, RPCError>]) { self.answers = answers }

    convenience init(_ answers: [String: JSONValue]) { self.init(answers.mapValues { .success($0) }) }

    func call(method: String, params: JSONValue?, context: RPCContext) async -> Result<JSONValue, RPCError> {
        asked.withLock { $0.append((method, params)) }
        if method == "eth_sendRawTransaction", let raw = params?.array?.first?.string.flatMap({ Hex.decode($0) }) {
            return .success(.string("\(Keccak256.hash(raw))"))
        }
        return answers[method] ?? .failure(.methodNotFound(method))
    }

    func params(of method: String) -> JSONValue? {
        asked.withLock { $0.last { $0.method == method }?.params }
    }

    /// The last transaction that was sent to this node.
    var rawTransaction: [UInt8]? {
        params(of: "eth_sendRawTransaction")?.array?.first?.string.flatMap { Hex.decode($0) }
    }

    /// Runs `cairn` with `arguments` and `--rpc` against this node.
    func run(_ arguments: [String]) async throws -> CommandRun {
        var configuration = JSONRPCServer.Configuration()
        configuration.port = 0
        let server = JSONRPCServer(
            configuration: configuration, handler: self, health: { HealthReport(isHealthy: true, details: [:]) },
            metrics: { "" })
        let running = try await server.start()
        let run = await CommandRun.of(arguments + ["--rpc", "http://127.0.0.1:\(running.port)"])
        await running.shutdown(graceSeconds: 0)
        return run
    }
}

/// What a command wrote and ended with.
struct CommandRun: Sendable {
    let status: Int32
    let output: String
    let errors: String

    static func of(_ arguments: [String]) async -> CommandRun { await of(CairnCommand.self, arguments) }

    /// Runs `cairn-prover`.
    static func ofProver(_ arguments: [String]) async -> CommandRun { await of(CairnProverCommand.self, arguments) }

    private static func of(_ root: (some ParsableCommand).Type, _ arguments: [String]) async -> CommandRun {
        let (output, errors) = (TextSink(), TextSink())
        let console = Console(output: { output.append($0) }, errors: { errors.append($0) })
        let status = await Console.$current.withValue(console) {
            await CommandRunner.run(root, arguments)
        }
        return CommandRun(status: status, output: output.text, errors: errors.text)
    }

    /// The only line of output as JSON.
    var json: JSONValue? { try? JSONParser.parse(Array(output.utf8)) }
    var errorJSON: JSONValue? { try? JSONParser.parse(Array(errors.utf8)) }
}

private final class TextSink: Sendable {
    private let content = Mutex("")
    func append(_ text: String) { content.withLock { $0 += text } }
    var text: String { content.withLock { $0 } }
}

/// Answers as the contract has them.
enum Canned {
    static let status: JSONValue = [
        "chainId": 20261, "version": "0.1.0", "genesisHash": "0x00", "isDevnet": true, "height": 12,
        "blockHash": "0xabcd", "timestamp": 1_700_000_000_000, "blockIntervalMilliseconds": 2000,
        "baseFee": "0x3b9aca00", "gasLimit": "0x1c9c380", "pendingTransactions": 1, "pendingProvingTransactions": 2,
        "provenHeight": 9, "proofLag": 3, "queueDepth": 1, "activeJobs": 2, "proversRegistered": 4,
        "proversAvailable": 2, "validators": 1, "accounts": 18, "programHash": "0xa3e7a4348c53b36db05c50533a40bb00",
        "proofProfile": "A", "preset": "devnet", "halted": .null,
    ]

    static let job: JSONValue = [
        "number": 3, "id": "0xaa", "kind": "blocks", "subBlock": 0, "subBlockCount": 1, "attempt": 1, "firstHeight": 6,
        "lastHeight": 8, "operations": 24, "instances": 2,
        "phase": "t3", "state": "proofVerified", "selectedAt": 8, "windowEndsAt": 20, "selected": 2,
        "commitments": 2, "submissions": 2, "fullProofs": 1, "provenAt": 12, "blocksToProof": 4,
        "rewards": "0x14a6701dc1c8000", "penalties": "0x0",
    ]

    static func supply(difference: String) -> JSONValue {
        [
            "genesis": "0xde0b6b3a7640000", "minted": "0x0", "burned": "0x0", "balances": "0xde0b6b3a7640000",
            "stakes": "0x0", "claimable": "0x0", "escrow": "0x0", "difference": .string(difference), "height": 5,
        ]
    }

    static let hash = "0x" + String(repeating: "ab", count: 32)

    static func receipt(status: String) -> JSONValue {
        [
            "status": .string(status), "blockNumber": "0x7", "gasUsed": "0x5208", "effectiveGasPrice": "0x77359400",
            "logs": [],
        ]
    }
}
