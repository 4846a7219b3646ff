/// Columns of text, aligned, for people.
package struct TextTable: Sendable {
    package enum Alignment: Sendable { case left, right }

    package struct Column: Sendable {
        package let title: String
        package let alignment: Alignment
        /// Left out where the terminal has no room for all columns.
        package private(set) var isOptional = false

        package var optional: Column {
            var column = self
            column.isOptional = true
            return column
        }

        package static func left(_ title: String) -> Column { Column(title: title, alignment: .left) }
        package static func right(_ title: String) -> Column { Column(title: title, alignment: .right) }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    package init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row with one cell a column; missing cells are empty.
    package mutating func add(_ cells: [String]) { rows.append(cells) }

    package var isEmpty: Bool { rows.isEmpty }

    /// Lines without trailing spaces, the titles first.
    package var lines: [String] {
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in
            all.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return all.map { row in
            let cells = columns.indices.map { column in
                let cell = row.indices.contains(column) ? row[column] : ""
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return columns[column].alignment == .left ? cell + padding : padding + cell
            }
            return cells.joined(separator: "  ").trimmingTrailingSpaces
        }
    }

    /// The table, where it fits the terminal; else one row after the other, its cells below each other: lines that a
    /// terminal breaks are no columns any more.
    package var text: String { text(within: Console.current.width) }

    package func text(within width: Int?) -> String {
        let fitted = fitted(to: width)
        guard !fitted.fits(width) else { return fitted.lines.joined(separator: "\n") }
        let records = rows.map { row in
            var fields = FieldList()
            for (column, cell) in zip(columns, row) where !cell.isEmpty { fields.add(column.title, cell) }
            return fields.text
        }
        return records.joined(separator: "\n\n")
    }

    /// Without its optional columns where it is too wide with them.
    package func fitted(to width: Int?) -> TextTable {
        guard !fits(width) else { return self }
        let needed = columns.indices.filter { !columns[$0].isOptional }
        var table = TextTable(needed.map { columns[$0] })
        for row in rows { table.add(needed.map { row.indices.contains($0) ? row[$0] : "" }) }
        return table
    }

    private func fits(_ width: Int?) -> Bool { width.map { width in lines.allSatisfy { $0.count <= width } } ?? true }
}

/// Names and values below each other.
package struct FieldList: Sendable {
    private var fields: [(name: String, value: String)] = []

    package init() {}

    package mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }

    package var text: String {
        let width = fields.map(\.name.count).max() ?? 0
        return fields.map { field in
            (field.name + String(repeating: " ", count: width - field.name.count + 2) + field.value)
                .trimmingTrailingSpaces
        }.joined(separator: "\n")
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        var text = self[...]
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
