import ByteCodec
import SeededRandom
import Testing

@Suite struct RLPRoundTripTests {
    static func randomItem(_ generator: inout SplitMix64, depth: Int) -> RLPItem {
        if depth > 0, Bool.random(using: &generator) {
            let count = Int.random(in: 0...6, using: &generator)
            return .list((0..<count).map { _ in randomItem(&generator, depth: depth - 1) })
        }
        let counts = [0, 1, 1, 2, 20, 32, 54, 55, 56, 57, 255, 256, 300]
        return .bytes(generator.bytes(counts.randomElement(using: &generator) ?? 0))
    }

    @Test(arguments: UInt64(0)..<8)
    func itemsKeepTheirValue(_ seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let item = Self.randomItem(&generator, depth: 5)
            #expect(try RLPItem(decoding: item.encoded) == item)
        }
    }

    @Test func fieldsKeepTheirValue() throws {
        var generator = SplitMix64(seed: 6)
        for _ in 0..<300 {
            let wide = generator.uint128()
            let narrow = UInt64(truncatingIfNeeded: generator.uint128())
            let word = Bytes32(generator.uint128())
            let address = try #require(Address(generator.bytes(20)))
            let data = generator.bytes(Int.random(in: 0...80, using: &generator))
            var encoder = RLPEncoder()
            encoder.list {
                $0.append(wide)
                $0.append(narrow)
                $0.append(word)
                $0.append(integer: word)
                $0.append(address)
                $0.append(nil as Address?)
                $0.append(address as Address?)
                $0.list { for _ in 0..<3 { $0.append(data) } }
            }
            var reader = RLPReader(encoder.bytes)
            var list = try reader.readList()
            #expect(try list.readUInt128() == wide)
            #expect(try list.readUInt64() == narrow)
            #expect(try list.readBytes32() == word)
            #expect(try list.readUInt256() == word)
            #expect(try list.readAddress() == address)
            #expect(try list.readOptionalAddress() == nil)
            #expect(try list.readOptionalAddress() == address)
            let array = try list.readArray(maxCount: 3) { element throws(RLPError) in try element.readBytes() }
            #expect(array == [data, data, data])
            try list.expectEnd()
            try reader.expectEnd()
        }
    }

    @Test func encodedItemIsCutOutUnchanged() throws {
        var encoder = RLPEncoder()
        encoder.list { outer in
            outer.list { $0.append(7 as UInt64) }
            outer.append(encoded: [0x83, 1, 2, 3])
        }
        var reader = RLPReader(encoder.bytes)
        var list = try reader.readList()
        #expect(list.nextIsList)
        #expect(try list.readEncodedItem() == [0xc1, 7])
        #expect(!list.nextIsList)
        #expect(try list.readEncodedItem() == [0x83, 1, 2, 3])
        try list.expectEnd()
    }
}
