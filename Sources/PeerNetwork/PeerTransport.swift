package import ByteCodec
package import Cryptography
import Dispatch
import Glibc
package import Logging
import NIOCore
import NIOPosix
import Synchronization

/// What a node tells its network.
package struct TransportConfiguration: Sendable {
    package var chainId: UInt64
    package var genesisHash: Bytes32
    package var agent = "cairn"
    /// Where to take peers; nil for a node that only dials.
    package var listen: (host: String, port: UInt16)?
    /// Host that others are told to use; nil for the address that they see.
    package var announcedHost: String?
    /// Peers to stay connected with, whatever the limits say.
    package var staticPeers: [PeerAddress] = []
    /// File that keeps the addresses of peers; nil for none.
    package var addressBook: String?
    package var limits = TransportLimits()

    package init(chainId: UInt64, genesisHash: Bytes32) {
        self.chainId = chainId
        self.genesisHash = genesisHash
    }
}

/// Why the network could not start.
package struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    package var description: String { message }
}

/// Authenticated connections to other nodes of the same chain, and opaque messages over them.
///
/// Nothing here waits for a peer: what is sent is put in line, what is received waits in ``inbox``.
package final class PeerTransport: Sendable {
    /// Where a node that is dialled stands.
    struct Dial: Sendable {
        var address: PeerAddress
        var failures = 0
        var next: UInt64 = 0
        var isUnderWay = false
        /// How the last attempt ended.
        var last: PeerDownReason?
    }

    struct State: Sendable {
        var isRunning = false
        /// The port that is listened on.
        var port: UInt16 = 0
        var listener: (any Channel)?
        /// Connections that were not admitted yet, with their number from each address.
        var greeting: [ObjectIdentifier: PeerLink] = [:]
        var greetingFrom: [String: Int] = [:]
        /// One connection a node.
        var links: [Address: PeerLink] = [:]
        var dials: [Address: Dial] = [:]
        var book: AddressBook
        var reputation: Reputation
        var lastExchange: UInt64 = 0
        var lastSave: UInt64 = 0
    }

    package let node: Address
    package let inbox = PeerInbox()
    let configuration: TransportConfiguration
    let staticNodes: Set<Address>
    let state: Mutex<State>
    let log: Logger
    private let security: TransportSecurity
    /// A thread of its own, for as long as the process lives: whoever floods JSON-RPC does not hold up votes.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let files = DispatchQueue(label: "cairn.peers.book")

    /// - Parameter key: the node key, whose address is this node's name.
    package init(_ configuration: TransportConfiguration, key: SecretKey, log: Logger) throws(TransportError) {
        self.configuration = configuration
        self.log = log
        node = key.publicKey.address
        let own = node
        let others = configuration.staticPeers.filter { $0.node != own }
        staticNodes = Set(others.map(\.node))
        do { security = try TransportSecurity(node: key) } catch {
            throw TransportError(message: "the TLS certificate cannot be made: \(error)")
        }
        var book = AddressBook(limits: configuration.limits)
        if let path = configuration.addressBook { book.load(path) }
        book.remove(own)
        var state = State(book: book, reputation: Reputation(limits: configuration.limits))
        for address in others { state.dials[address.node] = Dial(address: address) }
        self.state = Mutex(state)
    }

    /// Milliseconds of a clock that never goes back.
    package static var now: UInt64 { NIODeadline.now().uptimeNanoseconds / 1_000_000 }

    // MARK: - Start and stop

    /// Listens and begins to dial. Returns the port; 0 when it does not listen.
    @discardableResult
    package func start() async throws(TransportError) -> UInt16 {
        var port: UInt16 = 0
        var listener: (any Channel)?
        if let listen = configuration.listen {
            do {
                let channel = try await server().bind(host: listen.host, port: Int(listen.port)).get()
                listener = channel
                port = UInt16(clamping: channel.localAddress?.port ?? 0)
            } catch {
                let reason = (error as? IOError).map { unsafe String(cString: strerror($0.errnoCode)) } ?? "\(error)"
                throw TransportError(message: "cannot listen for peers on \(listen.host):\(listen.port): \(reason)")
            }
        }
        let (boundPort, boundListener) = (port, listener)
        state.withLock { state in
            state.isRunning = true
            state.port = boundPort
            state.listener = boundListener
        }
        let loop = Self.group.next()
        loop.scheduleRepeatedTask(
            initialDelay: .zero, delay: .milliseconds(configuration.limits.maintenance)
        ) { [weak self] task in
            guard let self, self.isRunning else { return task.cancel() }
            self.maintain(now: Self.now)
        }
        return port
    }

    var isRunning: Bool { state.withLock { $0.isRunning } }

    /// Closes everything and ends ``inbox``.
    package func stop() async {
        let (listener, links, text) = state.withLock { state in
            state.isRunning = false
            let links = Array(state.links.values) + Array(state.greeting.values)
            return (state.listener, links, state.book.isDirty ? state.book.text : nil)
        }
        try? await listener?.close().get()
        for link in links { link.tell(.end(.stopped)) }
        for link in links { try? await link.channel.closeFuture.get() }
        if let text { save(text) }
        files.sync {}
        inbox.finish()
    }

    private func server() -> ServerBootstrap {
        ServerBootstrap(group: Self.group)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.prepare(channel, dialled: nil) }
            }
    }

    private func prepare(_ channel: any Channel, dialled: PeerAddress?) throws {
        let link = PeerLink(channel: channel, dialled: dialled, limits: configuration.limits)
        guard greet(link) else { throw ChannelError.connectPending }
        try security.install(in: channel, PeerConnection(link: link, network: self), isClient: dialled != nil)
    }

    /// Dials; what comes of it is heard through `ended` and `rise`, or `dialFailed` when there was no connection.
    func dial(_ address: PeerAddress) {
        ClientBootstrap(group: Self.group)
            .connectTimeout(.milliseconds(configuration.limits.dial))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.prepare(channel, dialled: address) }
            }
            .connect(host: address.host, port: Int(address.port))
            .whenFailure { _ in self.dialFailed(address.node) }
    }

    /// What this node says first.
    var hello: PeerHello {
        PeerHello(
            chainId: configuration.chainId, genesisHash: configuration.genesisHash, node: node,
            listenPort: state.withLock { $0.port }, listenHost: configuration.announcedHost ?? "",
            agent: configuration.agent)
    }

    func save(_ text: String) {
        guard let path = configuration.addressBook else { return }
        let log = log
        files.async {
            do { try AddressBook.save(text, to: path) } catch {
                log.warning("the address book \(path) cannot be written: \(error)")
            }
        }
    }

    // MARK: - Messages

    /// Puts a message in a peer's line. A peer that is not there gets nothing; one whose line is full is dropped.
    package func send(_ bytes: [UInt8], on channel: PeerChannel, to peer: Address) {
        let link = state.withLock { $0.links[peer] }
        guard let link, link.facts.isUp else { return }
        link.send(bytes, on: channel)
        boundLines()
    }

    /// Puts a message in every peer's line but one's.
    package func broadcast(_ bytes: [UInt8], on channel: PeerChannel, except: Address? = nil) {
        let links = state.withLock { state in state.links.filter { $0.key != except }.values }
        for link in links where link.facts.isUp { link.send(bytes, on: channel) }
        boundLines()
    }

    /// Each line has its bound; this is the one of all of them, which many slow peers would pass together.
    private func boundLines() {
        let links = state.withLock { Array($0.links.values) }
        let lines = links.map { (link: $0, bytes: $0.queuedBytes) }
        guard lines.reduce(0, { $0 + $1.bytes }) > configuration.limits.queueBytesInAll else { return }
        lines.max { $0.bytes < $1.bytes }?.link.tell(.end(.tooSlow))
    }

    /// Counts points against a peer; at 100 it is dropped and banned.
    package func penalise(_ peer: Address, points: Int, reason: String) {
        let (link, isBanned) = state.withLock { state in
            (state.links[peer], state.reputation.add(points, to: peer, now: Self.now))
        }
        log.debug("peer \(peer): \(points) points: \(reason)")
        guard isBanned else { return }
        log.warning("peer \(peer) is banned: \(reason)")
        link?.tell(.end(.penalised))
    }

    /// Bans the node behind a connection; without an authenticated node there is nobody to blame.
    func punish(_ offence: PeerOffence, link: PeerLink) {
        guard let node = link.node else { return }
        _ = state.withLock { $0.reputation.add(PeerOffence.points, to: node, now: Self.now) }
        log.warning("peer \(node) is banned: \(offence.rawValue)")
    }
}
