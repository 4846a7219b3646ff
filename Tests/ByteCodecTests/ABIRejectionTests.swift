import ByteCodec
import SeededRandom
import Testing

@Suite struct ABIRejectionTests {
    /// What is asked of the reader.
    enum Request: Sendable {
        case uint128, uint64, address, bool, bytes, string, array, twoByteStrings, numberAndBytes

        func read(_ reader: inout ABIReader) throws(ABIError) {
            switch self {
            case .uint128: _ = try reader.readUInt128()
            case .uint64: _ = try reader.readUInt64()
            case .address: _ = try reader.readAddress()
            case .bool: _ = try reader.readBool()
            case .bytes: _ = try reader.readBytes(maxCount: 64)
            case .string: _ = try reader.readString(maxCount: 64)
            case .array:
                _ = try reader.readArray(maxCount: 2) { element throws(ABIError) in try element.readUInt64() }
            case .numberAndBytes:
                _ = try reader.readUInt64()
                _ = try reader.readBytes(maxCount: 64)
            case .twoByteStrings:
                _ = try reader.readBytes(maxCount: 64)
                _ = try reader.readBytes(maxCount: 64)
            }
        }
    }

    static let max = String(repeating: "f", count: 64)
    static let word = ABIVectorTests.leftAligned

    @Test(
        arguments: [
            (["1" + String(repeating: "0", count: 32)], .uint128, .abiValueTooLarge),
            (["1" + String(repeating: "0", count: 16)], .uint64, .abiValueTooLarge),
            ([max], .uint128, .abiValueTooLarge),
            ([], .uint128, .truncated),
            (["1" + String(repeating: "0", count: 40)], .address, .invalidAddress),
            ([max], .address, .invalidAddress),
            (["2"], .bool, .invalidBool),
            ([max], .bool, .invalidBool),
            ([max], .bytes, .truncated),
            (["40"], .bytes, .truncated),
            (["20"], .bytes, .truncated),
            (["20", "1"], .bytes, .truncated),
            (["20", "20"], .bytes, .truncated),
            (["0"], .bytes, .nonCanonicalOffset),
            // A tail inside the head, which would make the number the tail's length.
            (["ff", "0"], .numberAndBytes, .nonCanonicalOffset),
            (["21", "0", "0"], .bytes, .nonCanonicalOffset),
            (["20", "41", "0", "0", "0"], .bytes, .countTooLarge),
            (["20", max], .bytes, .countTooLarge),
            (["20", "1", word("ab")], .bytes, .nonZeroPadding),
            (["20", "1", "ff" + String(repeating: "0", count: 62)], .string, .invalidUTF8),
            (["20", "3", "1", "2", "3"], .array, .countTooLarge),
            (["20", max], .array, .countTooLarge),
            (["20", "2", "1"], .array, .truncated),
            // Two heads that share one tail, a gap before the first tail, and a gap between the tails.
            (["40", "40", "1", word("a")], .twoByteStrings, .nonCanonicalOffset),
            (["60", "80", "0", "0", "0"], .twoByteStrings, .nonCanonicalOffset),
            (["40", "80", "0", "0", "0"], .twoByteStrings, .nonCanonicalOffset),
            (["1", "2"], .uint64, .trailingBytes),
            (["20", "0", "0"], .bytes, .trailingBytes),
        ] as [([String], Request, ABIError)])
    func inputIsRefused(_ words: [String], _ request: Request, _ error: ABIError) throws {
        let input = try ABIVectorTests.words(words)
        #expect(throws: error) {
            var reader = ABIReader(input)
            try request.read(&reader)
            try reader.expectEnd()
        }
    }

    @Test func paddingIsPartOfTheValue() throws {
        let input = try ABIVectorTests.words(["20", "1"]) + [0x61]
        var reader = ABIReader(input)
        #expect(throws: ABIError.truncated) { try reader.readBytes(maxCount: 1) }
    }

    @Test func depthExceeded() throws {
        let input = try ABIVectorTests.words(["20", "1", "20", "0"])
        func read(limit: Int) throws(ABIError) -> [[UInt64]] {
            var reader = ABIReader(input, depthLimit: limit)
            return try reader.readArray(maxCount: 1) { row throws(ABIError) in
                try row.readArray(maxCount: 1) { element throws(ABIError) in try element.readUInt64() }
            }
        }
        #expect(try read(limit: 2) == [[]])
        #expect(throws: ABIError.depthExceeded) { try read(limit: 1) }
    }

    @Test(arguments: [-1, 5, .max, .min])
    func startOutsideTheInputIsRefused(_ offset: Int) {
        var reader = ABIReader([1, 2, 3], at: offset)
        #expect(throws: ABIError.truncated) { try reader.readBytes32() }
    }

    /// No input traps, and what decodes encodes back to the same bytes.
    @Test func everyInputIsRefusedOrCanonical() throws {
        var generator = SplitMix64(seed: 7)
        let values: [UInt128] = [0, 1, 2, 3, 0x20, 0x40, 0x60, 0x80, 0xa0, UInt128(UInt64.max), .max]
        var accepted = 0
        for _ in 0..<100_000 {
            let count = Int.random(in: 0...7, using: &generator)
            let input = (0..<count).flatMap { _ in Bytes32(values.randomElement(using: &generator) ?? 0).bytes }
            var reader = ABIReader(input)
            guard
                let rows = try? reader.readArray(
                    maxCount: 3,
                    { row throws(ABIError) in
                        try row.readArray(maxCount: 3) { element throws(ABIError) in try element.readUInt128() }
                    }), (try? reader.expectEnd()) != nil
            else { continue }
            accepted += 1
            var writer = ABIWriter()
            writer.appendArray(rows) { $0.appendArray($1) { $0.append($1) } }
            #expect(writer.encoded == input)
        }
        #expect(accepted > 100)
    }
}
