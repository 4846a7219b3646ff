import JSONRPC
import NIOCore
import NIOPosix
import Testing

@Suite(.timeLimit(.minutes(2))) struct JSONRPCClientTests {
    private func client(_ port: Int, timeoutSeconds: Int64 = 30, responseLimit: Int = 1 << 20) throws -> JSONRPCClient {
        try JSONRPCClient(
            url: "http://127.0.0.1:\(port)", timeoutSeconds: timeoutSeconds, responseLimit: responseLimit)
    }

    @Test func callsAndBatchesGetTheirResults() async throws {
        try await withServer { port in
            let client = try client(port)
            #expect(try await client.call("echo", [1, ["a": "é"]]) == [1, ["a": "é"]])
            #expect(try await client.call("echo") == [])
            let outcomes = try await client.batch([("echo", [1]), ("none", []), ("echo", [2])])
            #expect(outcomes == [.success([1]), .failure(.methodNotFound("none")), .success([2])])
            #expect(try await client.batch([]).isEmpty)
            client.closeIdle()
        }
    }

    @Test func manyTasksShareAClient() async throws {
        try await withServer { port in
            let client = try client(port)
            let sum = try await withThrowingTaskGroup(of: UInt64.self) { group in
                for index in 0..<100 {
                    group.addTask { try await client.call("echo", [.integer(Int64(index))]).array?.first?.uint64 ?? 0 }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 4950)
            client.closeIdle()
        }
    }

    /// A call that is cancelled before its request leaves closes the connection under it, and still comes to an end.
    @Test func aCallOfACancelledTaskEnds() async throws {
        try await withServer { port in
            let client = try client(port)
            for _ in 0..<200 {
                _ = try await client.call("echo")
                let call = Task {
                    unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                    return try await client.call("echo")
                }
                if case .failure(let error) = await call.result { #expect(error as? RPCClientError == .cancelled) }
            }
            client.closeIdle()
        }
    }

    @Test func anErrorOfTheNodeIsThrownWithItsData() async throws {
        try await withServer { port in
            let client = try client(port)
            await #expect(throws: RPCClientError.rejected(.reverted("no", data: "0x08c379a0"))) {
                try await client.call("revert")
            }
            client.closeIdle()
        }
    }

    @Test func aRefusedConnectionSaysHowToStartANode() async throws {
        let port = try await withServer { $0 }
        let client = try client(port)
        let error = await #expect(throws: RPCClientError.self) { try await client.call("echo") }
        #expect(
            error?.description == "cannot reach a node at http://127.0.0.1:\(port): the connection failed; "
                + "is it running? (start one with: cairn devnet)")
    }

    @Test func anAnswerBeyondTheLimitIsRefused() async throws {
        try await withServer { port in
            let client = try client(port, responseLimit: 1000)
            await #expect(throws: RPCClientError.responseTooLarge(limit: 1000)) {
                try await client.call("large", [2000])
            }
            #expect(try await client.call("large", [3]) == "aaa")
            client.closeIdle()
        }
    }

    @Test(
        arguments: [
            ("HTTP/1.1 500 no\r\nContent-Length: 4\r\n\r\noops", .httpStatus(500, body: "oops")),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", .invalidResponse("expected a JSON-RPC 2.0 response")),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{", .invalidResponse("unexpected end of text at byte 1")),
            (reply(#"{"jsonrpc":"2.0","id":9,"result":1}"#), .invalidResponse("the id is not that of the request")),
            (
                reply(#"{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}"#),
                .invalidResponse("expected either a result or an error")
            ),
            (
                reply(#"{"jsonrpc":"2.0","id":1,"error":{"code":"1"}}"#),
                .invalidResponse("the error object has no code and message")
            ),
        ] as [(String, RPCClientError)])
    func aServerThatIsNoNodeIsSeenThrough(response: String, error: RPCClientError) async throws {
        try await withImpostor(response) { port in
            let client = try client(port)
            await #expect(throws: error) { try await client.call("echo") }
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
    func anAnswerThatBreaksOffIsADisconnection(response: String) async throws {
        try await withImpostor(response, closes: true) { port in
            let client = try client(port)
            await #expect(throws: RPCClientError.disconnected(client.url)) { try await client.call("echo") }
        }
    }

    @Test func aSilentServerTimesOut() async throws {
        try await withImpostor("") { port in
            let client = try client(port, timeoutSeconds: 1)
            await #expect(throws: RPCClientError.timedOut(client.url, seconds: 1)) { try await client.call("echo") }
        }
    }

    @Test(arguments: [
        "", "localhost:8545", "https://localhost", "http://", "http://:80", "http://h:0", "http://h:65536",
        "http://h:x",
        "http://u@h", "http://[::1]x", "http://a b", "ws://h",
    ])
    func aBadURLIsRefused(url: String) {
        let error = #expect(throws: RPCClientError.self) { try JSONRPCClient(url: url) }
        guard case .invalidURL(url, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["http://localhost", "HTTP://127.0.0.1:8545/", "http://[::1]:8545/rpc?key=1#x"])
    func aGoodURLIsAccepted(url: String) throws {
        #expect(try JSONRPCClient(url: url).url == url)
    }
}

private func reply(_ body: String) -> String { "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)" }

/// Runs a server that answers whatever comes with `response`.
private func withImpostor(
    _ response: String, closes: Bool = false, _ body: (Int) async throws -> Void
) async throws {
    final class Impostor: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        let response: String
        let closes: Bool

        init(_ response: String, _ closes: Bool) { (self.response, self.closes) = (response, closes) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: response)), promise: nil)
            if closes { context.close(promise: nil) }
        }
    }
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(Impostor(response, closes))
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    do {
        try await body(listener.localAddress?.port ?? 0)
        try await listener.close().get()
    } catch {
        try? await listener.close().get()
        throw error
    }
}
