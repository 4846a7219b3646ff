import ByteCodec
import JSONRPC

/// What a scenario reads from a node.
struct NodeClient: Sendable {
    /// A block as JSON-RPC shows it.
    struct Block: Hashable, Sendable {
        var height: UInt64
        var hash: String
        var stateRoot: String
        var transactions: [String]
    }

    let url: String
    private let client: JSONRPCClient

    init(host: String = "127.0.0.1", port: UInt16) throws {
        url = "http://\(host):\(port)"
        client = try JSONRPCClient(url: url, timeoutSeconds: 20)
    }

    func call(_ method: String, _ params: JSONValue = []) async throws -> JSONValue {
        try await client.call(method, params)
    }

    func head() async throws -> Block? { try await block("latest") }
    func block(_ height: UInt64) async throws -> Block? { try await block(.string(Hex.quantity(height))) }

    private func block(_ reference: JSONValue) async throws -> Block? {
        let block = try await call("eth_getBlockByNumber", [reference, false])
        guard let height = block["number"]?.count, let hash = block["hash"]?.string,
            let stateRoot = block["stateRoot"]?.string, let transactions = block["transactions"]?.array
        else { return nil }
        return Block(height: height, hash: hash, stateRoot: stateRoot, transactions: transactions.compactMap(\.string))
    }

    /// Hash of the block that a transaction's receipt names.
    func blockHash(ofReceipt transaction: String) async throws -> String? {
        try await call("eth_getTransactionReceipt", [.string(transaction)])["blockHash"]?.string
    }

    /// A number of `cairn_status`.
    func status(_ name: String) async throws -> UInt64 {
        let status = try await call("cairn_status")
        guard let number = status[name]?.count else { throw ScenarioFailure("cairn_status has no number \(name)") }
        return number
    }

    /// The latest jobs, newest first.
    func jobs() async throws -> [JSONValue] { try await call("cairn_jobs", [["limit": 100]]).array ?? [] }
}

extension JSONValue {
    /// A number, be it written as one or as a hexadecimal quantity.
    var count: UInt64? {
        uint64 ?? string.flatMap(Hex.parseQuantity).flatMap { UInt64(exactly: $0) }
    }
}

/// JSON objects, one a line.
func jsonLines(_ text: String) throws -> [JSONValue] {
    try text.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
}
