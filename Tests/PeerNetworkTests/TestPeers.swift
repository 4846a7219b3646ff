import ByteCodec
import Cryptography
import Foundation
import Logging
import PeerNetwork
import Testing

/// A node's transport in a test, with the events that its inbox has given so far.
final class TestPeer: Sendable {
    static let chainId: UInt64 = 20_261
    static let genesis = Keccak256.hash(utf8: "genesis")

    let transport: PeerTransport
    let port: UInt16

    static func key(_ number: UInt8) throws -> SecretKey {
        try SecretKey(Keccak256.hash(utf8: "node \(number)").bytes)
    }

    /// A node that nobody is.
    static func number(_ number: Int) -> Address { Address(words: 0, 0, UInt32(number)) }

    /// Limits with short times, so that what waits for one is over soon.
    static var limits: TransportLimits {
        var limits = TransportLimits()
        limits.exemptsLoopback = true
        limits.maintenance = 20
        limits.redial = 20
        limits.redialStatic = 100
        limits.exchange = 100
        return limits
    }

    init(
        _ number: UInt8, static peers: [PeerAddress] = [], limits: TransportLimits = TestPeer.limits,
        change: (inout TransportConfiguration) -> Void = { _ in }
    ) async throws {
        var configuration = TransportConfiguration(chainId: Self.chainId, genesisHash: Self.genesis)
        configuration.listen = ("127.0.0.1", 0)
        configuration.agent = "test \(number)"
        configuration.staticPeers = peers
        configuration.limits = limits
        change(&configuration)
        var log = Logger(label: "peer-\(number)") { StreamLogHandler.standardError(label: $0) }
        log.logLevel = .critical
        transport = try PeerTransport(configuration, key: try Self.key(number), log: log)
        port = try await transport.start()
    }

    var node: Address { transport.node }

    var address: PeerAddress { get throws { try PeerAddress(node: node, host: "127.0.0.1", port: port) } }

    /// The first event that `match` takes for what it wants; others are passed over.
    func event<Value>(_ match: (PeerEvent) -> Value?) async throws -> Value {
        for await event in transport.inbox {
            if let value = match(event) { return value }
        }
        throw Ended()
    }

    func up() async throws -> Address { try await event { if case .up(let node) = $0 { node } else { nil } } }

    func down() async throws -> PeerDownReason {
        try await event { if case .down(_, let reason) = $0 { reason } else { nil } }
    }

    /// Why the next connection did not come about. Attempts that merely failed do not count.
    func refusal() async throws -> PeerDownReason {
        try await event { if case .refused(_, let reason) = $0, reason != .closed { reason } else { nil } }
    }

    func message() async throws -> (PeerChannel, [UInt8]) {
        try await event { if case .message(let channel, let bytes, _) = $0 { (channel, bytes) } else { nil } }
    }

    struct Ended: Error {}
}

/// Runs a body and stops the peers afterwards, whatever happened.
func with(_ peers: TestPeer..., body: () async throws -> Void) async throws {
    let outcome: Result<Void, any Error>
    do {
        try await body()
        outcome = .success(())
    } catch {
        outcome = .failure(error)
    }
    for peer in peers { await peer.transport.stop() }
    try outcome.get()
}
