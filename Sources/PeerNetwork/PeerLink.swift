import ByteCodec
import NIOCore
import Synchronization

/// One connection, as threads other than its own see it.
final class PeerLink: Sendable {
    enum Direction: String, Sendable { case inbound, outbound }

    /// What a connection is told by the outside, as events in its pipeline.
    enum Command: Sendable {
        case flush
        case pause
        case resume
        case control(PeerControl)
        case end(PeerDownReason)
    }

    /// What is known of the other side, and how the connection fares.
    struct Facts: Sendable {
        /// The node of the certificate, once TLS is done.
        var node: Address?
        var hello: PeerHello?
        var isUp = false
        var upSince: UInt64?
        var roundTrip: UInt64?
        var bytesIn: UInt64 = 0
        var bytesOut: UInt64 = 0
    }

    private struct State: Sendable {
        var queue: OutboundQueue
        var isFlushing = false
        var unread = 0
        var isPaused = false
        var facts = Facts()
    }

    let direction: Direction
    /// Whom and where we dialled; nil for a connection from outside.
    let dialled: PeerAddress?
    let remoteHost: String
    let channel: any Channel
    private let unreadLimit: Int
    private let state: Mutex<State>

    init(channel: any Channel, dialled: PeerAddress?, limits: TransportLimits) {
        self.channel = channel
        self.dialled = dialled
        direction = dialled == nil ? .inbound : .outbound
        let host = channel.remoteAddress?.ipAddress ?? dialled?.host ?? ""
        // An IPv4 peer on an IPv6 socket.
        remoteHost = host.hasPrefix("::ffff:") && host.contains(".") ? String(host.dropFirst(7)) : host
        unreadLimit = limits.unreadBytes
        state = Mutex(State(queue: OutboundQueue(limits: limits)))
    }

    // MARK: - Facts

    var facts: Facts { state.withLock { $0.facts } }
    var node: Address? { state.withLock { $0.facts.node } }
    var queuedBytes: Int { state.withLock { $0.queue.bytes } }

    func update(_ body: (inout Facts) -> Void) { state.withLock { body(&$0.facts) } }

    /// The address at which others may reach this peer; nil when it takes no connections.
    var listening: PeerAddress? {
        if let dialled { return dialled }
        guard let hello = facts.hello, hello.listenPort > 0 else { return nil }
        let host = hello.listenHost.isEmpty ? remoteHost : hello.listenHost
        return try? PeerAddress(node: hello.node, host: host, port: hello.listenPort)
    }

    // MARK: - Sending

    /// Never waits. A peer whose line is full is given up.
    func send(_ message: [UInt8], on channel: PeerChannel) {
        let command = state.withLock { state -> Command? in
            guard state.queue.append(message, on: channel) else { return .end(.tooSlow) }
            guard !state.isFlushing else { return nil }
            state.isFlushing = true
            return .flush
        }
        if let command { tell(command) }
    }

    /// What goes out next, up to about one part; nil when nothing waits.
    func nextBatch(_ allocator: ByteBufferAllocator) -> ByteBuffer? {
        state.withLock { state in
            guard let first = state.queue.next() else {
                state.isFlushing = false
                return nil
            }
            var buffer = allocator.buffer(capacity: first.part.count + Frame.headerBytes)
            buffer.write(first)
            while buffer.readableBytes < TransportLimits.partBytes / 2, let frame = state.queue.next() {
                buffer.write(frame)
            }
            state.facts.bytesOut &+= UInt64(buffer.readableBytes)
            return buffer
        }
    }

    func tell(_ command: Command) { channel.pipeline.fireUserInboundEventTriggered(command) }

    // MARK: - Unread bytes

    func addUnread(_ count: Int) {
        let pauses = state.withLock { state in
            state.unread += count
            guard state.unread > unreadLimit, !state.isPaused else { return false }
            state.isPaused = true
            return true
        }
        if pauses { tell(.pause) }
    }

    func removeUnread(_ count: Int) {
        let resumes = state.withLock { state in
            state.unread -= count
            guard state.isPaused, state.unread <= unreadLimit / 2 else { return false }
            state.isPaused = false
            return true
        }
        if resumes { tell(.resume) }
    }
}

extension ByteBuffer {
    mutating func write(_ frame: Frame) {
        writeBytes(Frame.header(length: frame.part.count, channel: frame.channel, isLast: frame.isLast))
        writeBytes(frame.part)
    }
}
