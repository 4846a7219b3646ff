/// Why a text is not acceptable JSON, and the offset of the byte where that shows.
package struct JSONParseError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong; the raw value is the text of the message.
    package enum Reason: String, Sendable, CaseIterable {
        case unexpectedEnd = "unexpected end of text"
        case unexpectedByte = "unexpected byte"
        case trailingBytes = "bytes after the value"
        case tooDeep = "nested too deep"
        case tooManyValues = "too many values"
        case duplicateKey = "duplicate key"
        case stringTooLong = "string too long"
        case invalidUTF8 = "invalid UTF-8"
        case invalidEscape = "invalid escape"
        case loneSurrogate = "lone surrogate"
        case controlCharacter = "control character in a string"
        case invalidNumber = "invalid number"
        case numberOutOfRange = "number out of range"
    }

    /// What is wrong.
    package let reason: Reason
    /// Index of the byte from the text's first.
    package let offset: Int

    package init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// Text for the error object of an answer.
    package var description: String { "\(reason.rawValue) at byte \(offset)" }
}

/// What a JSON text may cost before it is refused.
package struct JSONLimits: Sendable, Equatable {
    /// Arrays and objects inside each other.
    package var depth = 32
    /// Values and members in all; bounds the memory that a text of small values takes.
    package var values = 1 << 18
    /// Bytes of one string, escapes included.
    package var stringBytes = 32 << 20
    /// Characters of one number.
    package var numberCharacters = 64

    /// The limits of a server.
    package init() {}
}

