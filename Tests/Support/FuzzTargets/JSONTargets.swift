import Dispatch
import JSONRPC

/// Bytes of a JSON-RPC client.
enum JSONTargets {
    static let seeds = [
        #"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"#,
        #"[{"jsonrpc":"2.0","id":"a","method":"m","params":{"b":[1,-2,3.5e-7,true,null,"ü\n"]}},{"jsonrpc":"2.0","method":"n"}]"#,
        #"{"id":18446744073709551615,"x":[[[]]]}"#,
    ].map { Array($0.utf8) }

    private struct Echo: RPCHandler {
        func call(method: String, params: JSONValue?, context: RPCContext) async -> Result<JSONValue, RPCError> {
            method.isEmpty ? .failure(.methodNotFound(method)) : .success(params ?? .null)
        }
    }

    /// A value that parses has one spelling that parses to it again; every request has a well-formed answer or none.
    static func request(_ bytes: [UInt8]) {
        if let value = try? JSONParser.parse(bytes) {
            let spelled = value.serialized
            let again = try? JSONParser.parse(spelled)
            require(again == value && again?.serialized == spelled, "a JSON value is read as it is written")
        }
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            let dispatcher = RPCDispatcher(handler: Echo())
            if let answer = await dispatcher.respond(to: bytes, context: RPCContext()) {
                require((try? JSONParser.parse(answer)) != nil, "an answer is JSON")
            }
            done.signal()
        }
        done.wait()
    }
}
