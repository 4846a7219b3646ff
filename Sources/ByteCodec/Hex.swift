/// Hexadecimal text as Ethereum's JSON-RPC uses it: byte strings ("data") and integers ("quantities").
package enum Hex {
    /// Lower-case hexadecimal digits of `bytes`, behind "0x" unless `prefix` is false.
    @inlinable
    package static func encode(_ bytes: some Sequence<UInt8>, prefix: Bool = true) -> String {
        encode(array: Array(bytes), prefix: prefix)
    }

    @usableFromInline
    static func encode(array bytes: [UInt8], prefix: Bool) -> String {
        var text = [UInt8](repeating: 0x30, count: 2 * bytes.count + (prefix ? 2 : 0))
        var index = 0
        if prefix {
            text[1] = 0x78
            index = 2
        }
        for byte in bytes {
            text[index] = digit(byte >> 4)
            text[index + 1] = digit(byte & 0x0f)
            index += 2
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that `text` spells, or nil when the digits are odd in number or not hexadecimal.
    ///
    /// Both letter cases are read. "0x" may be left out unless `requirePrefix` is true.
    package static func decode(_ text: String, requirePrefix: Bool = false) -> [UInt8]? {
        let digits = Array(text.utf8)
        var index = 0
        if hasPrefix(digits) {
            index = 2
        } else if requirePrefix {
            return nil
        }
        guard (digits.count - index).isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity((digits.count - index) / 2)
        while index < digits.count {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
            index += 2
        }
        return bytes
    }

    /// `value` as a JSON-RPC quantity: "0x" and the digits without leading zeros, "0x0" for zero.
    package static func quantity(_ value: some FixedWidthInteger & UnsignedInteger) -> String {
        "0x" + String(value, radix: 16)
    }

    /// The integer that a JSON-RPC quantity spells.
    ///
    /// Nil without "0x", without digits, with a leading zero (except "0x0"), or above 128 bits.
    package static func parseQuantity(_ text: String) -> UInt128? {
        let digits = Array(text.utf8)
        guard hasPrefix(digits), digits.count > 2, digits.count <= 2 + 32 else { return nil }
        guard digits[2] != 0x30 || digits.count == 3 else { return nil }
        var result: UInt128 = 0
        for character in digits[2...] {
            guard let digit = value(character) else { return nil }
            result = result << 4 | UInt128(digit)
        }
        return result
    }

    private static func hasPrefix(_ text: [UInt8]) -> Bool {
        text.count >= 2 && text[0] == 0x30 && text[1] == 0x78
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 0x30 + nibble : 0x61 + (nibble - 10)
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x41...0x46: character - 0x41 + 10
        case 0x61...0x66: character - 0x61 + 10
        default: nil
        }
    }
}
