import JSONRPC

/// Numbers for people, and rounded for JSON.
enum Figure {
    /// With `decimals` digits after the point, rounded down: a bound must not look better than it is.
    static func down(_ value: Double, decimals: Int) -> String {
        text((value * power(decimals)).rounded(.down), decimals)
    }

    /// With `decimals` digits after the point, to the nearest.
    static func nearest(_ value: Double, decimals: Int) -> String {
        text((value * power(decimals)).rounded(), decimals)
    }

    /// A JSON number of at most `decimals` digits after the point.
    static func json(_ value: Double, decimals: Int) -> JSONValue {
        .number((value * power(decimals)).rounded() / power(decimals))
    }

    private static func power(_ decimals: Int) -> Double { (0..<decimals).reduce(1.0) { value, _ in value * 10 } }

    private static func text(_ scaled: Double, _ decimals: Int) -> String {
        guard scaled.isFinite, abs(scaled) < 1e18 else { return "\(scaled)" }
        let digits = String(Int(abs(scaled)))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = scaled < 0 ? "-" : ""
        return decimals == 0 ? sign + padded : sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}
