import ByteCodec
import NIOCore
import NIOSSL
import NIOTLS

/// One connection from TLS to its end, on its event loop: hello, acceptance, frames, pings, rates.
final class PeerConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case tls
        /// Our hello is on its way.
        case greeting
        /// We have accepted the peer, or it has accepted us.
        case accepted(byUs: Bool)
        case up
        case ended
    }

    private let link: PeerLink
    private let network: PeerTransport
    private let limits: TransportLimits
    private var phase = Phase.tls
    private var reader = FrameReader()
    private var assembler = MessageAssembler()
    private var byteRate: RateMeter
    private var messageRate: RateMeter
    private var lastHeard: UInt64
    private var lastAddresses: UInt64?
    private var certificate: PeerCertificateRejection?
    private var deadline: Scheduled<Void>?
    private var pulse: Scheduled<Void>?
    private var pauseUntilTaken = false
    private var pauseForRate: Scheduled<Void>?

    init(link: PeerLink, network: PeerTransport) {
        self.link = link
        self.network = network
        limits = network.configuration.limits
        let now = PeerTransport.now
        lastHeard = now
        byteRate = RateMeter(perSecond: limits.bytesPerSecond, burstSeconds: limits.burstSeconds, now: now)
        messageRate = RateMeter(perSecond: limits.messagesPerSecond, burstSeconds: limits.burstSeconds, now: now)
    }

    // MARK: - TLS

    /// Decides about the peer's certificate, in the midst of TLS.
    func verify(_ chain: [NIOSSLCertificate]) -> NIOSSLVerificationResult {
        do throws(PeerCertificateRejection) {
            guard chain.count == 1, let leaf = chain.first else { throw .notOne }
            guard let bytes = try? leaf.toDERBytes() else { throw .malformed }
            let node = try NodeCertificate.node(ofDER: bytes)
            link.update { $0.node = node }
            return .certificateVerified
        } catch {
            certificate = error
            return .failed
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(limits.handshake)) {
            self.end(.handshakeTimeout, context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { end(.closed, context) }

    func channelInactive(context: ChannelHandlerContext) {
        end(.closed, context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // TLS says what it did not like; what matters to us is our own verdict on the certificate.
        end(certificate.map { .certificate($0) } ?? .closed, context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let command = event as? PeerLink.Command { return obey(command, context) }
        if case .handshakeCompleted? = event as? TLSUserEvent, case .tls = phase {
            phase = .greeting
            write(.hello(network.hello), context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func obey(_ command: PeerLink.Command, _ context: ChannelHandlerContext) {
        switch command {
        case .flush: flush(context)
        case .pause:
            pauseUntilTaken = true
            applyPause(context)
        case .resume:
            pauseUntilTaken = false
            applyPause(context)
        case .control(let message): if case .up = phase { write(message, context) }
        case .end(let reason): end(reason, context)
        }
    }

    // MARK: - Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasEnded else { return }
        let buffer = unwrapInboundIn(data)
        let now = PeerTransport.now
        lastHeard = now
        link.update { $0.bytesIn &+= UInt64(buffer.readableBytes) }
        reader.append(buffer.readableBytesView)
        var wait = byteRate.take(buffer.readableBytes, now: now)
        do throws(PeerOffence) {
            while !hasEnded, let frame = try reader.next() {
                let channel = frame.channel
                guard let message = try assembler.take(frame) else { continue }
                wait = max(wait, messageRate.take(1, now: now))
                if let channel {
                    guard case .up = phase else { throw PeerOffence.outOfOrder }
                    network.inbox.push(message, on: channel, from: link, node: link.node ?? .zero)
                } else {
                    try receive(message, context)
                }
            }
        } catch {
            offend(error, context)
        }
        if wait > 0 { rest(wait, context) }
    }

    private func receive(_ bytes: [UInt8], _ context: ChannelHandlerContext) throws(PeerOffence) {
        let message: PeerControl
        do { message = try PeerControl(decoding: bytes) } catch { throw PeerOffence.malformedControl }
        switch (message, phase) {
        case (.refuse(let refusal), _): end(.refusedByPeer(refusal), context)
        case (.hello(let hello), .greeting):
            if let refusal = network.admit(link, hello) { return refuse(refusal, context) }
            write(.accept, context)
            phase = .accepted(byUs: true)
        case (.hello(let hello), .accepted(byUs: false)):
            if let refusal = network.admit(link, hello) { return refuse(refusal, context) }
            write(.accept, context)
            rise(context)
        case (.accept, .accepted(byUs: true)): rise(context)
        case (.accept, .greeting): throw PeerOffence.outOfOrder
        case (.ping(let number), .up): write(.pong(number), context)
        case (.pong(let sent), .up):
            let now = PeerTransport.now
            if sent <= now { link.update { $0.roundTrip = now - sent } }
        case (.addresses(let list), .up):
            let now = PeerTransport.now
            // Every so often is enough; what comes in between is not looked at.
            if let last = lastAddresses, now < last + UInt64(limits.exchange) / 2 { return }
            lastAddresses = now
            network.learn(list, from: link)
        default: throw PeerOffence.outOfOrder
        }
    }

    /// Both sides have accepted each other.
    private func rise(_ context: ChannelHandlerContext) {
        phase = .up
        deadline?.cancel()
        deadline = nil
        guard network.rise(link) else { return end(.replaced, context) }
        beat(context)
    }

    // MARK: - Pauses

    private func rest(_ milliseconds: UInt64, _ context: ChannelHandlerContext) {
        guard pauseForRate == nil, !hasEnded else { return }
        pauseForRate = context.eventLoop.assumeIsolated().scheduleTask(
            in: .milliseconds(Int64(clamping: milliseconds))
        ) {
            self.pauseForRate = nil
            self.applyPause(context)
        }
        applyPause(context)
    }

    private func applyPause(_ context: ChannelHandlerContext) {
        guard !hasEnded else { return }
        let reads = !pauseUntilTaken && pauseForRate == nil
        // Not to read is our own doing: the peer is not silent.
        if reads { lastHeard = PeerTransport.now }
        context.channel.setOption(.autoRead, value: reads).whenFailure { _ in }
    }

    // MARK: - Writing

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        flush(context)
        context.fireChannelWritabilityChanged()
    }

    private func flush(_ context: ChannelHandlerContext) {
        while !hasEnded, context.channel.isWritable, let buffer = link.nextBatch(context.channel.allocator) {
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        }
    }

    private func write(
        _ message: PeerControl, _ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil
    ) {
        let bytes = message.encoded
        var buffer = context.channel.allocator.buffer(capacity: bytes.count + Frame.headerBytes)
        buffer.write(Frame(channel: nil, isLast: true, part: bytes))
        context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
    }

    // MARK: - Life

    private var hasEnded: Bool { if case .ended = phase { true } else { false } }

    private func beat(_ context: ChannelHandlerContext) {
        pulse = context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(limits.ping)) {
            guard !self.hasEnded else { return }
            let now = PeerTransport.now
            let isPaused = self.pauseUntilTaken || self.pauseForRate != nil
            if !isPaused, now > self.lastHeard + UInt64(self.limits.silence) { return self.end(.silent, context) }
            self.write(.ping(now), context)
            self.beat(context)
        }
    }

    private func offend(_ offence: PeerOffence, _ context: ChannelHandlerContext) {
        network.punish(offence, link: link)
        end(.offence(offence), context)
    }

    /// Says why, and closes once that is sent.
    private func refuse(_ refusal: PeerRefusal, _ context: ChannelHandlerContext) {
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        write(.refuse(refusal), context, promise: sent)
        finish(.refused(refusal))
    }

    private func end(_ reason: PeerDownReason, _ context: ChannelHandlerContext) {
        guard !hasEnded else { return }
        finish(reason)
        context.close(promise: nil)
    }

    private func finish(_ reason: PeerDownReason) {
        phase = .ended
        deadline?.cancel()
        pulse?.cancel()
        pauseForRate?.cancel()
        reader = FrameReader()
        assembler = MessageAssembler()
        network.ended(link, reason)
    }
}
