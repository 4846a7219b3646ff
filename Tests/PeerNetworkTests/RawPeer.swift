import ByteCodec
import Cryptography
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import PeerNetwork

/// A client that speaks TLS with a node's certificate and whatever it likes inside.
final class RawPeer: Sendable {
    private let channel: any Channel
    private let frames: AsyncStream<Frame>

    private init(channel: any Channel, frames: AsyncStream<Frame>) {
        self.channel = channel
        self.frames = frames
    }

    /// Connects with the certificate of node `number`; TLS is done when this returns.
    static func connect(to peer: TestPeer, as number: UInt8) async throws -> RawPeer {
        let key = try EphemeralKey()
        let bytes = try NodeCertificate.make(key: key, node: try TestPeer.key(number))
        return try await connect(to: peer, certificate: bytes, key: key)
    }

    static func connect(
        to peer: TestPeer, certificate: [UInt8], key: EphemeralKey,
        change: (inout TLSConfiguration) throws -> Void = { _ in }
    ) async throws -> RawPeer {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateChain = [.certificate(try NIOSSLCertificate(bytes: certificate, format: .der))]
        configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: try key.pkcs8(), format: .der))
        configuration.certificateVerification = .none
        configuration.minimumTLSVersion = .tlsv13
        try change(&configuration)
        let context = try NIOSSLContext(configuration: configuration)
        let (frames, continuation) = AsyncStream.makeStream(of: Frame.self)
        let ready = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(try NIOSSLClientHandler(context: context, serverHostname: nil))
                    try pipeline.addHandler(Frames(continuation, ready))
                }
            }
            .connect(host: "127.0.0.1", port: Int(peer.port)).get()
        try await ready.futureResult.get()
        return RawPeer(channel: channel, frames: frames)
    }

    /// The hello that a node of the tests' chain says.
    static func hello(as number: UInt8) -> PeerHello {
        PeerHello(
            chainId: TestPeer.chainId, genesisHash: TestPeer.genesis,
            node: (try? TestPeer.key(number))?.publicKey.address ?? .zero, listenPort: 0, listenHost: "",
            agent: "raw")
    }

    func send(_ hello: PeerHello) async throws { try await send(PeerControl.hello(hello)) }

    func send(_ control: PeerControl) async throws { try await send(frame: control.encoded) }

    func send(frame part: [UInt8], channel number: UInt8 = 0) async throws {
        var writer = ByteWriter()
        writer.u32(UInt32(part.count))
        writer.u8(number)
        writer.u8(1)
        writer.raw(part)
        try await send(raw: writer.bytes)
    }

    func send(raw bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    /// The next control message that is no hello and no pulse; nil when the node has closed.
    func next() async throws -> PeerControl? {
        for await frame in frames where frame.channel == nil {
            switch try PeerControl(decoding: frame.part) {
            case .hello, .ping, .addresses: continue
            case let message: return message
            }
        }
        return nil
    }

    /// Greets, and waits until the node has accepted.
    func greet(as number: UInt8) async throws {
        try await send(Self.hello(as: number))
        _ = try await next()
        try await send(PeerControl.accept)
    }

    /// Once the node has closed the connection.
    func closed() async { _ = try? await channel.closeFuture.get() }

    func close() async { try? await channel.close() }
}

private final class Frames: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let continuation: AsyncStream<Frame>.Continuation
    private let ready: EventLoopPromise<Void>
    private var reader = FrameReader()

    init(_ continuation: AsyncStream<Frame>.Continuation, _ ready: EventLoopPromise<Void>) {
        self.continuation = continuation
        self.ready = ready
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { ready.succeed() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        reader.append(unwrapInboundIn(data).readableBytesView)
        while let frame = try? reader.next() { continuation.yield(frame) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ready.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        ready.fail(ChannelError.eof)
        continuation.finish()
    }
}
