import ByteCodec
import Cryptography
import PeerNetwork
import Testing

/// Each refusal by its name, on the side that refuses and on the side that is refused.
@Suite(.timeLimit(.minutes(2))) struct RefusalTests {
    private func expect(
        _ refusal: PeerRefusal, host: TestPeer, guest: TestPeer, onBothSides: Bool = true
    ) async throws {
        try await with(host, guest) {
            // Both hellos cross, so either side may be the one that finds the fault.
            let here = try await host.refusal()
            let there = try await guest.refusal()
            let names: Set<PeerDownReason> = [.refused(refusal), .refusedByPeer(refusal)]
            #expect(names.contains(here), "\(here)")
            if onBothSides { #expect(names.contains(there), "\(there)") }
        }
    }

    @Test func anotherChain() async throws {
        let host = try await TestPeer(1)
        let guest = try await TestPeer(2, static: [try host.address]) { $0.chainId = 1 }
        try await expect(.wrongChain, host: host, guest: guest)
    }

    @Test func anotherGenesis() async throws {
        let host = try await TestPeer(1)
        let guest = try await TestPeer(2, static: [try host.address]) {
            $0.genesisHash = Keccak256.hash(utf8: "other genesis")
        }
        try await expect(.wrongGenesis, host: host, guest: guest)
    }

    @Test func oneself() async throws {
        let host = try await TestPeer(1)
        // The same key at another port: whoever is dialled here is the node itself.
        let alias = try PeerAddress(node: host.node, host: "127.0.0.1", port: host.port)
        let mirror = try await TestPeer(1, static: [alias])
        #expect(mirror.transport.status.missing.isEmpty, "a node does not dial itself")
        let raw = try await RawPeer.connect(to: host, as: 1)
        try await with(host, mirror) {
            try await raw.send(RawPeer.hello(as: 1))
            #expect(try await raw.next() == .refuse(.ownNode))
            #expect(try await host.refusal() == .refused(.ownNode))
        }
    }

    @Test func anotherNodeThanDialled() async throws {
        let host = try await TestPeer(1)
        let wrong = try PeerAddress(node: TestPeer.number(Int(7)), host: "127.0.0.1", port: host.port)
        let guest = try await TestPeer(2, static: [wrong])
        try await expect(.wrongNode, host: host, guest: guest)
    }

    @Test func aVersionThatIsNotSpoken() async throws {
        let host = try await TestPeer(1)
        try await with(host) {
            let raw = try await RawPeer.connect(to: host, as: 2)
            var hello = RawPeer.hello(as: 2)
            hello.version = 1
            try await raw.send(hello)
            #expect(try await raw.next() == .refuse(.wrongVersion))
            #expect(try await host.refusal() == .refused(.wrongVersion))
        }
    }

    @Test func noPlaceLeft() async throws {
        var limits = TestPeer.limits
        limits.inbound = 1
        let host = try await TestPeer(1, limits: limits)
        let first = try await TestPeer(2, static: [try host.address])
        _ = try await host.up()
        let second = try await TestPeer(3, static: [try host.address])
        try await expect(.tooManyPeers, host: host, guest: second)
        await first.transport.stop()
    }

    @Test(arguments: [PeerRefusal.tooManyFromAddress, .tooManyFromNetwork])
    func tooManyNeighbours(_ refusal: PeerRefusal) async throws {
        var limits = TestPeer.limits
        limits.exemptsLoopback = false
        limits.perAddress = refusal == .tooManyFromAddress ? 1 : 10
        limits.perNetwork = 1
        let host = try await TestPeer(1, limits: limits)
        let first = try await TestPeer(2, static: [try host.address])
        _ = try await host.up()
        let second = try await TestPeer(3, static: [try host.address])
        try await expect(refusal, host: host, guest: second)
        await first.transport.stop()
    }
}
