/// A JSON-RPC 2.0 error object (specification section 5.1, and EIP-1474 for Ethereum's codes).
package struct RPCError: Error, Sendable, Equatable, CustomStringConvertible {
    /// From the JSON-RPC specification, EIP-1474 or geth.
    package let code: Int
    /// Sentence that clients match and people read.
    package let message: String
    /// For example the raw ABI bytes of a revert, as hexadecimal text.
    package let data: JSONValue?

    package init(code: Int, message: String, data: JSONValue? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// The body is not JSON.
    package static func parse(_ error: JSONParseError) -> RPCError {
        RPCError(code: -32700, message: "parse error: \(error)")
    }

    /// The JSON is not a request.
    package static func invalidRequest(_ reason: String) -> RPCError {
        RPCError(code: -32600, message: "invalid request: \(reason)")
    }

    /// The wording is what client libraries look for: ethers matches /the method .* does not exist/i.
    package static func methodNotFound(_ method: String) -> RPCError {
        RPCError(code: -32601, message: "the method \(method) does not exist/is not available")
    }

    /// The parameters do not fit the method.
    package static func invalidParams(_ reason: String) -> RPCError { RPCError(code: -32602, message: reason) }

    /// A fault of the node itself.
    package static func `internal`(_ reason: String) -> RPCError { RPCError(code: -32603, message: reason) }

    /// A refusal by the rules: pool rejections, "header not found", "filter not found".
    package static func server(_ reason: String) -> RPCError { RPCError(code: -32000, message: reason) }

    /// Geth's code for an answer beyond the limit.
    package static let responseTooLarge = RPCError(code: -32003, message: "response too large")

    /// EIP-1474 "limit exceeded".
    package static let busy = RPCError(code: -32005, message: "too many requests in progress; try again")

    /// A reverted call; `data` holds the ABI-encoded reason.
    package static func reverted(_ reason: String?, data: String) -> RPCError {
        let message = reason.map { "execution reverted: \($0)" } ?? "execution reverted"
        return RPCError(code: 3, message: message, data: .string(data))
    }

    /// Message and code, for logs.
    package var description: String { "\(message) (code \(code))" }

    /// The error object: code, message, and data where there is some.
    package var json: JSONValue {
        var members = [JSONMember("code", .integer(Int64(code))), JSONMember("message", .string(message))]
        if let data { members.append(JSONMember("data", data)) }
        return .object(members)
    }
}
