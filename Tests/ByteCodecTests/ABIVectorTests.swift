import ByteCodec
import Testing

/// Examples of the Solidity documentation, "Contract ABI Specification".
@Suite struct ABIVectorTests {
    static func words(_ words: [String]) throws -> [UInt8] {
        try words.flatMap { word in
            // A word of fewer digits is a number: padded on the left.
            try #require(Hex.decode(String(repeating: "0", count: 64 - word.count) + word))
        }
    }

    static func leftAligned(_ text: String) -> String {
        let digits = Hex.encode(Array(text.utf8), prefix: false)
        return digits + String(repeating: "0", count: 64 - digits.count)
    }

    /// baz(uint32 69, bool true)
    @Test func staticArguments() throws {
        var writer = ABIWriter()
        writer.append(69 as UInt64)
        writer.append(true)
        #expect(try writer.encoded == Self.words(["45", "1"]))
        var reader = ABIReader(writer.encoded)
        #expect(try reader.readUInt64() == 69)
        #expect(try reader.readBool())
        try reader.expectEnd()
    }

    /// sam(bytes "dave", bool true, uint256[] [1, 2, 3])
    @Test func dynamicArguments() throws {
        var writer = ABIWriter()
        writer.append(Array("dave".utf8))
        writer.append(true)
        writer.appendArray([1, 2, 3] as [UInt64]) { $0.append($1) }
        let expected = try Self.words(["60", "1", "a0", "4", Self.leftAligned("dave"), "3", "1", "2", "3"])
        #expect(writer.encoded == expected)
        var reader = ABIReader([1, 2, 3, 4] + expected, at: 4)
        #expect(try reader.readBytes(maxCount: 4) == Array("dave".utf8))
        #expect(try reader.readBool())
        let array = try reader.readArray(maxCount: 3) { element throws(ABIError) in try element.readUInt64() }
        #expect(array == [1, 2, 3])
        try reader.expectEnd()
    }

    /// f(uint256 0x123, uint32[] [0x456, 0x789], bytes10 "1234567890", bytes "Hello, world!")
    @Test func mixedArguments() throws {
        var writer = ABIWriter()
        writer.append(0x123 as UInt128)
        writer.appendArray([0x456, 0x789] as [UInt64]) { $0.append($1) }
        writer.append(try #require(Bytes32(hex: Self.leftAligned("1234567890"))))
        writer.append("Hello, world!")
        #expect(
            try writer.encoded
                == Self.words([
                    "123", "80", Self.leftAligned("1234567890"), "e0", "2", "456", "789", "d",
                    Self.leftAligned("Hello, world!"),
                ]))
    }

    /// g(uint256[][] [[1, 2], [3]], string[] ["one", "two", "three"])
    @Test func nestedArrays() throws {
        let numbers: [[UInt64]] = [[1, 2], [3]]
        let texts = ["one", "two", "three"]
        var writer = ABIWriter()
        writer.appendArray(numbers) { $0.appendArray($1) { $0.append($1) } }
        writer.appendArray(texts) { $0.append($1) }
        let expected = try Self.words([
            "40", "140", "2", "40", "a0", "2", "1", "2", "1", "3", "3", "60", "a0", "e0", "3",
            Self.leftAligned("one"), "3", Self.leftAligned("two"), "5", Self.leftAligned("three"),
        ])
        #expect(writer.encoded == expected)
        var reader = ABIReader(expected)
        let readNumbers = try reader.readArray(maxCount: 2) { row throws(ABIError) in
            try row.readArray(maxCount: 2) { element throws(ABIError) in try element.readUInt64() }
        }
        #expect(readNumbers == numbers)
        let readTexts = try reader.readArray(maxCount: 3) { element throws(ABIError) in
            try element.readString(maxCount: 5)
        }
        #expect(readTexts == texts)
        try reader.expectEnd()
    }

    @Test func tuplesAreInlineWhenStaticAndInTheTailWhenDynamic() throws {
        var writer = ABIWriter()
        writer.appendTuple {
            $0.append(1 as UInt64)
            $0.append(false)
        }
        writer.appendTuple {
            $0.append("ab")
            $0.append(2 as UInt64)
        }
        let expected = try Self.words(["1", "0", "60", "40", "2", "2", Self.leftAligned("ab")])
        #expect(writer.encoded == expected)
        var reader = ABIReader(expected)
        #expect(try reader.readUInt64() == 1)
        #expect(try reader.readBool() == false)
        let text = try reader.readDynamicTuple { tuple throws(ABIError) in
            let text = try tuple.readString(maxCount: 8)
            #expect(try tuple.readUInt64() == 2)
            return text
        }
        #expect(text == "ab")
        try reader.expectEnd()
    }

    /// revert("Not enough Ether provided.")
    @Test func revertReason() throws {
        let data = ABIRevert.error("Not enough Ether provided.")
        let reason = Self.leftAligned("Not enough Ether provided.")
        #expect(try data == [0x08, 0xc3, 0x79, 0xa0] + Self.words(["20", "1a", reason]))
        #expect(ABIRevert.reason(in: data) == "Not enough Ether provided.")
        #expect(ABIRevert.reason(in: data, maxCount: 25) == nil)
        #expect(ABIRevert.reason(in: Array(data.dropFirst())) == nil)
        #expect(ABIRevert.reason(in: data + [0]) == nil)
    }
}
