import NIOCore
import NIOPosix

/// A TCP connection on which a test says exactly which bytes go out.
struct RawConnection {
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var received = ByteBuffer()

    static func open<Result>(port: Int, _ body: (inout RawConnection) async throws -> Result) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(outbound: outbound, inbound: inbound.makeAsyncIterator())
            return try await body(&connection)
        }
    }

    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

    /// All that comes until the server closes the connection.
    mutating func readToEnd() async throws -> String {
        // A server that closes with bytes of ours unread resets the connection: that is an end too.
        while let next = try? await inbound.next() { received.writeImmutableBuffer(next) }
        return String(buffer: received)
    }

    /// What comes up to and with the first `mark`; nil when the connection ends before it.
    mutating func read(through mark: String) async throws -> String? {
        while true {
            let text = String(buffer: received)
            if let range = text.firstRange(of: mark) {
                let found = String(text[..<range.upperBound])
                received.moveReaderIndex(forwardBy: found.utf8.count)
                return found
            }
            guard let next = try await inbound.next() else { return nil }
            received.writeImmutableBuffer(next)
        }
    }

    mutating func read(count: Int) async throws -> [UInt8]? {
        while received.readableBytes < count {
            guard let next = try await inbound.next() else { return nil }
            received.writeImmutableBuffer(next)
        }
        return received.readBytes(length: count)
    }
}
