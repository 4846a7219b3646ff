import JSONRPC
import Testing

private func parse(_ text: String, limits: JSONLimits = JSONLimits()) throws(JSONParseError) -> JSONValue {
    try JSONParser.parse(Array(text.utf8), limits: limits)
}

@Suite struct JSONParserTests {
    @Test(
        arguments: [
            ("null", .null),
            (" \t\r\n true \n", .bool(true)),
            ("0", .integer(0)),
            ("-12", .integer(-12)),
            ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .unsigned(1 << 63)),
            ("18446744073709551615", .unsigned(.max)),
            ("-0", .number(-0.0)),
            ("20.0", .number(20)),
            ("1e3", .number(1000)),
            ("-1.5E-2", .number(-0.015)),
            (#""""#, .string("")),
            (#""aé€😀""#, .string("aé€😀")),
            (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{c}\n\r\t")),
            (#""a\u00e9b\uD83D\uDE00c\u0000""#, .string("aéb😀c\0")),
            ("[]", []),
            ("[1,[2],{}]", [1, [2], [:]]),
            (#"{"b":1,"a":{"b":null}}"#, ["b": 1, "a": ["b": .null]]),
        ] as [(String, JSONValue)])
    func accepts(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
        #expect(try JSONParser.parse(value.serialized) == value)
    }

    @Test(
        arguments: [
            ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3),
            ("{\"a\"", .unexpectedEnd, 4),
            ("\"abc", .unexpectedEnd, 4), ("-", .unexpectedEnd, 1), ("tru", .unexpectedEnd, 3),
            ("\"\\", .unexpectedEnd, 2),
            ("[1 2]", .unexpectedByte, 3), ("[1,]", .unexpectedByte, 3), ("[,1]", .unexpectedByte, 1),
            ("{1:2}", .unexpectedByte, 1), ("{\"a\" 1}", .unexpectedByte, 5), ("{\"a\":1,}", .unexpectedByte, 7),
            ("'a'", .unexpectedByte, 0), ("nul1", .unexpectedByte, 3), ("NaN", .unexpectedByte, 0),
            ("// c\n1", .unexpectedByte, 0), ("\u{feff}1", .unexpectedByte, 0), ("+1", .unexpectedByte, 0),
            (".5", .unexpectedByte, 0), ("\u{a0}1", .unexpectedByte, 0),
            ("1 2", .trailingBytes, 2), ("[]]", .trailingBytes, 2), ("0x10", .trailingBytes, 1),
            ("truefalse", .trailingBytes, 4),
            ("01", .invalidNumber, 0), ("-01", .invalidNumber, 0), ("1.", .invalidNumber, 0), ("1e", .invalidNumber, 0),
            ("[1.e1]", .invalidNumber, 1), ("1e+", .invalidNumber, 0), ("-a", .invalidNumber, 0),
            ("18446744073709551616", .numberOutOfRange, 0), ("-9223372036854775809", .numberOutOfRange, 0),
            ("1e400", .numberOutOfRange, 0), ("1" + String(repeating: "0", count: 64), .numberOutOfRange, 0),
            (#"{"a":1,"b":2,"a":3}"#, .duplicateKey, 13), (#"{"a":1,"\u0061":3}"#, .duplicateKey, 7),
            (#""\x""#, .invalidEscape, 1), (#""\u12g4""#, .invalidEscape, 1),
            (#""\ud800""#, .loneSurrogate, 1), (#""\udc00\ud800""#, .loneSurrogate, 1),
            (#""\ud800\u0041""#, .loneSurrogate, 1),
            ("\"a\nb\"", .controlCharacter, 2), ("\"\0\"", .controlCharacter, 1),
        ] as [(String, JSONParseError.Reason, Int)])
    func refuses(text: String, reason: JSONParseError.Reason, offset: Int) {
        #expect(throws: JSONParseError(reason: reason, offset: offset)) { try parse(text) }
    }

    @Test(
        arguments: [[0x80], [0xc0, 0x80], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff]]
            as [[UInt8]])
    func refusesInvalidUTF8(bytes: [UInt8]) {
        let text = [0x5b, 0x22] + bytes + [0x22, 0x5d]
        #expect(throws: JSONParseError(reason: .invalidUTF8, offset: 2)) { try JSONParser.parse(text) }
    }

    @Test(arguments: [("[", "]"), ("{\"a\":", "}")])
    func pitfall15TheDepthIsLimited(open: String, close: String) throws {
        func nested(_ depth: Int) -> String {
            String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        _ = try parse(nested(32))
        #expect(throws: JSONParseError(reason: .tooDeep, offset: 32 * open.utf8.count)) { try parse(nested(33)) }
        #expect(throws: JSONParseError(reason: .tooDeep, offset: 32 * open.utf8.count)) { try parse(nested(100_000)) }
    }

    @Test func sizesAreLimited() throws {
        var limits = JSONLimits()
        limits.stringBytes = 4
        limits.values = 3
        _ = try parse(#"["abcd",1]"#, limits: limits)
        #expect(throws: JSONParseError(reason: .stringTooLong, offset: 2)) { try parse(#"["abcde"]"#, limits: limits) }
        #expect(throws: JSONParseError(reason: .stringTooLong, offset: 2)) {
            try parse(#"{"abcde":1}"#, limits: limits)
        }
        #expect(throws: JSONParseError(reason: .tooManyValues, offset: 5)) { try parse("[1,2,3]", limits: limits) }
    }

    @Test func everyPrefixOfATextIsRefusedWithoutATrap() throws {
        let text = Array(#"{"a":[1,-2.5e3,"\u00e9\ud83d\ude00",true,null],"b":{"c":"é"}}"#.utf8)
        _ = try JSONParser.parse(text)
        for end in 0..<text.count {
            #expect(throws: JSONParseError.self) { try JSONParser.parse(Array(text[..<end])) }
        }
    }

    @Test func everyByteChangeParsesOrIsRefusedWithoutATrap() throws {
        let text = Array(#"{"a":[1,-2.5e3,"\u00e9\ud83d\ude00",true,null],"b":{"c":"é"}}"#.utf8)
        var accepted = 0
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[index] = byte
                guard let value = try? JSONParser.parse(changed) else { continue }
                accepted += 1
                #expect(try JSONParser.parse(value.serialized) == value)
            }
        }
        #expect(accepted > text.count)
    }

    @Test(
        arguments: [
            (["a": "\"\\\n\r\t\u{1}\u{1f}/é😀"], #"{"a":"\"\\\n\r\t\u0001\u001f/é😀"}"#),
            (
                [1, .unsigned(.max), .number(0.5), .number(.infinity), .null, false],
                "[1,18446744073709551615,0.5,null,null,false]"
            ),
            ([[:], []], "[{},[]]"),
        ] as [(JSONValue, String)])
    func serializes(value: JSONValue, text: String) {
        #expect(String(decoding: value.serialized, as: UTF8.self) == text)
    }
}