/// A strict and total parser of RFC 8259: UTF-8 without a byte order mark, no duplicate keys, exact integers.
package struct JSONParser {
    private let bytes: [UInt8]
    private let limits: JSONLimits
    private var offset = 0
    private var values = 0

    private init(_ bytes: [UInt8], _ limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// The one value that `bytes` spells, with white space around it.
    package static func parse(
        _ bytes: [UInt8], limits: JSONLimits = JSONLimits()
    ) throws(JSONParseError) -> JSONValue {
        var parser = JSONParser(bytes, limits)
        let value = try parser.value(depth: 0)
        parser.skipWhitespace()
        guard parser.offset == bytes.count else { throw parser.error(.trailingBytes) }
        return value
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(JSONParseError) -> JSONValue {
        values += 1
        guard values <= limits.values else { throw error(.tooManyValues) }
        skipWhitespace()
        switch try peek() {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error(.unexpectedByte)
        }
    }

    private mutating func array(depth: Int) throws(JSONParseError) -> JSONValue {
        guard depth <= limits.depth else { throw error(.tooDeep) }
        offset += 1
        var elements: [JSONValue] = []
        skipWhitespace()
        if try accept(UInt8(ascii: "]")) { return .array([]) }
        while true {
            elements.append(try value(depth: depth))
            skipWhitespace()
            if try accept(UInt8(ascii: "]")) { return .array(elements) }
            try expect(UInt8(ascii: ","))
        }
    }

    private mutating func object(depth: Int) throws(JSONParseError) -> JSONValue {
        guard depth <= limits.depth else { throw error(.tooDeep) }
        offset += 1
        var members: [JSONMember] = []
        var names: Set<String> = []
        skipWhitespace()
        if try accept(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipWhitespace()
            let start = offset
            guard try peek() == UInt8(ascii: "\"") else { throw error(.unexpectedByte) }
            let name = try string()
            guard names.insert(name).inserted else { throw JSONParseError(reason: .duplicateKey, offset: start) }
            skipWhitespace()
            try expect(UInt8(ascii: ":"))
            members.append(JSONMember(name, try value(depth: depth)))
            skipWhitespace()
            if try accept(UInt8(ascii: "}")) { return .object(members) }
            try expect(UInt8(ascii: ","))
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
        for byte in word.description.utf8 { try expect(byte) }
        return value
    }

    // MARK: Numbers

    private mutating func number() throws(JSONParseError) -> JSONValue {
        let start = offset
        let isNegative = try accept(UInt8(ascii: "-"))
        let leading = try peek()
        let integerDigits = skipDigits()
        guard integerDigits > 0, leading != UInt8(ascii: "0") || integerDigits == 1 else {
            throw JSONParseError(reason: .invalidNumber, offset: start)
        }
        var isInteger = !(isNegative && leading == UInt8(ascii: "0"))
        if isNext(UInt8(ascii: ".")) {
            offset += 1
            isInteger = false
            guard skipDigits() > 0 else { throw JSONParseError(reason: .invalidNumber, offset: start) }
        }
        if isNext(UInt8(ascii: "e")) || isNext(UInt8(ascii: "E")) {
            offset += 1
            isInteger = false
            if isNext(UInt8(ascii: "+")) || isNext(UInt8(ascii: "-")) { offset += 1 }
            guard skipDigits() > 0 else { throw JSONParseError(reason: .invalidNumber, offset: start) }
        }
        return try number(from: start, isInteger: isInteger)
    }

    private func number(from start: Int, isInteger: Bool) throws(JSONParseError) -> JSONValue {
        let outOfRange = JSONParseError(reason: .numberOutOfRange, offset: start)
        guard offset - start <= limits.numberCharacters else { throw outOfRange }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isInteger {
            if let value = Int64(text) { return .integer(value) }
            if let value = UInt64(text) { return .unsigned(value) }
            throw outOfRange
        }
        guard let value = Double(text), value.isFinite else { throw outOfRange }
        return .number(value)
    }

    private mutating func skipDigits() -> Int {
        let start = offset
        while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) { offset += 1 }
        return offset - start
    }

    // MARK: Strings

    /// A string whose opening quote is next.
    private mutating func string() throws(JSONParseError) -> String {
        offset += 1
        let start = offset
        var unescaped: [UInt8] = []
        var runStart = offset
        while true {
            let byte = try peek()
            if byte == UInt8(ascii: "\"") { break }
            guard byte >= 0x20 else { throw error(.controlCharacter) }
            guard offset - start < limits.stringBytes else {
                throw JSONParseError(reason: .stringTooLong, offset: start)
            }
            if byte == UInt8(ascii: "\\") {
                unescaped.append(contentsOf: bytes[runStart..<offset])
                try appendEscape(to: &unescaped)
                runStart = offset
            } else {
                offset += 1
            }
        }
        let end = offset
        offset += 1
        let text: String?
        if unescaped.isEmpty {
            text = String(validating: bytes[runStart..<end], as: UTF8.self)
        } else {
            unescaped.append(contentsOf: bytes[runStart..<end])
            text = String(validating: unescaped, as: UTF8.self)
        }
        guard let text else { throw JSONParseError(reason: .invalidUTF8, offset: start) }
        return text
    }

    private mutating func appendEscape(to text: inout [UInt8]) throws(JSONParseError) {
        let start = offset
        offset += 1
        let character = try peek()
        offset += 1
        switch character {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(character)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: try unicodeEscape(from: start).utf8)
        default: throw JSONParseError(reason: .invalidEscape, offset: start)
        }
    }

    /// The character of "\u" with four digits, or of two that form a surrogate pair; the first "\u" has been read.
    private mutating func unicodeEscape(from start: Int) throws(JSONParseError) -> String {
        let first = try hexQuad(from: start)
        var scalar = UInt32(first)
        if (0xd800..<0xdc00).contains(first), isNext(UInt8(ascii: "\\")) {
            offset += 1
            try expect(UInt8(ascii: "u"), else: .loneSurrogate)
            let second = try hexQuad(from: start)
            guard (0xdc00..<0xe000).contains(second) else {
                throw JSONParseError(reason: .loneSurrogate, offset: start)
            }
            scalar = 0x10000 + (UInt32(first & 0x3ff) << 10 | UInt32(second & 0x3ff))
        }
        guard let character = Unicode.Scalar(scalar) else {
            throw JSONParseError(reason: .loneSurrogate, offset: start)
        }
        return String(Character(character))
    }

    private mutating func hexQuad(from start: Int) throws(JSONParseError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(try peek())).hexDigitValue else {
                throw JSONParseError(reason: .invalidEscape, offset: start)
            }
            value = value << 4 | UInt16(digit)
            offset += 1
        }
        return value
    }

    // MARK: Bytes

    private func error(_ reason: JSONParseError.Reason) -> JSONParseError {
        JSONParseError(reason: reason, offset: offset)
    }

    private func peek() throws(JSONParseError) -> UInt8 {
        guard offset < bytes.count else { throw error(.unexpectedEnd) }
        return bytes[offset]
    }

    private func isNext(_ byte: UInt8) -> Bool { offset < bytes.count && bytes[offset] == byte }

    private mutating func accept(_ byte: UInt8) throws(JSONParseError) -> Bool {
        guard try peek() == byte else { return false }
        offset += 1
        return true
    }

    private mutating func expect(
        _ byte: UInt8, else reason: JSONParseError.Reason = .unexpectedByte
    ) throws(JSONParseError) {
        guard try accept(byte) else { throw error(reason) }
    }

    private mutating func skipWhitespace() {
        while isNext(0x20) || isNext(0x0a) || isNext(0x0d) || isNext(0x09) { offset += 1 }
    }
}
