import JSONRPC

/// Methods to test a server with.
struct TestHandler: RPCHandler {
    func call(method: String, params: JSONValue?, context: RPCContext) async -> Result<JSONValue, RPCError> {
        switch method {
        case "echo": return .success(params ?? .null)
        case "revert": return .failure(.reverted("no", data: "0x08c379a0"))
        case "large": return .success(.string(String(repeating: "a", count: Int(params?.array?.first?.uint64 ?? 0))))
        case "peer": return .success(context.peer.map(JSONValue.string) ?? .null)
        case "eth_subscribe":
            guard let connection = context.connection else { return .failure(.server("notifications not supported")) }
            connection.notify(subscription: "0x1", result: "first")
            return .success("0x1")
        default: return .failure(.methodNotFound(method))
        }
    }
}

extension JSONValue {
    var text: String { String(decoding: serialized, as: UTF8.self) }
}
