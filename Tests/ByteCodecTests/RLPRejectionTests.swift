import ByteCodec
import SeededRandom
import Testing

@Suite struct RLPRejectionTests {
    /// Inputs of ethereum/tests, RLPTests/invalidRLPTest.json and RandomRLPTests, and the borders of each rule.
    @Test(
        arguments: [
            ("", .truncated), ("83646f", .truncated), ("b8", .truncated), ("b838", .truncated),
            ("bf0f000000000000021111", .truncated), ("c1", .truncated), ("f8", .truncated),
            ("bfffffffffffffffff", .truncated), ("ffffffffffffffffff", .truncated),
            ("bf7fffffffffffffff", .truncated), ("c283646f", .truncated), ("c18100", .truncated),
            ("8000", .trailingBytes), ("c0c0", .trailingBytes), ("0000", .trailingBytes),
            ("b80100", .nonCanonicalLength), ("b837" + String(repeating: "61", count: 55), .nonCanonicalLength),
            ("b90038" + String(repeating: "61", count: 56), .nonCanonicalLength),
            ("f80100", .nonCanonicalLength), ("f80180", .nonCanonicalLength), ("b800", .nonCanonicalLength),
            ("f90038" + String(repeating: "61", count: 56), .nonCanonicalLength),
            ("8100", .nonCanonicalSingleByte), ("817f", .nonCanonicalSingleByte),
            ("c28101", .nonCanonicalSingleByte),
        ] as [(String, RLPError)])
    func itemIsRefused(_ input: String, _ error: RLPError) throws {
        let bytes = try #require(Hex.decode(input))
        #expect(throws: error) { try RLPItem(decoding: bytes) }
    }

    @Test func depthExceeded() throws {
        func nested(_ depth: Int) -> RLPItem { depth == 0 ? .bytes([]) : .list([nested(depth - 1)]) }
        #expect(try RLPItem(decoding: nested(16).encoded) == nested(16))
        #expect(throws: RLPError.depthExceeded) { try RLPItem(decoding: nested(17).encoded) }
        #expect(throws: RLPError.depthExceeded) { try RLPItem(decoding: nested(1).encoded, depthLimit: 0) }
    }

    @Test func nestingFarBeyondTheLimitIsRefusedWithoutRecursion() {
        var bytes: [UInt8] = []
        for _ in 0..<2000 { bytes = RLPItem.headerOfList(count: bytes.count) + bytes }
        #expect(throws: RLPError.depthExceeded) { try RLPItem(decoding: bytes) }
    }

    @Test func tooManyItems() throws {
        let item = RLPItem.list([.bytes([1]), .bytes([2])])
        #expect(try RLPItem(decoding: item.encoded, maxItems: 3) == item)
        #expect(throws: RLPError.tooManyItems) { try RLPItem(decoding: item.encoded, maxItems: 2) }
        var reader = RLPReader(item.encoded)
        #expect(throws: RLPError.tooManyItems) {
            try reader.readArray(maxCount: 1) { element throws(RLPError) in try element.readUInt64() }
        }
    }

    @Test(
        arguments: [
            ("00", .leadingZeroInteger), ("820001", .leadingZeroInteger), ("c0", .unexpectedList),
            ("89010000000000000000", .integerTooLarge),
        ] as [(String, RLPError)])
    func integerIsRefused(_ input: String, _ error: RLPError) throws {
        let bytes = try #require(Hex.decode(input))
        #expect(throws: error) {
            var reader = RLPReader(bytes)
            _ = try reader.readUInt64()
        }
    }

    @Test func integersAboveTheirWidth() {
        let seventeen: [UInt8] = [0x91, 1] + [UInt8](repeating: 0, count: 16)
        let thirtyThree: [UInt8] = [0xa1, 1] + [UInt8](repeating: 0, count: 32)
        var reader = RLPReader(seventeen)
        #expect(throws: RLPError.integerTooLarge) { try reader.readUInt128() }
        reader = RLPReader(thirtyThree)
        #expect(throws: RLPError.integerTooLarge) { try reader.readUInt256() }
    }

    @Test func unexpectedBytes() {
        var reader = RLPReader([0x83, 1, 2, 3])
        #expect(throws: RLPError.unexpectedBytes) { try reader.readList() }
    }

    @Test func wrongByteCount() {
        let start = RLPReader([0x83, 1, 2, 3])
        var reader = start
        #expect(throws: RLPError.wrongByteCount) { try reader.readBytes(maxCount: 2) }
        reader = start
        #expect(throws: RLPError.wrongByteCount) { try reader.readBytes(count: 4) }
        reader = start
        #expect(throws: RLPError.wrongByteCount) { try reader.readBytes32() }
        reader = start
        #expect(throws: RLPError.wrongByteCount) { try reader.readAddress() }
        reader = start
        #expect(throws: RLPError.wrongByteCount) { try reader.readOptionalAddress() }
    }

    @Test func wrongItemCount() throws {
        var reader = RLPReader([0xc2, 1, 2])
        var list = try reader.readList()
        _ = try list.readUInt64()
        #expect(throws: RLPError.wrongItemCount) { try list.expectEnd() }
        _ = try list.readUInt64()
        #expect(throws: RLPError.wrongItemCount) { try list.readUInt64() }
        try list.expectEnd()
        try reader.expectEnd()
    }

    /// No input traps, and what decodes encodes back to the same bytes.
    @Test func everyInputIsRefusedOrCanonical() {
        var generator = SplitMix64(seed: 5)
        let heads: [UInt8] = [0x00, 0x7f, 0x80, 0x81, 0x83, 0xb7, 0xb8, 0xb9, 0xbf, 0xc0, 0xc1, 0xc4, 0xf7, 0xf8, 0xff]
        var accepted = 0
        for _ in 0..<50_000 {
            let count = Int.random(in: 0...12, using: &generator)
            let bytes = (0..<count).map { _ in
                Bool.random(using: &generator)
                    ? heads.randomElement(using: &generator) ?? 0 : UInt8.random(in: 0...8, using: &generator)
            }
            guard let item = try? RLPItem(decoding: bytes) else { continue }
            accepted += 1
            #expect(item.encoded == bytes)
        }
        #expect(accepted > 1000)
    }
}

extension RLPItem {
    /// The header of a list whose payload has `count` bytes, up to 65535.
    static func headerOfList(count: Int) -> [UInt8] {
        if count <= 55 { return [0xc0 + UInt8(count)] }
        if count <= 255 { return [0xf8, UInt8(count)] }
        return [0xf9, UInt8(count >> 8), UInt8(count & 0xff)]
    }
}
