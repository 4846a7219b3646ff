package import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A client of a node's JSON-RPC endpoint over `http://`, with kept-alive connections. Safe to use from any task.
package final class JSONRPCClient: Sendable {
    private struct IdleConnection {
        let channel: any Channel
        let since: NIODeadline
    }

    private struct State {
        var nextIdentifier: Int64 = 1
        var idle: [IdleConnection] = []
    }

    /// Below the time after which servers close an idle connection.
    private static let idleTime = TimeAmount.seconds(15)
    private static let idleConnections = 8
    private static let connectTime = TimeAmount.seconds(5)

    /// As it was given.
    package let url: String
    private let node: NodeURL
    private let timeoutSeconds: Int64
    private let responseLimit: Int
    private let group: any EventLoopGroup
    private let state = Mutex(State())

    /// A client of the node at `url`, `http://host[:port][/path]`; nothing is connected yet.
    ///
    /// `responseLimit` is in bytes, and bounds what one answer may take.
    package init(
        url: String, timeoutSeconds: Int64 = 30, responseLimit: Int = 64 << 20,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws(RPCClientError) {
        node = try NodeURL(url)
        self.url = url
        self.timeoutSeconds = timeoutSeconds
        self.responseLimit = responseLimit
        self.group = group
    }

    deinit { closeIdle() }

    /// The result of one call; an error object of the node is thrown as `.rejected`.
    package func call(_ method: String, _ params: JSONValue = []) async throws(RPCClientError) -> JSONValue {
        let identifier = takeIdentifiers(1)
        let answer = try await exchange(Self.request(identifier, method, params))
        switch try Self.outcome(of: answer, identifier: identifier) {
        case .success(let result): return result
        case .failure(let error): throw .rejected(error)
        }
    }

    /// The outcomes of several calls sent as one batch, in their order.
    package func batch(
        _ calls: [(method: String, params: JSONValue)]
    ) async throws(RPCClientError) -> [Result<JSONValue, RPCError>] {
        guard !calls.isEmpty else { return [] }
        let first = takeIdentifiers(Int64(calls.count))
        let requests = calls.enumerated().map { Self.request(first + Int64($0), $1.method, $1.params) }
        let answer = try await exchange(.array(requests))
        guard let answers = answer.array else {
            // A batch that is refused as a whole gets a single error object.
            if case .failure(let error) = try Self.outcome(of: answer, identifier: nil) { throw .rejected(error) }
            throw .invalidResponse("expected an array")
        }
        var byIdentifier: [UInt64: JSONValue] = [:]
        for answer in answers { if let id = answer["id"]?.uint64 { byIdentifier[id] = answer } }
        var outcomes: [Result<JSONValue, RPCError>] = []
        for identifier in first..<(first + Int64(calls.count)) {
            guard let answer = byIdentifier[UInt64(identifier)] else {
                throw .invalidResponse("no answer to request \(identifier) of the batch")
            }
            outcomes.append(try Self.outcome(of: answer, identifier: identifier))
        }
        return outcomes
    }

    /// Closes the connections that are kept for later calls.
    package func closeIdle() {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            return state.idle
        }
        for connection in idle { connection.channel.close(promise: nil) }
    }

    // MARK: Messages

    private func takeIdentifiers(_ count: Int64) -> Int64 {
        state.withLock { state in
            defer { state.nextIdentifier += count }
            return state.nextIdentifier
        }
    }

    private static func request(_ identifier: Int64, _ method: String, _ params: JSONValue) -> JSONValue {
        ["jsonrpc": "2.0", "id": .integer(identifier), "method": .string(method), "params": params]
    }

    private static func outcome(
        of answer: JSONValue, identifier: Int64?
    ) throws(RPCClientError) -> Result<JSONValue, RPCError> {
        guard answer["jsonrpc"] == "2.0" else { throw .invalidResponse("expected a JSON-RPC 2.0 response") }
        switch (answer["result"], answer["error"]) {
        case (let result?, nil):
            guard let identifier, answer["id"] == .integer(identifier) else {
                throw .invalidResponse("the id is not that of the request")
            }
            return .success(result)
        case (nil, let error?):
            guard case .integer(let code)? = error["code"], let message = error["message"]?.string else {
                throw .invalidResponse("the error object has no code and message")
            }
            return .failure(RPCError(code: Int(code), message: message, data: error["data"]))
        default: throw .invalidResponse("expected either a result or an error")
        }
    }

    private func exchange(_ message: JSONValue) async throws(RPCClientError) -> JSONValue {
        let reply = try await send(message.serialized)
        guard reply.status == 200 else {
            let text = String(decoding: reply.body.prefix(200), as: UTF8.self)
            throw .httpStatus(reply.status, body: text)
        }
        var limits = JSONLimits()
        limits.stringBytes = responseLimit
        limits.values = 4 << 20
        do {
            return try JSONParser.parse(reply.body, limits: limits)
        } catch {
            throw .invalidResponse("\(error)")
        }
    }

    // MARK: Connections

    private func send(_ body: [UInt8]) async throws(RPCClientError) -> HTTPReply {
        let channel = try await connection()
        let headers = HTTPHeaders([
            ("host", node.authority), ("content-type", "application/json"), ("content-length", String(body.count)),
        ])
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: node.target, headers: headers)
        let promise = channel.eventLoop.makePromise(of: HTTPReply.self)
        let exchange = HTTPExchange(head: head, body: body, timeout: .seconds(timeoutSeconds), promise: promise)
        do {
            let reply = try await withTaskCancellationHandler {
                // A closed channel has no handler left that would end the exchange.
                channel.writeAndFlush(exchange).whenFailure { _ in promise.fail(HTTPExchangeFailure.disconnected) }
                return try await promise.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
            if reply.keepsConnection { keep(channel) }
            return reply
        } catch {
            throw failure(error)
        }
    }

    private func failure(_ error: any Error) -> RPCClientError {
        if Task.isCancelled { return .cancelled }
        return switch error as? HTTPExchangeFailure {
        case .timedOut: .timedOut(url, seconds: timeoutSeconds)
        case .tooLarge: .responseTooLarge(limit: responseLimit)
        case .disconnected, nil: .disconnected(url)
        }
    }

    private func connection() async throws(RPCClientError) -> any Channel {
        while let idle = state.withLock({ $0.idle.popLast() }) {
            if idle.channel.isActive, NIODeadline.now() - idle.since < Self.idleTime { return idle.channel }
            idle.channel.close(promise: nil)
        }
        let limit = responseLimit
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(Self.connectTime)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(HTTPExchangeHandler(limit: limit))
                }
            }
        do {
            return try await bootstrap.connect(host: node.host, port: node.port).get()
        } catch {
            throw Task.isCancelled ? .cancelled : .nodeUnreachable(url)
        }
    }

    private func keep(_ channel: any Channel) {
        let surplus = state.withLock { state -> (any Channel)? in
            guard state.idle.count < Self.idleConnections else { return channel }
            state.idle.append(IdleConnection(channel: channel, since: .now()))
            return nil
        }
        surplus?.close(promise: nil)
    }
}
