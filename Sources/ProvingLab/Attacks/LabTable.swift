/// A table of figures that the lab measured.
package struct LabTable: Sendable {
    package enum Cell: Hashable, Sendable {
        case text(String)
        case count(Int)
        /// Hundredths of a reward unit.
        case units(Int64)
        /// Tenths of a per cent.
        case permille(Int)

        /// As people read it.
        package var shown: String {
            switch self {
            case .text(let text): text
            case .count(let count): "\(count)"
            case .units(let value): Self.decimal(value, digits: 2)
            case .permille(let value): Self.decimal(Int64(value), digits: 1) + " %"
            }
        }

        private static func decimal(_ value: Int64, digits: Int) -> String {
            let scale: UInt64 = digits == 2 ? 100 : 10
            let (whole, part) = value.magnitude.quotientAndRemainder(dividingBy: scale)
            let fraction = digits == 2 && part < 10 ? "0\(part)" : "\(part)"
            return (value < 0 ? "-" : "") + "\(whole).\(fraction)"
        }
    }

    /// Short and unique: the key under which JSON has it.
    package let name: String
    package let title: String
    package let columns: [String]
    package private(set) var rows: [[Cell]] = []

    package init(name: String, title: String, columns: [String]) {
        self.name = name
        self.title = title
        self.columns = columns
    }

    package mutating func add(_ row: [Cell]) { rows.append(row) }
}

extension LabTable.Cell {
    /// Wei a job as reward units.
    static func units(_ wei: Int128, each count: Int, unit: UInt128) -> LabTable.Cell {
        .units(Int64(clamping: wei * 100 / (Int128(max(count, 1)) * Int128(max(unit, 1)))))
    }

    static func share(_ part: Int, of whole: Int) -> LabTable.Cell { .permille(whole > 0 ? part * 1_000 / whole : 0) }
}
