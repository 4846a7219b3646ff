import ByteCodec
import SeededRandom
import Testing

@Suite struct ByteReaderTests {
    @Test func valuesKeepTheirValue() throws {
        var generator = SplitMix64(seed: 8)
        for _ in 0..<200 {
            let wide = generator.uint128()
            let word = Bytes32(generator.uint128())
            let address = try #require(Address(generator.bytes(20)))
            let data = generator.bytes(Int.random(in: 0...40, using: &generator))
            var writer = ByteWriter()
            writer.u8(UInt8(truncatingIfNeeded: wide))
            writer.u16(UInt16(truncatingIfNeeded: wide))
            writer.u32(UInt32(truncatingIfNeeded: wide))
            writer.u64(UInt64(truncatingIfNeeded: wide))
            writer.u128(wide)
            writer.bool(wide & 1 == 1)
            writer.bytes32(word)
            writer.address(address)
            writer.bytes(data)
            writer.raw(data)
            var reader = ByteReader(writer.bytes)
            #expect(try reader.u8() == UInt8(truncatingIfNeeded: wide))
            #expect(try reader.u16() == UInt16(truncatingIfNeeded: wide))
            #expect(try reader.u32() == UInt32(truncatingIfNeeded: wide))
            #expect(try reader.u64() == UInt64(truncatingIfNeeded: wide))
            #expect(try reader.u128() == wide)
            #expect(try reader.bool() == (wide & 1 == 1))
            #expect(try reader.bytes32() == word)
            #expect(try reader.address() == address)
            #expect(try reader.bytes(maxCount: 40) == data)
            #expect(try reader.raw(data.count) == data)
            try reader.expectEnd()
            // Each proper prefix is refused.
            for count in 0..<min(writer.bytes.count, 90) {
                var short = ByteReader(writer.bytes[..<count])
                #expect(throws: ByteReaderError.truncated) { try readAll(&short, tail: data.count) }
            }
        }
    }

    func readAll(_ reader: inout ByteReader, tail: Int) throws(ByteReaderError) {
        _ = try reader.u8()
        _ = try reader.u16()
        _ = try reader.u32()
        _ = try reader.u64()
        _ = try reader.u128()
        _ = try reader.bool()
        _ = try reader.bytes32()
        _ = try reader.address()
        _ = try reader.bytes(maxCount: 40)
        _ = try reader.raw(tail)
    }

    @Test func integersAreBigEndian() {
        var writer = ByteWriter()
        writer.u16(0x0102)
        writer.u32(0x0304_0506)
        writer.u64(0x0708_090a_0b0c_0d0e)
        #expect(writer.bytes == Array(1...14))
    }

    @Test func countTooLarge() {
        var reader = ByteReader([0, 0, 0, 2, 1, 1])
        #expect(throws: ByteReaderError.countTooLarge) { try reader.bytes(maxCount: 1) }
        reader = ByteReader([0xff, 0xff, 0xff, 0xff])
        #expect(throws: ByteReaderError.truncated) { try reader.bytes(maxCount: .max) }
        reader = ByteReader([1])
        #expect(throws: ByteReaderError.countTooLarge) { try reader.raw(-1) }
        #expect(throws: ByteReaderError.truncated) { try reader.raw(.max) }
    }

    @Test func invalidBoolAndTrailingBytes() throws {
        var reader = ByteReader([2, 0])
        #expect(throws: ByteReaderError.invalidBool) { try reader.bool() }
        #expect(throws: ByteReaderError.trailingBytes) { try reader.expectEnd() }
    }
}
