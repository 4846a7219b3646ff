import ByteCodec
import PeerNetwork
import Testing

struct FrameTests {
    private func wire(_ frames: [Frame]) -> [UInt8] {
        frames.flatMap { Frame.header(length: $0.part.count, channel: $0.channel, isLast: $0.isLast) + $0.part }
    }

    private let samples = [
        Frame(channel: .consensus, isLast: true, part: [1]),
        Frame(channel: nil, isLast: true, part: [UInt8](repeating: 2, count: 300)),
        Frame(channel: .sync, isLast: false, part: [UInt8](repeating: 3, count: TransportLimits.partBytes)),
    ]

    @Test(arguments: [1, 2, 5, 6, 7, 1_000, 1 << 20]) func framesAreCutFromPiecesOfAnySize(_ size: Int) throws {
        let bytes = wire(samples)
        var reader = FrameReader()
        var found: [Frame] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            reader.append(bytes[start..<min(bytes.count, start + size)])
            while let frame = try reader.next() { found.append(frame) }
        }
        #expect(found == samples)
    }

    @Test(arguments: MisconductTests.frames.prefix(5)) func aHeaderIsJudgedBeforeItsPartArrives(
        _ offence: PeerOffence, _ bytes: [UInt8]
    ) {
        var reader = FrameReader()
        reader.append(bytes.prefix(Frame.headerBytes))
        #expect(throws: offence) { try reader.next() }
    }

    @Test func partsOfChannelsMayAlternate() throws {
        var assembler = MessageAssembler()
        try expect(nil, &assembler, Frame(channel: .block, isLast: false, part: [1]))
        try expect(nil, &assembler, Frame(channel: .sync, isLast: false, part: [2]))
        try expect([9], &assembler, Frame(channel: .consensus, isLast: true, part: [9]))
        try expect([1, 3], &assembler, Frame(channel: .block, isLast: true, part: [3]))
        try expect([2, 4], &assembler, Frame(channel: .sync, isLast: true, part: [4]))
        // What follows is a new message.
        try expect([5], &assembler, Frame(channel: .block, isLast: true, part: [5]))
    }

    private func expect(_ message: [UInt8]?, _ assembler: inout MessageAssembler, _ frame: Frame) throws {
        let found = try assembler.take(frame)
        #expect(found == message)
    }

    @Test func aMessageMayBeAsLongAsItsChannelAllowsAndNoLonger() throws {
        var assembler = MessageAssembler()
        let part = [UInt8](repeating: 0, count: TransportLimits.partBytes)
        for _ in 0..<16 { _ = try assembler.take(Frame(channel: .transaction, isLast: false, part: part)) }
        var other = assembler
        #expect(throws: PeerOffence.oversizeMessage) {
            try other.take(Frame(channel: .transaction, isLast: true, part: [0]))
        }
        #expect(throws: PeerOffence.oversizeMessage) {
            try assembler.take(Frame(channel: nil, isLast: false, part: [0]))
        }
    }

    @Test func moreUrgentMessagesGoFirstAndLongOnesInParts() {
        var queue = OutboundQueue(limits: TransportLimits())
        let long = [UInt8](repeating: 7, count: TransportLimits.partBytes + 1)
        #expect(queue.append([3], on: .transaction) == true)
        #expect(queue.append(long, on: .block) == true)
        #expect(queue.next() == Frame(channel: .block, isLast: false, part: Array(long.dropLast())))
        #expect(queue.append([1], on: .consensus) == true)
        #expect(queue.next() == Frame(channel: .consensus, isLast: true, part: [1]))
        #expect(queue.next() == Frame(channel: .block, isLast: true, part: [7]))
        #expect(queue.next() == Frame(channel: .transaction, isLast: true, part: [3]))
        #expect(queue.next() == nil)
        #expect(queue.bytes == 0)
    }

    @Test func aLineIsBoundedInMessagesAndBytes() {
        var limits = TransportLimits()
        limits.queueMessages = 3
        var queue = OutboundQueue(limits: limits)
        for _ in 0..<3 { #expect(queue.append([0], on: .consensus) == true) }
        #expect(queue.append([0], on: .consensus) == false)
        #expect(queue.append([0], on: .sync) == true, "each channel has its own line")
        let large = [UInt8](repeating: 0, count: TransportLimits.messageBytes(.proof))
        #expect(queue.append(large, on: .proof) == true)
        #expect(queue.append(large, on: .proof) == true)
        #expect(queue.append([0], on: .proof) == false)
        #expect(queue.append([], on: .block) == false)
    }
}
