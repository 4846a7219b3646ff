import NIOCore
import NIOHTTP1

/// One request and the promise of its response.
struct HTTPExchange: Sendable {
    let head: HTTPRequestHead
    let body: [UInt8]
    let timeout: TimeAmount
    let promise: EventLoopPromise<HTTPReply>
}

/// A whole HTTP response.
struct HTTPReply: Sendable {
    let status: Int
    let body: [UInt8]
    let keepsConnection: Bool
}

/// Why an exchange gave no response.
enum HTTPExchangeFailure: Error {
    case timedOut
    case disconnected
    case tooLarge
}

/// The client's end of an HTTP connection: one exchange at a time.
final class HTTPExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPExchange
    typealias OutboundOut = HTTPClientRequestPart

    private let limit: Int
    private var exchange: HTTPExchange?
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()
    private var deadline: Scheduled<Void>?

    init(limit: Int) { self.limit = limit }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        guard self.exchange == nil, context.channel.isActive else {
            exchange.promise.fail(HTTPExchangeFailure.disconnected)
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        self.exchange = exchange
        head = nil
        body.clear()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: exchange.timeout) {
            self.fail(.timedOut, context)
        }
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: exchange.body)))), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let part):
            guard part.readableBytes <= limit - body.readableBytes else { return fail(.tooLarge, context) }
            body.writeImmutableBuffer(part)
        case .end: succeed(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.disconnected, context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(.disconnected, context) }

    private func succeed(_ context: ChannelHandlerContext) {
        guard let exchange, let head else { return fail(.disconnected, context) }
        deadline?.cancel()
        self.exchange = nil
        let reply = HTTPReply(
            status: Int(head.status.code), body: Array(buffer: body), keepsConnection: head.isKeepAlive)
        if !reply.keepsConnection { context.close(promise: nil) }
        exchange.promise.succeed(reply)
    }

    private func fail(_ failure: HTTPExchangeFailure, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let promise = exchange?.promise
        exchange = nil
        promise?.fail(failure)
        context.close(promise: nil)
    }
}
