import NIOCore
import NIOPosix
import Synchronization

/// A TCP proxy that does what networks do: pass, cut, or stand half open.
final class FaultyProxy: Sendable {
    enum Mode: Sendable {
        case pass
        /// Connections are broken, and new ones are refused after they were taken.
        case cut
        /// Nothing goes through any more, in either direction, and nobody is told.
        case halfOpen
    }

    private struct State {
        var mode = Mode.pass
        var channels: [ObjectIdentifier: any Channel] = [:]
    }

    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let listener: any Channel
    private let state: StateBox

    private final class StateBox: Sendable {
        let value = Mutex(State())
    }

    let port: UInt16

    private init(listener: any Channel, state: StateBox, port: UInt16) {
        self.listener = listener
        self.state = state
        self.port = port
    }

    /// Listens on a port of its own for connections to `target` on this machine.
    static func start(to target: UInt16) async throws -> FaultyProxy {
        let state = StateBox()
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { inbound in
                let isCut = state.value.withLock { if case .cut = $0.mode { true } else { false } }
                guard !isCut else { return inbound.eventLoop.makeFailedFuture(ChannelError.eof) }
                return ClientBootstrap(group: inbound.eventLoop)
                    .channelOption(.autoRead, value: false)
                    .connect(host: "127.0.0.1", port: Int(target))
                    .flatMap { outbound in
                        inbound.eventLoop.makeCompletedFuture {
                            try inbound.pipeline.syncOperations.addHandler(Relay(outbound))
                            try outbound.pipeline.syncOperations.addHandler(Relay(inbound))
                        }.map { join(inbound, outbound, state) }
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return FaultyProxy(listener: listener, state: state, port: UInt16(listener.localAddress?.port ?? 0))
    }

    private static func join(_ inbound: any Channel, _ outbound: any Channel, _ state: StateBox) {
        let reads = state.value.withLock { state in
            for channel in [inbound, outbound] { state.channels[ObjectIdentifier(channel)] = channel }
            return if case .pass = state.mode { true } else { false }
        }
        for (channel, other) in [(inbound, outbound), (outbound, inbound)] {
            channel.closeFuture.whenComplete { _ in
                state.value.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
                other.close(promise: nil)
            }
            if reads { _ = channel.setOption(.autoRead, value: true) }
        }
    }

    func set(_ mode: Mode) {
        let channels = state.value.withLock { state in
            state.mode = mode
            return Array(state.channels.values)
        }
        for channel in channels {
            switch mode {
            case .pass: _ = channel.setOption(.autoRead, value: true)
            case .halfOpen: _ = channel.setOption(.autoRead, value: false)
            case .cut: channel.close(promise: nil)
            }
        }
    }

    func stop() async {
        set(.cut)
        try? await listener.close().get()
    }
}

/// Hands what comes in to the other side.
private final class Relay: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(_ other: any Channel) { self.other = other }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        other.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
