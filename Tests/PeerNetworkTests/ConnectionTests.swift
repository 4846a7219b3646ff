import ByteCodec
import Cryptography
import PeerNetwork
import Testing

@Suite(.timeLimit(.minutes(2))) struct ConnectionTests {
    @Test func twoNodesMeetAndTalk() async throws {
        let first = try await TestPeer(1)
        let second = try await TestPeer(2, static: [try first.address])
        try await with(first, second) {
            #expect(try await first.up() == second.node)
            #expect(try await second.up() == first.node)
            first.transport.send([1, 2, 3], on: .consensus, to: second.node)
            let (channel, bytes) = try await second.message()
            #expect(channel == .consensus)
            #expect(bytes == [1, 2, 3])
            second.transport.broadcast([4], on: .transaction)
            #expect(try await first.message().1 == [4])

            let status = first.transport.status
            #expect(status.peers.map(\.node) == [second.node])
            #expect(status.peers.first?.isInbound == true)
            #expect(status.peers.first?.agent == "test 2")
            #expect(status.peers.first?.listening == (try second.address))
            #expect(second.transport.peerCount == 1)
        }
    }

    /// Two nodes that dial each other at once end with one connection, on which messages arrive.
    @Test(arguments: 0..<8) func bothDialAndOneConnectionStays(_ round: Int) async throws {
        let first = try await TestPeer(1)
        let second = try await TestPeer(2, static: [try first.address])
        let address = try PeerAddress(node: second.node, host: "127.0.0.1", port: second.port)
        await first.transport.stop()
        // The first one starts again on its old port, now with the second as its peer.
        let port = first.port
        let again = try await TestPeer(1, static: [address]) { $0.listen = ("127.0.0.1", port) }
        try await with(again, second) {
            // Each connection that comes about is greeted with a message: the last one stays, so one arrives.
            let greeting = Task {
                for await case .up(let node) in second.transport.inbox {
                    second.transport.send([7], on: .block, to: node)
                }
            }
            let (_, bytes) = try await again.message()
            #expect(bytes == [7])
            greeting.cancel()
            #expect(again.transport.peerCount == 1)
        }
    }

    /// A vote overtakes a block of many parts, and both arrive whole.
    @Test func longMessagesArriveWholeAndVotesOvertakeThem() async throws {
        let first = try await TestPeer(1)
        let second = try await TestPeer(2, static: [try first.address])
        try await with(first, second) {
            _ = try await first.up()
            _ = try await second.up()
            let block = (0..<(24 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            first.transport.send(block, on: .block, to: second.node)
            first.transport.send([9], on: .consensus, to: second.node)
            let early = try await second.message()
            #expect(early.0 == .consensus)
            #expect(early.1 == [9])
            let late = try await second.message()
            #expect(late.0 == .block)
            #expect(late.1 == block)
        }
    }

    /// One takes blocks and has its hands full; the other one goes on with all the rest.
    @Test func consumersOfDifferentChannelsDoNotWaitForOneAnother() async throws {
        let first = try await TestPeer(1)
        let second = try await TestPeer(2, static: [try first.address])
        try await with(first, second) {
            _ = try await second.up()
            let blocks = first.transport.inbox.messages(on: [.block, .sync])
            var rest = first.transport.inbox.events(besides: [.block, .sync]).makeAsyncIterator()
            #expect(await rest.next() == .up(second.node))
            second.transport.send([1], on: .sync, to: first.node)
            second.transport.send([2], on: .block, to: first.node)
            second.transport.send([3], on: .consensus, to: first.node)
            // Nobody has taken the block.
            #expect(await rest.next() == .message(.consensus, [3], from: second.node))
            var iterator = blocks.makeAsyncIterator()
            let taken = [await iterator.next(), await iterator.next()]
            #expect(Set(taken) == [.message(.block, [2], from: second.node), .message(.sync, [1], from: second.node)])
            // A consumer that gives up leaves the others waiting.
            let waiting = Task { () -> PeerEvent? in
                for await event in blocks { return event }
                return nil
            }
            waiting.cancel()
            #expect(await waiting.value == nil)
            second.transport.send([4], on: .transaction, to: first.node)
            #expect(await rest.next() == .message(.transaction, [4], from: second.node))
        }
    }

    @Test func aStoppedPeerIsDownAndComesBack() async throws {
        let first = try await TestPeer(1)
        let second = try await TestPeer(2, static: [try first.address])
        let port = first.port
        _ = try await second.up()
        await first.transport.stop()
        _ = try await second.down()
        let again = try await TestPeer(1) { $0.listen = ("127.0.0.1", port) }
        try await with(again, second) {
            let node = try await second.up()
            #expect(node == again.node)
        }
    }

    /// A third node that knows one peer learns of the others and dials them.
    @Test func peersAreToldOfEachOther() async throws {
        let first = try await TestPeer(1)
        let second = try await TestPeer(2, static: [try first.address])
        let third = try await TestPeer(3, static: [try first.address])
        try await with(first, second, third) {
            var seen: Set<Address> = []
            while seen.count < 2 { seen.insert(try await third.up()) }
            #expect(seen == [first.node, second.node])
        }
    }

    /// A consumer that takes nothing stops the sender's socket; nothing is lost, and memory stays bounded.
    @Test func unreadBytesHoldUpTheSender() async throws {
        var limits = TestPeer.limits
        limits.unreadBytes = 1 << 20
        let first = try await TestPeer(1, limits: limits)
        let second = try await TestPeer(2, static: [try first.address])
        try await with(first, second) {
            _ = try await second.up()
            let message = [UInt8](repeating: 5, count: 1 << 20)
            for number in 0..<40 { second.transport.send(message + [UInt8(number)], on: .sync, to: first.node) }
            for number in 0..<40 {
                let (_, bytes) = try await first.message()
                #expect(bytes.count == message.count + 1)
                #expect(bytes.last == UInt8(number))
            }
        }
    }

    /// A peer that does not take in what it is sent is dropped once its line is full.
    @Test func aFullLineDropsThePeer() async throws {
        var limits = TestPeer.limits
        limits.unreadBytes = 1
        limits.queueMessages = 64
        let first = try await TestPeer(1, limits: limits)
        let second = try await TestPeer(2, static: [try first.address], limits: limits)
        try await with(first, second) {
            _ = try await second.up()
            let message = [UInt8](repeating: 5, count: 1 << 20)
            var sent = 0
            while second.transport.peerCount == 1, sent < 10_000 {
                second.transport.send(message, on: .transaction, to: first.node)
                sent += 1
                await Task.yield()
            }
            #expect(try await second.down() == .tooSlow)
        }
    }

    /// Peers whose own lines are not full, and which are too much together: the one with the longest lines goes.
    @Test func linesAreBoundedTogether() async throws {
        var limits = TestPeer.limits
        limits.queueBytesInAll = 48 << 20
        var reader = TestPeer.limits
        reader.unreadBytes = 1
        let slow = try await TestPeer(1, limits: reader)
        let slower = try await TestPeer(2, limits: reader)
        let host = try await TestPeer(3, static: [try slow.address, try slower.address], limits: limits)
        try await with(host, slow, slower) {
            _ = try await host.up()
            _ = try await host.up()
            let message = [UInt8](repeating: 5, count: 1 << 20)
            // Sockets take some of it; the difference of the two lines is greater than that.
            for _ in 0..<16 { host.transport.send(message, on: .sync, to: slow.node) }
            for _ in 0..<48 { host.transport.send(message, on: .sync, to: slower.node) }
            let down = try await host.event { event -> (Address, PeerDownReason)? in
                if case .down(let node, let reason) = event { (node, reason) } else { nil }
            }
            #expect(down == (slower.node, .tooSlow))
        }
    }

    @Test func penaltiesAddUpToABan() async throws {
        let first = try await TestPeer(1)
        let second = try await TestPeer(2, static: [try first.address])
        try await with(first, second) {
            _ = try await first.up()
            for _ in 0..<5 { first.transport.penalise(second.node, points: 20, reason: "test") }
            #expect(try await first.down() == .penalised)
            #expect(first.transport.status.banned == [second.node])
            // It tries again, being a static peer of the other side, and is refused by name on both sides.
            #expect(try await first.refusal() == .refused(.banned))
            #expect(try await second.refusal() == .refusedByPeer(.banned))
        }
    }

    @Test func aPortInUseIsToldPlainly() async throws {
        let first = try await TestPeer(1)
        try await with(first) {
            let error = await #expect(throws: TransportError.self) {
                _ = try await TestPeer(2) { $0.listen = ("127.0.0.1", first.port) }
            }
            #expect(error?.message.contains("Address already in use") == true)
        }
    }
}
