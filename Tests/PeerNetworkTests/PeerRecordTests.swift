import ByteCodec
import Cryptography
import Foundation
import PeerNetwork
import Testing

struct PeerRecordTests {
    private func address(_ number: UInt64, _ host: String = "10.0.0.1") throws -> PeerAddress {
        try PeerAddress(node: TestPeer.number(Int(number)), host: host, port: 30_303)
    }

    private func add(_ book: inout AddressBook, _ number: UInt64, _ host: String, _ isTaken: Bool) throws {
        let result = book.add(try address(number, host))
        #expect(result == isTaken)
    }

    @Test(arguments: ["node.example.org:1", "127.0.0.1:65535", "[2001:db8::1]:30303"])
    func anAddressIsReadAsItIsWritten(_ endpoint: String) throws {
        let text = "0x00000000000000000000000000000000000000aa@\(endpoint)"
        #expect(try PeerAddress(text).description == text)
    }

    @Test(arguments: [
        ("127.0.0.1:1", PeerAddress.Rejection.missingNode), ("0x12@127.0.0.1:1", .invalidNode),
        ("0x00000000000000000000000000000000000000aa@:1", .invalidHost),
        ("0x00000000000000000000000000000000000000aa@a b:1", .invalidHost),
        ("0x00000000000000000000000000000000000000aa@::1:1", .invalidHost),
        ("0x00000000000000000000000000000000000000aa@host", .invalidPort),
        ("0x00000000000000000000000000000000000000aa@host:0", .invalidPort),
        ("0x00000000000000000000000000000000000000aa@host:65536", .invalidPort),
    ]) func anAddressThatIsNone(_ text: String, _ rejection: PeerAddress.Rejection) {
        #expect(throws: rejection) { try PeerAddress(text) }
    }

    @Test func controlMessagesAreReadAsTheyAreWritten() throws {
        let hello = PeerHello(
            chainId: 1, genesisHash: Keccak256.hash(utf8: "x"), node: TestPeer.number(Int(3)), listenPort: 4,
            listenHost: "host", agent: "agent")
        let messages: [PeerControl] = [
            .hello(hello), .accept, .refuse(.banned), .ping(7), .pong(8), .addresses([try address(1), try address(2)]),
        ]
        for message in messages {
            let bytes = message.encoded
            #expect(try PeerControl(decoding: bytes) == message)
            for count in bytes.indices {
                #expect(throws: PeerControl.Rejection.self) { try PeerControl(decoding: Array(bytes.prefix(count))) }
            }
            #expect(throws: PeerControl.Rejection.self) { try PeerControl(decoding: bytes + [0]) }
        }
        for refusal in PeerRefusal.allCases {
            #expect(try PeerControl(decoding: PeerControl.refuse(refusal).encoded) == .refuse(refusal))
        }
    }

