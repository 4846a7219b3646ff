import ByteCodec
import ChainTypes
import Testing

@Suite struct AccountOperationTests {
    static func operation(_ flags: Int, amount: UInt128) -> AccountOperation {
        AccountOperation(
            index: 0x0102_0304, address: Sample.address("account"), incrementsNonce: flags & 1 != 0, amount: amount,
            isDebit: flags & 2 != 0, creates: flags & 4 != 0)
    }

    @Test(arguments: 0..<8)
    func `a record decodes to itself`(flags: Int) throws {
        for amount in [0, 1, UInt128.max] {
            let operation = Self.operation(flags, amount: amount)
            let record = operation.record
            #expect(record.count == AccountOperation.recordByteCount)
            #expect(record.prefix(4) == [1, 2, 3, 4])
            #expect(record[24] == UInt8(flags))
            #expect(try AccountOperation(record: record) == operation)
        }
    }

    @Test func `lists, flags and lengths`() throws {
        let operations = (0..<8).map { Self.operation($0, amount: UInt128($0)) }
        let bytes = AccountOperation.encodeList(operations)
        #expect(try AccountOperation.decodeList(bytes) == operations)
        #expect(try AccountOperation.decodeList(AccountOperation.encodeList([])) == [])
        #expect(throws: AccountOperationDecodingError.malformed(.trailingBytes)) {
            try AccountOperation.decodeList(bytes + [0])
        }
        #expect(throws: AccountOperationDecodingError.malformed(.truncated)) {
            try AccountOperation.decodeList(bytes.dropLast())
        }
        #expect(throws: AccountOperationDecodingError.malformed(.countTooLarge)) {
            try AccountOperation.decodeList([0xff, 0xff, 0xff, 0xff])
        }
        var record = operations[0].record
        record[24] = 8
        #expect(throws: AccountOperationDecodingError.unknownFlags(8)) { try AccountOperation(record: record) }
    }
}

@Suite struct UnitTests {
    @Test(
        arguments: [
            ("0", 0), ("1", 1_000_000_000_000_000_000), ("1.5", 1_500_000_000_000_000_000), ("0.000000000000000001", 1),
            ("123.000000000000000456", 123_000_000_000_000_000_456),
            ("340282366920938463463.374607431768211455", UInt128.max),
        ] as [(String, UInt128)])
    func `amounts are exact both ways`(text: String, wei: UInt128) throws {
        #expect(try Unit.parse(text) == wei)
        #expect(Unit.format(wei) == text)
    }

    @Test func `zeros that say nothing are read`() throws {
        #expect(try Unit.parse("01.500") == 3 * Unit.cairn / 2)
        #expect(try Unit.parse("0.0") == 0)
    }

    @Test(
        arguments: [
            ("", .empty), (".", .malformed), ("1.", .malformed), (".5", .malformed), ("1.2.3", .malformed),
            ("-1", .invalidCharacter), ("+1", .invalidCharacter), ("1e3", .invalidCharacter), (" 1", .invalidCharacter),
            ("1,5", .invalidCharacter), ("0x1", .invalidCharacter), ("1_0", .invalidCharacter),
            ("١", .invalidCharacter),
            ("0.0000000000000000001", .tooManyDecimals),
            ("340282366920938463463.374607431768211456", .tooLarge), ("340282366920938463464", .tooLarge),
            ("99999999999999999999999999999999999999999999", .tooLarge),
        ] as [(String, UnitError)])
    func `what is not an amount`(text: String, error: UnitError) {
        #expect(throws: error) { try Unit.parse(text) }
    }
}
