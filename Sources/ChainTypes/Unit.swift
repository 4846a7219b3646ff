/// Amounts of money as people write them: CAIRN with up to 18 decimals, exactly 10^18 wei each.
package enum Unit {
    /// Digits behind the point of an amount in CAIRN.
    package static let decimals = 18
    /// Wei of one CAIRN.
    package static let cairn: UInt128 = 1_000_000_000_000_000_000
    /// Wei of one gwei, the usual unit of gas prices.
    package static let gwei: UInt128 = 1_000_000_000

    /// The wei that `text` spells in CAIRN: digits, and perhaps a point with 1 to 18 digits behind it. No sign,
    /// exponent, grouping or white space.
    package static func parse(_ text: String) throws(UnitError) -> UInt128 {
        let characters = Array(text.utf8)
        guard !characters.isEmpty else { throw .empty }
        let parts = characters.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else { throw .malformed }
        let fraction = parts.count == 2 ? parts[1] : []
        guard fraction.count <= decimals else { throw .tooManyDecimals }
        var wei: UInt128 = 0
        for character in parts[0] { wei = try appending(character, to: wei) }
        for character in fraction { wei = try appending(character, to: wei) }
        for _ in fraction.count..<decimals { wei = try appending(UInt8(ascii: "0"), to: wei) }
        return wei
    }

    /// `wei` in CAIRN, without trailing zeros behind the point: "1.5", "0.000000000000000001", "2".
    package static func format(_ wei: UInt128) -> String {
        let (whole, rest) = wei.quotientAndRemainder(dividingBy: cairn)
        guard rest > 0 else { return String(whole) }
        let digits = String(rest)
        var fraction = String(repeating: "0", count: decimals - digits.utf8.count) + digits
        while fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
        return "\(whole).\(fraction)"
    }

    private static func appending(_ character: UInt8, to value: UInt128) throws(UnitError) -> UInt128 {
        guard character >= UInt8(ascii: "0"), character <= UInt8(ascii: "9") else { throw .invalidCharacter }
        let (shifted, shiftOverflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, sumOverflow) = shifted.addingReportingOverflow(UInt128(character - UInt8(ascii: "0")))
        guard !shiftOverflow, !sumOverflow else { throw .tooLarge }
        return sum
    }
}

/// Why a text is not an amount in CAIRN.
package enum UnitError: Error, Hashable, Sendable {
    case empty
    /// More than one point, or no digit before or behind it.
    case malformed
    /// A character that is neither a digit nor the point.
    case invalidCharacter
    /// More than 18 digits behind the point.
    case tooManyDecimals
    /// Above 2^128 - 1 wei.
    case tooLarge
}
