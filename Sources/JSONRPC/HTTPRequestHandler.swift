import NIOCore
import NIOHTTP1
import NIOWebSocket

/// One HTTP connection: collects requests within the limits and writes the answers.
///
/// The pipelining handler before it holds back the next request until the answer to this one is complete.
final class HTTPRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case waiting
        case receiving(HTTPRequestHead, ByteBuffer)
        case working
        /// Refused early: the rest of the request is read and dropped, so that the client gets to read why.
        case draining
        case closed
    }

    /// How long the rest of a refused request is read.
    private static let drainTime = TimeAmount.seconds(2)

    private let responder: HTTPResponder
    private let admission: RPCAdmission
    private let limits: RPCLimits
    private var state = State.waiting
    private var reservedBytes = 0
    private var deadline: Scheduled<Void>?

    init(responder: HTTPResponder, admission: RPCAdmission) {
        self.responder = responder
        self.admission = admission
        limits = responder.dispatcher.limits
    }

    // MARK: Events

    func handlerAdded(context: ChannelHandlerContext) {
        closeUnlessMet(within: .seconds(limits.headerSeconds), context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { finish() }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A refused upgrade goes on as an ordinary request, which says why.
        if error is NIOWebSocketUpgradeError { return }
        finish()
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), .waiting): begin(head, context)
        case (.body(let part), .receiving(let head, var buffer)):
            state = .working
            buffer.writeImmutableBuffer(part)
            receive(buffer, of: head, adding: part.readableBytes, context)
        case (.end, .receiving(let head, let buffer)): work(on: head, buffer, context)
        case (.end, .draining): context.close(promise: nil)
        default: break
        }
    }

    // MARK: Receiving

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        closeUnlessMet(within: .seconds(limits.bodySeconds), context)
        if let refusal = responder.refusal(of: head) { return refuse(refusal, head, context) }
        if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            let go = HTTPResponseHead(version: head.version, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(go)), promise: nil)
        }
        state = .receiving(head, ByteBuffer())
    }

    private func receive(
        _ buffer: ByteBuffer, of head: HTTPRequestHead, adding count: Int, _ context: ChannelHandlerContext
    ) {
        guard buffer.readableBytes <= limits.bodyBytes else {
            return refuse(HTTPResponder.bodyTooLarge(limits.bodyBytes), head, context)
        }
        guard admission.admitBody(bytes: count) else { return refuse(Self.busy, head, context) }
        reservedBytes += count
        state = .receiving(head, buffer)
    }

    private func refuse(_ content: HTTPContent, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        state = .draining
        releaseBody()
        closeUnlessMet(within: Self.drainTime, context)
        write(content, to: head, keepAlive: false, context, promise: nil)
    }

    // MARK: Answering

    private static let busy = HTTPContent.json(
        bytes: RPCDispatcher.response(id: .null, .failure(.busy)), status: 503)

    private func work(on head: HTTPRequestHead, _ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        state = .working
        guard admission.admitCall() else { return respond(Self.busy, to: head, context) }
        let peer = context.channel.remoteAddress?.ipAddress
        let request = HTTPRequest(head: head, body: Array(buffer: buffer), peer: peer)
        let (responder, admission) = (responder, admission)
        let answer = context.eventLoop.makeFutureWithTask { () -> HTTPContent in
            defer { admission.releaseCall() }
            return await responder.answer(request)
        }
        answer.assumeIsolated().whenSuccess { content in self.respond(content, to: head, context) }
    }

    private func respond(_ content: HTTPContent, to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard case .working = state else { return }
        releaseBody()
        closeUnlessMet(within: .seconds(limits.writeSeconds), context)
        let written = context.eventLoop.makePromise(of: Void.self)
        let keepAlive = head.isKeepAlive
        written.futureResult.assumeIsolated().whenComplete { result in
            guard case .success = result, keepAlive else { return context.close(promise: nil) }
            // With pipelining, the next request may have begun before this answer was taken in.
            if case .waiting = self.state { self.closeUnlessMet(within: .seconds(self.limits.idleSeconds), context) }
        }
        state = .waiting
        write(content, to: head, keepAlive: keepAlive, context, promise: written)
    }

    private func write(
        _ content: HTTPContent, to head: HTTPRequestHead, keepAlive: Bool, _ context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>?
    ) {
        var headers = HTTPHeaders()
        if content.status != 204 {
            headers.add(name: "content-type", value: content.contentType)
            headers.add(name: "content-length", value: String(content.body.count))
        }
        headers.add(name: "x-content-type-options", value: "nosniff")
        for (name, value) in content.headers { headers.add(name: name, value: value) }
        for (name, value) in responder.gate.crossOriginFields(for: head.headers) {
            headers.add(name: name, value: value)
        }
        if !keepAlive {
            headers.add(name: "connection", value: "close")
        } else if head.version == .http1_0 {
            headers.add(name: "connection", value: "keep-alive")
        }
        let status = HTTPResponseStatus(statusCode: content.status)
        let response = HTTPResponseHead(version: head.version, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        if head.method != .HEAD, !content.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: content.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
    }

    // MARK: Resources

    /// Replaces the deadline: the connection is closed when it passes.
    private func closeUnlessMet(within time: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }

    private func releaseBody() {
        admission.releaseBody(bytes: reservedBytes)
        reservedBytes = 0
    }

    private func finish() {
        state = .closed
        deadline?.cancel()
        releaseBody()
    }
}
