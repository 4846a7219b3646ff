import JSONRPC
import Testing

/// Runs a server of `TestHandler` on a free port for the time of `body`.
func withServer<Result>(
    isHealthy: Bool = true, _ configure: (inout JSONRPCServer.Configuration) -> Void = { _ in },
    _ body: (Int) async throws -> Result
) async throws -> Result {
    var configuration = JSONRPCServer.Configuration()
    configuration.port = 0
    configure(&configuration)
    let server = JSONRPCServer(
        configuration: configuration, handler: TestHandler(),
        routes: [
            "/dashboard": HTTPContent(contentType: "text/html", headers: [("x-test", "1")], body: Array("<p>".utf8))
        ],
        health: { HealthReport(isHealthy: isHealthy, details: ["ok": .bool(isHealthy)]) },
        metrics: { "cairn_height 1\n" })
    let running = try await server.start()
    do {
        let result = try await body(running.port)
        await running.shutdown()
        return result
    } catch {
        await running.shutdown()
        throw error
    }
}

private func post(_ body: String, _ fields: String = "Host: localhost\r\n") -> String {
    "POST / HTTP/1.1\r\n\(fields)Connection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

private func get(_ path: String, _ fields: String = "Host: localhost\r\n", method: String = "GET") -> String {
    "\(method) \(path) HTTP/1.1\r\n\(fields)Connection: close\r\n\r\n"
}

private let call = #"{"jsonrpc":"2.0","id":1,"method":"echo","params":[1]}"#
private let answer = #"{"jsonrpc":"2.0","id":1,"result":[1]}"#

/// What the server answers to these bytes on one connection.
private func exchange(
    _ request: String, isHealthy: Bool = true, _ configure: (inout JSONRPCServer.Configuration) -> Void = { _ in }
) async throws -> String {
    try await withServer(isHealthy: isHealthy, configure) { port in
        try await RawConnection.open(port: port) { connection in
            try await connection.send(request)
            return try await connection.readToEnd()
        }
    }
}

@Suite(.timeLimit(.minutes(2))) struct JSONRPCServerTests {
    @Test(arguments: [
        (call, 200, answer),
        (
            "{", 200,
            #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error: unexpected end of text at byte 1"}}"#
        ),
        ("", 200, #""code":-32700"#),
        ("[\(call),\(call)]", 200, "[\(answer),\(answer)]"),
        (#"{"jsonrpc":"2.0","method":"echo"}"#, 204, ""),
        (#"{"jsonrpc":"2.0","id":1,"method":"no"}"#, 200, "the method no does not exist/is not available"),
        (#"{"jsonrpc":"2.0","id":1,"method":"peer"}"#, 200, #""result":"127.0.0.1""#),
        (#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe"}"#, 200, "notifications not supported"),
    ])
    func aPostedCallIsAnswered(body: String, status: Int, content: String) async throws {
        let response = try await exchange(post(body))
        #expect(response.hasPrefix("HTTP/1.1 \(status) "))
        #expect(response.hasSuffix(content) || response.contains(content))
        #expect(response.contains("content-type: application/json") == (status == 200))
    }

    @Test(arguments: [
        ("/health", true, 200, #"{"ok":true}"#), ("/health", false, 503, #"{"ok":false}"#),
        ("/metrics", true, 200, "cairn_height 1\n"), ("/dashboard", true, 200, "<p>"),
        ("/dashboard?x=1", true, 200, "x-test: 1"), ("/", true, 200, "JSON-RPC 2.0"), ("/none", true, 404, "/none"),
    ])
    func aDocumentIsRead(path: String, isHealthy: Bool, status: Int, content: String) async throws {
        let response = try await exchange(get(path), isHealthy: isHealthy)
        #expect(response.hasPrefix("HTTP/1.1 \(status) "))
        #expect(response.contains(content))
    }

    @Test func aHeadRequestGetsTheFieldsWithoutTheBody() async throws {
        let response = try await exchange(get("/metrics", method: "HEAD"))
        #expect(response.contains("content-length: 15"))
        #expect(response.hasSuffix("\r\n\r\n"))
    }

    @Test(arguments: [
        ("", 200), ("Host: localhost:8545\r\n", 200), ("Host: LOCALHOST.\r\n", 200), ("Host: 192.168.1.9:1\r\n", 200),
        ("Host: [::1]:8545\r\n", 200), ("Host: node.example\r\n", 200),
        ("Host: evil.example\r\n", 403), ("Host: localhost.evil.example\r\n", 403), ("Host: 1.2.3.4.evil\r\n", 403),
        ("Host: localhost\r\nHost: evil.example\r\n", 403),
    ])
    func pitfall15OnlyKnownHostNamesAreServed(fields: String, status: Int) async throws {
        let response = try await exchange(post(call, fields)) { $0.allowedHosts = ["node.example"] }
        #expect(response.hasPrefix("HTTP/1.1 \(status) "))
        #expect(response.contains(answer) == (status == 200))
        #expect(response.contains("--allow-host") == (status == 403))
    }

    @Test(arguments: [
        ("http://localhost:3000", true), ("http://127.0.0.1", true), ("https://wallet.example", true),
        ("chrome-extension://abc", true), ("https://evil.example", false), ("null", false),
        ("http://localhost.evil.example", false),
    ])
    func onlyPagesOfAllowedOriginsMakeCalls(origin: String, isAllowed: Bool) async throws {
        let response = try await exchange(post(call, "Host: localhost\r\nOrigin: \(origin)\r\n")) {
            $0.allowedOrigins = ["https://wallet.example"]
        }
        #expect(response.contains(answer) == isAllowed)
        #expect(response.contains("access-control-allow-origin: \(origin)") == isAllowed)
        #expect(response.contains("--allow-origin") == !isAllowed)
    }

    @Test func aPreflightIsAnswered() async throws {
        let fields = "Host: localhost\r\nOrigin: https://any.example\r\nAccess-Control-Request-Method: POST\r\n"
        let response = try await exchange(get("/", fields, method: "OPTIONS")) { $0.allowedOrigins = ["*"] }
        #expect(response.hasPrefix("HTTP/1.1 204 "))
        #expect(response.contains("access-control-allow-origin: *"))
        #expect(response.contains("access-control-allow-headers: content-type"))
    }

    @Test(arguments: [
        ("DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (post(call, "Host: localhost\r\nContent-Encoding: gzip\r\n"), 415),
        (post(String(repeating: " ", count: 101)), 413),
        (
            "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n"
                + String(repeating: " ", count: 101) + "\r\n0\r\n\r\n", 413
        ),
        ("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400),
        ("GARBAGE\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "a", count: 20_000))\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\n\(String(repeating: "X: a\r\n", count: 100))\r\n", 400),
    ])
    func pitfall15ABadRequestIsRefusedAndTheConnectionClosed(request: String, status: Int) async throws {
        let response = try await exchange(request) { $0.limits.bodyBytes = 100 }
        #expect(response.hasPrefix("HTTP/1.1 \(status) "))
    }

    @Test(arguments: [
        "", "POST / HTTP/1.1\r\nHost: loc", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
    ])
    func aClientThatDoesNotFinishItsRequestIsDisconnected(request: String) async throws {
        let response = try await exchange(request) {
            $0.limits.headerSeconds = 1
            $0.limits.bodySeconds = 1
        }
        #expect(response == "")
    }

    @Test func aKeptConnectionServesPipelinedCallsInOrder() async throws {
        let responses = try await withServer { port in
            try await RawConnection.open(port: port) { connection in
                let one = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(call.utf8.count)\r\n\r\n\(call)"
                try await connection.send(one + one + get("/metrics"))
                return try await connection.readToEnd()
            }
        }
        #expect(responses.ranges(of: answer).count == 2)
        #expect(responses.hasSuffix("cairn_height 1\n"))
    }

    @Test func aClientThatAsksIsToldToContinue() async throws {
        try await withServer { port in
            try await RawConnection.open(port: port) { connection in
                try await connection.send(
                    "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nConnection: close\r\n"
                        + "Content-Length: \(call.utf8.count)\r\n\r\n")
                let go = try await connection.read(through: "\r\n\r\n")
                #expect(go?.hasPrefix("HTTP/1.1 100 ") == true)
                try await connection.send(call)
                #expect(try await connection.readToEnd().hasSuffix(answer))
            }
        }
    }

    @Test func connectionsBeyondTheLimitAreClosed() async throws {
        func configure(_ configuration: inout JSONRPCServer.Configuration) { configuration.limits.connections = 1 }
        try await withServer(configure) { port in
            try await RawConnection.open(port: port) { first in
                try await first.send(
                    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(call.utf8.count)\r\n\r\n\(call)")
                #expect(try await first.read(through: answer) != nil)
                let second = try await RawConnection.open(port: port) { try await $0.readToEnd() }
                #expect(second == "")
            }
        }
    }

    @Test func callsBeyondTheLimitGetABusyError() async throws {
        let response = try await exchange(post(call)) { $0.limits.callsInFlight = 0 }
        #expect(response.hasPrefix("HTTP/1.1 503 ") && response.contains("-32005"))
    }

    @Test func bodiesBeyondTheSharedRoomGetABusyError() async throws {
        let response = try await exchange(post(call)) { $0.limits.totalBodyBytes = 10 }
        #expect(response.hasPrefix("HTTP/1.1 503 ") && response.contains("-32005"))
    }

    @Test func aPortInUseIsNamed() async throws {
        try await withServer { port in
            let error = await #expect(throws: RPCServerError.self) {
                func configure(_ configuration: inout JSONRPCServer.Configuration) { configuration.port = port }
                try await withServer(configure) { _ in }
            }
            #expect(error?.message.contains("127.0.0.1:\(port)") == true)
        }
    }
}
