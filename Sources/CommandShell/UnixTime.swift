/// Points in time as text, in UTC.
package enum UnixTime {
    /// "2026-09-01 12:00:00 UTC". Years beyond 9999 are given in seconds.
    package static func text(seconds: UInt64) -> String {
        guard seconds < 253_402_300_800 else { return "\(seconds) s after 1970" }
        return "\(date(seconds)) \(time(seconds)) UTC"
    }

    /// "2026-09-01T12:00:00.250Z", for logs (RFC 3339).
    package static func stamp(milliseconds: UInt64) -> String {
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
        return "\(date(seconds))T\(time(seconds)).\(String(1_000 + rest).dropFirst())Z"
    }

    private static func date(_ seconds: UInt64) -> String {
        let date = civil(days: seconds / 86_400)
        return "\(date.year)-\(two(date.month))-\(two(date.day))"
    }

    private static func time(_ seconds: UInt64) -> String {
        let rest = seconds % 86_400
        return "\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
    }

    private static func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// The Gregorian date of a day after 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms").
    private static func civil(days: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
