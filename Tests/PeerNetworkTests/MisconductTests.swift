import ByteCodec
import Cryptography
import NIOCore
import NIOPosix
import NIOSSL
import PeerNetwork
import Testing

/// What a peer cannot do to a node: each attempt ends its connection with its name.
@Suite(.timeLimit(.minutes(2))) struct MisconductTests {
    static let frames: [(PeerOffence, [UInt8])] = [
        (.oversizeFrame, [0, 1, 0, 1, 1, 1]), (.oversizeFrame, [255, 255, 255, 255, 1, 1]),
        (.emptyFrame, [0, 0, 0, 0, 1, 1]), (.unknownChannel, [0, 0, 0, 1, 7, 1, 0]),
        (.invalidFrame, [0, 0, 0, 1, 1, 2, 0]), (.malformedControl, [0, 0, 0, 1, 0, 1, 99]),
        (.outOfOrder, [0, 0, 0, 1, 0, 1, 2]),
    ]

    @Test(arguments: frames) func aFrameThatNobodySends(_ offence: PeerOffence, _ bytes: [UInt8]) async throws {
        let host = try await TestPeer(1)
        try await with(host) {
            let raw = try await RawPeer.connect(to: host, as: 2)
            try await raw.greet(as: 2)
            _ = try await host.up()
            try await raw.send(raw: bytes)
            #expect(try await host.down() == .offence(offence))
            await raw.closed()
            #expect(host.transport.status.banned.count == 1)
        }
    }

    @Test func aMessageAboveItsChannelsLimit() async throws {
        let host = try await TestPeer(1)
        try await with(host) {
            let raw = try await RawPeer.connect(to: host, as: 2)
            try await raw.greet(as: 2)
            _ = try await host.up()
            var part: [UInt8] = [0, 1, 0, 0, 1, 0]
            part += [UInt8](repeating: 1, count: 64 << 10)
            for _ in 0...16 { try? await raw.send(raw: part) }
            #expect(try await host.down() == .offence(.oversizeMessage))
            await raw.close()
        }
    }

    @Test func aMessageBeforeTheHello() async throws {
        let host = try await TestPeer(1)
        try await with(host) {
            let raw = try await RawPeer.connect(to: host, as: 2)
            try await raw.send(frame: [1, 2, 3], channel: 1)
            #expect(try await host.refusal() == .offence(.outOfOrder))
            await raw.closed()
        }
    }

    /// A peer that says more than its rate is read no faster: a lower bound of time, which a busy machine only lengthens.
    @Test func aChattererIsReadAtItsRate() async throws {
        var limits = TestPeer.limits
        limits.messagesPerSecond = 20
        limits.burstSeconds = 1
        let host = try await TestPeer(1, limits: limits)
        try await with(host) {
            let raw = try await RawPeer.connect(to: host, as: 2)
            try await raw.greet(as: 2)
            _ = try await host.up()
            // What comes with one read of the socket is taken, and then the socket is left alone until it is paid for.
            for number in 0..<60 { try await raw.send(frame: [UInt8(number)], channel: 1) }
            for number in 0..<60 { #expect(try await host.message().1 == [UInt8(number)]) }
            let start = ContinuousClock.now
            try await raw.send(frame: [60], channel: 1)
            #expect(try await host.message().1 == [60])
            #expect(ContinuousClock.now - start >= .seconds(1))
            await raw.close()
        }
    }

    /// TLS done, and then silence: the place is free again after the handshake's time.
    @Test func noHello() async throws {
        var limits = TestPeer.limits
        limits.handshake = 200
        let host = try await TestPeer(1, limits: limits)
        try await with(host) {
            let raw = try await RawPeer.connect(to: host, as: 2)
            #expect(try await host.refusal() == .handshakeTimeout)
            await raw.closed()
        }
    }

    /// Bytes that come one by one for ever (slow loris), or that are no TLS at all.
    @Test(arguments: [Array("GET / HTTP/1.1\r\n\r\n".utf8), [0x16], [UInt8](repeating: 0xff, count: 4_096), []])
    func noTLS(_ bytes: [UInt8]) async throws {
        var limits = TestPeer.limits
        limits.handshake = 200
        let host = try await TestPeer(1, limits: limits)
        try await with(host) {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: Int(host.port)).get()
            try? await channel.writeAndFlush(ByteBuffer(bytes: bytes))
            let reason = try await host.event { event -> PeerDownReason? in
                if case .refused(nil, let reason) = event { reason } else { nil }
            }
            #expect([.closed, .handshakeTimeout].contains(reason))
            try? await channel.close()
        }
    }

    /// Without a sign of life a peer is gone, though its connection stands.
    @Test func silence() async throws {
        var limits = TestPeer.limits
        limits.ping = 20
        limits.silence = 200
        let host = try await TestPeer(1, limits: limits)
        try await with(host) {
            let raw = try await RawPeer.connect(to: host, as: 2)
            try await raw.greet(as: 2)
            _ = try await host.up()
            #expect(try await host.down() == .silent)
            await raw.closed()
        }
    }

    @Test func aCertificateWithoutANodeKey() async throws {
        let host = try await TestPeer(1)
        try await with(host) {
            let key = try EphemeralKey()
            var bytes = try NodeCertificate.make(key: key, node: try TestPeer.key(2))
            // Another object identifier than ours, of the same length.
            let position = try #require(CertificateTests.position(of: CertificateTests.identifier, in: bytes))
            bytes[position + CertificateTests.identifier.count - 1] ^= 1
            let raw = try? await RawPeer.connect(to: host, certificate: bytes, key: key)
            #expect(try await host.refusal() == .certificate(.noNodeKey))
            await raw?.closed()
        }
    }

    /// The other version of TLS that libraries still speak is refused, though the certificate is good.
    @Test func anOlderTLS() async throws {
        let host = try await TestPeer(1)
        try await with(host) {
            let key = try EphemeralKey()
            let bytes = try NodeCertificate.make(key: key, node: try TestPeer.key(2))
            await #expect(throws: (any Error).self) {
                _ = try await RawPeer.connect(to: host, certificate: bytes, key: key) {
                    $0.minimumTLSVersion = .tlsv12
                    $0.maximumTLSVersion = .tlsv12
                }
            }
            #expect(host.transport.peerCount == 0)
            let raw = try await RawPeer.connect(to: host, certificate: bytes, key: key) {
                $0.minimumTLSVersion = .tlsv12
            }
            try await raw.greet(as: 2)
            _ = try await host.up()
            await raw.close()
        }
    }

    @Test(arguments: [0, 2]) func noCertificateOrTwo(_ count: Int) async throws {
        let host = try await TestPeer(1)
        try await with(host) {
            let key = try EphemeralKey()
            let bytes = try NodeCertificate.make(key: key, node: try TestPeer.key(2))
            let raw = try? await RawPeer.connect(to: host, certificate: bytes, key: key) {
                guard let first = $0.certificateChain.first else { return }
                $0.certificateChain = [NIOSSLCertificateSource](repeating: first, count: count)
                if count == 0 { $0.privateKey = nil }
            }
            let reason = try await host.event { event -> PeerDownReason? in
                if case .refused(nil, let reason) = event { reason } else { nil }
            }
            #expect(reason == (count == 0 ? .closed : .certificate(.notOne)))
            await raw?.closed()
        }
    }

    /// The certificate of one node with the hello of another.
    @Test func theHelloOfAnotherNode() async throws {
        let host = try await TestPeer(1)
        try await with(host) {
            let raw = try await RawPeer.connect(to: host, as: 2)
            try await raw.send(RawPeer.hello(as: 3))
            #expect(try await raw.next() == .refuse(.wrongNode))
            #expect(try await host.refusal() == .refused(.wrongNode))
        }
    }
}
