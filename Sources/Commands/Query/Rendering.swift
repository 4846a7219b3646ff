import ByteCodec
import ChainTypes
import CommandShell
import Cryptography

/// How values are written for people.
enum Rendering {
    /// "1.5 CAIRN".
    static func amount(_ wei: UInt128) -> String { "\(Unit.format(wei)) CAIRN" }

    /// A price of gas, in the billionths that people know from Ethereum.
    static func gasPrice(_ wei: UInt128) -> String {
        let (whole, rest) = wei.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest > 0 else { return "\(whole) gwei" }
        var digits = String(rest)
        digits = String(repeating: "0", count: 9 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits) gwei"
    }

    /// "0x12345678…cdef", wide enough to tell hashes apart by eye.
    static func short(_ hash: String) -> String {
        hash.count > 18 ? "\(hash.prefix(10))…\(hash.suffix(4))" : hash
    }

    static func short(_ address: Address) -> String { short(address.checksummed) }

    /// "812" or "812–815".
    static func heights(_ first: UInt64, _ last: UInt64) -> String { first == last ? "\(first)" : "\(first)–\(last)" }

    /// "1 block", "3 blocks".
    static func count(_ number: some BinaryInteger, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    /// Parts side by side, in as many lines as they need.
    static func wrapped(_ parts: [String], separator: String = "   ", width: Int?) -> [String] {
        parts.reduce(into: []) { lines, part in
            if let last = lines.last, last.count + separator.count + part.count <= width ?? .max {
                lines[lines.count - 1] = last + separator + part
            } else {
                lines.append(part)
            }
        }
    }

    /// Words in as many lines as they need.
    static func wrapped(_ text: String, width: Int?) -> [String] {
        wrapped(text.split(separator: " ").map(String.init), separator: " ", width: width)
    }

    /// Seconds with one place behind the point.
    static func seconds(_ duration: Duration) -> String { seconds(milliseconds: duration.milliseconds) }

    static func seconds(milliseconds: UInt64) -> String {
        let tenths = (milliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }
}

extension Duration {
    /// Whole milliseconds; zero when it is negative.
    var milliseconds: UInt64 {
        let parts = components
        return UInt64(max(0, parts.seconds)) * 1000 + UInt64(max(0, parts.attoseconds) / 1_000_000_000_000_000)
    }
}