    @Test func controlMessagesAboveALimit() throws {
        #expect(throws: PeerControl.Rejection.reader(.countTooLarge)) {
            try PeerControl(decoding: [6, 0, 0, 0, 33])
        }
        #expect(throws: PeerControl.Rejection.unknownRefusal) { try PeerControl(decoding: [3, 99]) }
        #expect(throws: PeerControl.Rejection.unknownKind) { try PeerControl(decoding: [7]) }
        var hello = RawPeer.hello(as: 1)
        hello.agent = "bell\u{7}"
        #expect(throws: PeerControl.Rejection.invalidText) {
            try PeerControl(decoding: PeerControl.hello(hello).encoded)
        }
    }

    @Test func pointsFadeAndAHundredBanForATime() {
        var limits = TransportLimits()
        limits.ban = 5_000
        var reputation = Reputation(limits: limits)
        let peer = TestPeer.number(Int(1))
        #expect(reputation.add(60, to: peer, now: 0) == false)
        #expect(reputation.points(peer, now: 20_000) == 40)
        #expect(reputation.add(59, to: peer, now: 20_000) == false)
        #expect(!reputation.isBanned(peer, now: 20_000))
        #expect(reputation.add(1, to: peer, now: 20_000) == true)
        #expect(reputation.isBanned(peer, now: 24_999))
        #expect(reputation.banned(now: 24_999) == [peer])
        #expect(!reputation.isBanned(peer, now: 25_000))
    }

    @Test func recordsOfPointsAreBounded() {
        var reputation = Reputation(limits: TransportLimits())
        #expect(reputation.add(100, to: TestPeer.number(Int(0)), now: 1) == true)
        for number in 1...UInt64(Reputation.maxRecords) {
            _ = reputation.add(1, to: TestPeer.number(Int(number)), now: number)
        }
        #expect(reputation.isBanned(TestPeer.number(Int(0)), now: 2), "whoever is banned stays so")
        #expect(reputation.points(TestPeer.number(Int(1)), now: 1) == 0, "the stalest record went")
    }

    @Test func aRateLetsBurstsThroughAndThenItsShare() {
        var meter = RateMeter(perSecond: 1_000, burstSeconds: 2, now: 0)
        #expect(meter.take(2_000, now: 0) == 0)
        #expect(meter.take(500, now: 0) == 501)
        #expect(meter.take(0, now: 600) == 0)
        // Time that goes by in small steps is not lost.
        var slow = RateMeter(perSecond: 1, burstSeconds: 1, now: 0)
        #expect(slow.take(1, now: 0) == 0)
        for now in 1...999 { #expect(slow.take(0, now: UInt64(now)) == 0) }
        #expect(slow.take(1, now: 1_000) == 0)
        #expect(slow.take(1, now: 1_000) > 0)
    }

    @Test func theBookIsReadAsItIsWritten() throws {
        var book = AddressBook(limits: TransportLimits())
        for number in 1...5 { try add(&book, UInt64(number), "10.0.\(number).1", true) }
        book.add(try address(2, "10.9.9.9"), isConfirmed: true)
        book.failed(TestPeer.number(Int(3)))
        var copy = AddressBook(limits: TransportLimits())
        copy.read(book.text)
        #expect(copy.entries == book.entries)
        #expect(copy.entries[TestPeer.number(Int(2))]?.address.host == "10.9.9.9")
        #expect(!copy.isDirty)
    }

    @Test(arguments: ["", "something else\n", "cairn peers 1\n0x12@host:1 0 0\nx\n0x 0 0\n\n \u{0}"])
    func aBookThatCannotBeReadIsEmpty(_ text: String) {
        var book = AddressBook(limits: TransportLimits())
        book.read(text)
        #expect(book.entries.isEmpty)
    }

    @Test func theBookIsBoundedInAllAndForEachNetwork() throws {
        var limits = TransportLimits()
        limits.bookEntries = 10
        limits.bookPerNetwork = 4
        var book = AddressBook(limits: limits)
        for number in 1...6 { try add(&book, UInt64(number), "10.0.0.\(number)", number <= 4) }
        for number in 11...16 { try add(&book, UInt64(number), "10.1.\(number).1", true) }
        try add(&book, 20, "10.2.0.1", false)
        // One that failed makes room.
        book.failed(TestPeer.number(Int(12)))
        try add(&book, 20, "10.2.0.1", true)
        #expect(book.entries[TestPeer.number(Int(12))] == nil)
        #expect(book.entries.count == 10)
    }

    /// A book on disk brings a node back to its peers without a static one.
    @Test(.timeLimit(.minutes(2))) func aNodeFindsItsPeersAgainThroughItsBook() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "cairn-book-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try await TestPeer(1)
        let second = try await TestPeer(2, static: [try first.address]) { $0.addressBook = path }
        _ = try await second.up()
        await second.transport.stop()
        let again = try await TestPeer(2) { $0.addressBook = path }
        try await with(first, again) {
            let node = try await again.up()
            #expect(node == first.node)
        }
    }
}
