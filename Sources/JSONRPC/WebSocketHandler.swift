import NIOCore
import NIOWebSocket

/// One WebSocket: text and binary messages in, one call at a time, text messages out.
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let dispatcher: RPCDispatcher
    private let admission: RPCAdmission
    private let connection: RPCConnection
    private var queue: [ByteBuffer] = []
    private var queuedBytes = 0
    private var isWorking = false
    private var isPaused = false
    private var hasSigned = true
    private var pulse: Scheduled<Void>?

    init(dispatcher: RPCDispatcher, admission: RPCAdmission, channel: any Channel) {
        self.dispatcher = dispatcher
        self.admission = admission
        connection = RPCConnection(channel: channel, limit: dispatcher.limits.unreadBytes)
    }

    // MARK: Events

    func handlerAdded(context: ChannelHandlerContext) { schedulePulse(context) }

    func handlerRemoved(context: ChannelHandlerContext) { finish() }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Errors of the frame decoder have been answered by NIO's own handler.
        guard error is NIOWebSocketFrameAggregator.Error else { return context.close(promise: nil) }
        close(.protocolError, context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { return close(.goingAway, context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        hasSigned = true
        switch frame.opcode {
        case .text, .binary:
            queue.append(frame.unmaskedData)
            queuedBytes += frame.data.readableBytes
            pauseWhenFull(context)
            workOnNext(context)
        case .ping:
            let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .connectionClose: close(.normalClosure, context)
        default: break
        }
    }

    // MARK: Calls

    private func workOnNext(_ context: ChannelHandlerContext) {
        guard !isWorking, !queue.isEmpty else { return }
        isWorking = true
        let message = Array(buffer: queue.removeFirst())
        queuedBytes -= message.count
        pauseWhenFull(context)
        connection.hold()
        let call = RPCContext(peer: context.channel.remoteAddress?.ipAddress, connection: connection)
        let (dispatcher, admission) = (dispatcher, admission)
        let response = context.eventLoop.makeFutureWithTask { () -> [UInt8]? in
            guard admission.admitCall() else { return RPCDispatcher.response(id: .null, .failure(.busy)) }
            defer { admission.releaseCall() }
            return await dispatcher.respond(to: message, context: call)
        }
        response.assumeIsolated().whenSuccess { response in
            self.connection.release(after: response)
            self.isWorking = false
            self.workOnNext(context)
        }
    }

    /// Stops or resumes reading from the socket.
    private func pauseWhenFull(_ context: ChannelHandlerContext) {
        let limits = dispatcher.limits
        let pause = queue.count >= limits.queuedMessages || queuedBytes >= limits.messageBytes
        guard pause != isPaused else { return }
        isPaused = pause
        context.channel.setOption(.autoRead, value: !pause).whenFailure { _ in }
    }

    // MARK: Life

    private func schedulePulse(_ context: ChannelHandlerContext) {
        let period = TimeAmount.seconds(max(1, dispatcher.limits.idleSeconds / 2))
        pulse = context.eventLoop.assumeIsolated().scheduleTask(in: period) { self.checkPulse(context) }
    }

    /// Asks for a sign of life, and gives up on a client that has given none since the last time.
    private func checkPulse(_ context: ChannelHandlerContext) {
        guard hasSigned || isPaused else { return context.close(promise: nil) }
        hasSigned = false
        let ping = WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer())
        context.writeAndFlush(wrapOutboundOut(ping), promise: nil)
        schedulePulse(context)
    }

    private func close(_ code: WebSocketErrorCode, _ context: ChannelHandlerContext) {
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(frame), promise: written)
    }

    private func finish() {
        pulse?.cancel()
        queue = []
        connection.didClose()
    }
}
