import NIOHTTP1

/// A whole HTTP request.
struct HTTPRequest: Sendable {
    let head: HTTPRequestHead
    let body: [UInt8]
    let peer: String?
}

/// Answers whole requests: JSON-RPC by POST, documents by GET. No sockets here.
struct HTTPResponder: Sendable {
    let dispatcher: RPCDispatcher
    let gate: HTTPGate
    let routes: [String: HTTPContent]
    let health: @Sendable () async -> HealthReport
    let metrics: @Sendable () async -> String

    /// What is wrong with a request before its body is read, nil when nothing is.
    func refusal(of head: HTTPRequestHead) -> HTTPContent? {
        guard gate.allowsHost(in: head.headers) else {
            return .text(
                "this host name is not allowed; the node takes those of --allow-host beside localhost and addresses\n",
                status: 403)
        }
        guard gate.allowsOrigin(in: head.headers) else {
            return .text(
                "this origin is not allowed; the node takes those of --allow-origin beside this machine's\n",
                status: 403)
        }
        guard ["POST", "GET", "HEAD", "OPTIONS"].contains(head.method.rawValue) else {
            return .text("only POST, GET, HEAD and OPTIONS are answered here\n", status: 405)
        }
        if let encoding = head.headers.first(name: "content-encoding"), encoding.lowercased() != "identity" {
            return .text("encoded bodies are not accepted\n", status: 415)
        }
        let limit = dispatcher.limits.bodyBytes
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > limit {
            return Self.bodyTooLarge(limit)
        }
        return nil
    }

    static func bodyTooLarge(_ limit: Int) -> HTTPContent {
        .text("the body is too large: at most \(limit) bytes are accepted\n", status: 413)
    }

    func answer(_ request: HTTPRequest) async -> HTTPContent {
        switch request.head.method {
        case .POST: await answerCall(request)
        case .OPTIONS: Self.preflight
        default: await document(at: String(request.head.uri.prefix { $0 != "?" }))
        }
    }

    private func answerCall(_ request: HTTPRequest) async -> HTTPContent {
        let context = RPCContext(peer: request.peer)
        guard let response = await dispatcher.respond(to: request.body, context: context) else {
            return HTTPContent(status: 204, contentType: "application/json", body: [])
        }
        return .json(bytes: response)
    }

    private static let preflight = HTTPContent(
        status: 204, contentType: "text/plain",
        headers: [
            ("access-control-allow-methods", "POST, GET, OPTIONS"),
            ("access-control-allow-headers", "content-type"),
            ("access-control-max-age", "600"),
        ], body: [])

    private func document(at path: String) async -> HTTPContent {
        if let content = routes[path] { return content }
        switch path {
        case "/health":
            let report = await health()
            return .json(report.details, status: report.isHealthy ? 200 : 503)
        case "/metrics":
            return HTTPContent(
                contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(await metrics().utf8))
        case "/": return .text(greeting)
        default: return .text("there is nothing at \(path)\n", status: 404)
        }
    }

    private var greeting: String {
        let places = (["/health", "/metrics"] + routes.keys.sorted()).joined(separator: ", ")
        return """
            This is the JSON-RPC 2.0 endpoint of a Cairn node. POST requests here, or open a WebSocket:
              curl -H 'content-type: application/json' \\
                -d '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}' http://HOST:PORT/
            To read with GET: \(places)

            """
    }
}
