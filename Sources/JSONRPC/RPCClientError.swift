/// Why a call from the client side gave no result.
package enum RPCClientError: Error, Sendable, Equatable, CustomStringConvertible {
    case invalidURL(String, reason: String)
    case nodeUnreachable(String)
    case timedOut(String, seconds: Int64)
    /// The connection broke before the whole answer was there. The call may have been carried out.
    case disconnected(String)
    case httpStatus(Int, body: String)
    case responseTooLarge(limit: Int)
    /// The answer is not the JSON-RPC response that was asked for.
    case invalidResponse(String)
    /// The node answered with an error.
    case rejected(RPCError)
    case cancelled

    /// One sentence for a person, with what to do where there is something.
    package var description: String {
        switch self {
        case .invalidURL(let url, let reason): "\(url) is not the URL of a node: \(reason)"
        case .nodeUnreachable(let url):
            "cannot reach a node at \(url): the connection failed; is it running? (start one with: cairn devnet)"
        case .timedOut(let url, let seconds): "the node at \(url) gave no answer within \(seconds) s"
        case .disconnected(let url): "the node at \(url) closed the connection before it answered"
        case .httpStatus(let status, let body): "the node answered with HTTP status \(status): \(body)"
        case .responseTooLarge(let limit): "the answer of the node is larger than \(limit) bytes"
        case .invalidResponse(let reason): "the node sent no valid answer: \(reason)"
        case .rejected(let error): "the node refused: \(error)"
        case .cancelled: "the call was cancelled"
        }
    }
}
