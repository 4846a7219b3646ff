import Glibc
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization

/// A JSON-RPC 2.0 server over HTTP/1.1 and WebSocket on one port, with `GET /health` and `GET /metrics`.
package struct JSONRPCServer: Sendable {
    /// Where the server listens, and to whom it answers.
    package struct Configuration: Sendable {
        /// An address or a name of this machine.
        package var host = "127.0.0.1"
        /// Zero lets the operating system choose.
        package var port = 8545
        /// Names, beside localhost and addresses, that requests may carry in `Host`; "*" allows all.
        package var allowedHosts: [String] = []
        /// Origins of web pages, beside those of this machine, that may make calls; "*" allows all.
        package var allowedOrigins: [String] = []
        /// What clients are granted.
        package var limits = RPCLimits()

        /// This machine only, on port 8545.
        package init() {}
    }

    private let configuration: Configuration
    private let responder: HTTPResponder

    /// `routes` are further documents by path, such as a dashboard; they go before the built-in ones.
    package init(
        configuration: Configuration, handler: any RPCHandler, routes: [String: HTTPContent] = [:],
        health: @escaping @Sendable () async -> HealthReport,
        metrics: @escaping @Sendable () async -> String
    ) {
        self.configuration = configuration
        responder = HTTPResponder(
            dispatcher: RPCDispatcher(handler: handler, limits: configuration.limits),
            gate: HTTPGate(hosts: configuration.allowedHosts, origins: configuration.allowedOrigins),
            routes: routes, health: health, metrics: metrics)
    }

    /// Starts to listen. The error says where it could not.
    package func start(
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(RPCServerError) -> RunningJSONRPCServer {
        let (responder, admission) = (responder, RPCAdmission(configuration.limits))
        let children = OpenChannels()
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                let address = channel.remoteAddress?.ipAddress
                guard admission.admitConnection(from: address) else {
                    return channel.eventLoop.makeFailedFuture(ChannelError.connectPending)
                }
                children.insert(channel)
                channel.closeFuture.whenComplete { _ in
                    admission.releaseConnection(from: address)
                    children.remove(channel)
                }
                return channel.eventLoop.makeCompletedFuture {
                    try Self.configure(channel, responder, admission)
                }
            }
        do {
            let listener = try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
            return RunningJSONRPCServer(listener: listener, children: children)
        } catch {
            let reason = (error as? IOError).map { unsafe String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            throw RPCServerError(message: "cannot listen on \(configuration.host):\(configuration.port): \(reason)")
        }
    }

    private static func configure(
        _ channel: any Channel, _ responder: HTTPResponder, _ admission: RPCAdmission
    ) throws {
        let limits = responder.dispatcher.limits
        var decoder = NIOHTTPDecoderLimitConfiguration()
        decoder.maxHeaderFieldSize = limits.headerBytes
        decoder.maxHeaderListSize = limits.headerBytes
        decoder.maxHeaderFieldCount = limits.headerCount
        let requests = HTTPRequestHandler(responder: responder, admission: admission)
        let boundRequests = NIOLoopBound(requests, eventLoop: channel.eventLoop)
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: limits.messageBytes,
            shouldUpgrade: { channel, head in
                let isAllowed =
                    responder.gate.allowsHost(in: head.headers) && responder.gate.allowsOrigin(in: head.headers)
                return channel.eventLoop.makeSucceededFuture(isAllowed ? HTTPHeaders() : nil)
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(WebSocketMaskCheck())
                    try pipeline.addHandler(
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 4096,
                            maxAccumulatedFrameSize: limits.messageBytes))
                    try pipeline.addHandler(
                        WebSocketHandler(dispatcher: responder.dispatcher, admission: admission, channel: channel))
                }
            })
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(
            withServerUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in
                    context.pipeline.syncOperations.removeHandler(boundRequests.value, promise: nil)
                }
            ),
            withEncoderConfiguration: HTTPResponseEncoder.Configuration(), withDecoderLimitConfiguration: decoder)
        try pipeline.addHandler(requests)
    }
}

/// Why a server could not start.
package struct RPCServerError: Error, Sendable, CustomStringConvertible {
    /// Address, port and the operating system's reason.
    package let message: String

    /// The message alone.
    package var description: String { message }
}

/// A server that listens.
package final class RunningJSONRPCServer: Sendable {
    private let listener: any Channel
    private let children: OpenChannels

    init(listener: any Channel, children: OpenChannels) {
        self.listener = listener
        self.children = children
    }

    /// The port, chosen by the operating system when the configuration said zero.
    package var port: Int { listener.localAddress?.port ?? 0 }

    /// Stops listening, lets requests in progress finish for `graceSeconds`, and then closes all connections.
    package func shutdown(graceSeconds: Int64 = 5) async {
        try? await listener.close().get()
        let open = children.all
        for channel in open { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        let force = listener.eventLoop.scheduleTask(in: .seconds(graceSeconds)) {
            for channel in open { channel.close(promise: nil) }
        }
        for channel in open { try? await channel.closeFuture.get() }
        force.cancel()
    }
}

/// The connections of a server.
final class OpenChannels: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    var all: [any Channel] { channels.withLock { Array($0.values) } }

    func insert(_ channel: any Channel) { channels.withLock { $0[ObjectIdentifier(channel)] = channel } }

    func remove(_ channel: any Channel) { channels.withLock { $0[ObjectIdentifier(channel)] = nil } }
}
