import ProofField
import STARKCore

/// A circuit's recording as a page of documentation: columns, constraints with their degrees, messages.
struct CircuitPage {
    private let circuit: RecordedCircuit
    private let degrees: [Int]

    init(_ circuit: RecordedCircuit) {
        self.circuit = circuit
        var degrees: [Int] = []
        for node in circuit.nodes {
            switch node {
            case .constant: degrees.append(0)
            case .column: degrees.append(1)
            case .operation(.multiply, let a, let b): degrees.append(degrees[a] + degrees[b])
            case .operation(_, let a, let b): degrees.append(max(degrees[a], degrees[b]))
            }
        }
        self.degrees = degrees
    }

    var markdown: String {
        var lines = [
            "# `\(circuit.name)`", "", "Written by `theCircuitPagesAreThoseOfTheRecording()` from the recording.",
        ]
        lines += [
            "", "| | |", "|---|---|", "| identifier | \(circuit.id) |", "| main columns | \(circuit.columnCount) |",
            "| constraints | \(circuit.constraints.count) and \(circuit.pairCount) of the buses |",
            "| degree | \(circuit.degree) |", "| messages a row | \(circuit.messages.count) |",
            "| stage-2 columns | \(circuit.stage2Width) |",
            "| quotient columns | \(Ext.degree * ProofShape.quotientChunkCount) |",
        ]
        lines += ["", "## Columns", "", "| position | column |", "|---|---|"]
        lines += runs(circuit.columnNames).map { "| \(Self.range($0.first, $0.count)) | `\($0.name)` |" }
        lines += [
            "", "## Constraints", "", "Each is zero in every row.", "", "| number | constraint | degree |",
            "|---|---|---|",
        ]
        lines += runs(circuit.constraints.map { $0.label + "\t\(degrees[$0.node])" }).map { run in
            let parts = run.name.split(separator: "\t")
            return "| \(Self.range(run.first, run.count)) | \(parts[0]) | \(parts[1]) |"
        }
        lines += ["", "## Messages", "", "| message | bus | tuple | times |", "|---|---|---|---|"]
        for message in circuit.messages {
            let tuple = message.tuple.map(linear)
            lines.append(
                "| \(message.label) | \(message.bus.name) | `\(Self.collapsed(tuple))` | `\(linear(message.multiplicity))` |"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func range(_ first: Int, _ count: Int) -> String {
        count == 1 ? "\(first)" : "\(first) … \(first + count - 1)"
    }

    /// Neighbours that differ in one index between brackets become one entry.
    private func runs(_ names: [String]) -> [(name: String, first: Int, count: Int)] {
        var result: [(pattern: String, indices: [String], first: Int, count: Int, only: String)] = []
        for (position, name) in names.enumerated() {
            let (pattern, index) = Self.pattern(name)
            if let last = result.last, last.pattern == pattern, !index.isEmpty {
                result[result.count - 1].indices.append(index)
                result[result.count - 1].count += 1
            } else {
                result.append((pattern, [index], position, 1, name))
            }
        }
        return result.map { entry in
            guard entry.count > 1, let first = entry.indices.first, let last = entry.indices.last else {
                return (entry.only, entry.first, 1)
            }
            let span = "[\(first)…\(last)]"
            return (entry.pattern.replacing("[*]", with: span), entry.first, entry.count)
        }
    }

    /// The name with its bracketed number as a star, and the number.
    private static func pattern(_ name: String) -> (String, String) {
        guard let open = name.firstIndex(of: "["), let close = name.firstIndex(of: "]"), open < close else {
            return (name, "")
        }
        let index = String(name[name.index(after: open)..<close])
        return (name[..<open] + "[*]" + name[name.index(after: close)...], index)
    }

    /// Elements of a tuple, runs of one column's elements joined.
    private static func collapsed(_ elements: [String]) -> String {
        var parts: [(pattern: String, text: String, first: String, last: String)] = []
        for element in elements {
            let (pattern, index) = Self.pattern(element)
            // Only plain columns: a sum has more than one bracket.
            let isPlain = !index.isEmpty && !element.contains(" ") && element.count { $0 == "[" } == 1
            if isPlain, let last = parts.last, last.pattern == pattern {
                parts[parts.count - 1].last = index
            } else {
                parts.append((isPlain ? pattern : "", element, index, index))
            }
        }
        return parts.map { part in
            part.pattern.isEmpty || part.first == part.last
                ? part.text : part.pattern.replacing("[*]", with: "[\(part.first)…\(part.last)]")
        }.joined(separator: ", ")
    }

    /// A node of degree at most 1 as a linear form; the sum of many bits by its first and last.
    private func linear(_ node: Int) -> String {
        let (constant, coefficients) = form(node)
        let terms = coefficients.sorted { $0.key < $1.key }.filter { !$0.value.isZero }
        let isBits = terms.enumerated().allSatisfy { $1.value == Felt(2).pow(UInt64($0)) }
        if terms.count > 6, isBits, let first = terms.first, let last = terms.last {
            return "Σ 2^i (\(circuit.columnNames[first.key]) … \(circuit.columnNames[last.key]))"
        }
        var text = ""
        for (column, coefficient) in terms {
            let value = Self.balanced(coefficient)
            let magnitude = value.magnitude == 1 ? "" : "\(value.magnitude) "
            text += text.isEmpty ? (value < 0 ? "−" : "") : (value < 0 ? " − " : " + ")
            text += magnitude + circuit.columnNames[column]
        }
        let offset = Self.balanced(constant)
        if text.isEmpty { return "\(offset)" }
        return offset == 0 ? text : text + (offset < 0 ? " − " : " + ") + "\(offset.magnitude)"
    }

    private static func balanced(_ value: Felt) -> Int {
        let canonical = value.canonical
        return canonical > Felt.modulus / 2 ? Int(canonical) - Int(Felt.modulus) : Int(canonical)
    }

    private func form(_ node: Int) -> (Felt, [Int: Felt]) {
        switch circuit.nodes[node] {
        case .constant(let value): return (Felt(value), [:])
        case .column(let column): return (.zero, [column: .one])
        case .operation(let operation, let a, let b):
            let (left, right) = (form(a), form(b))
            switch operation {
            case .add: return Self.sum(left, right, .one)
            case .subtract: return Self.sum(left, right, -Felt.one)
            case .multiply:
                return left.1.isEmpty ? Self.sum((.zero, [:]), right, left.0) : Self.sum((.zero, [:]), left, right.0)
            }
        }
    }

    private static func sum(
        _ left: (Felt, [Int: Felt]), _ right: (Felt, [Int: Felt]), _ factor: Felt
    ) -> (Felt, [Int: Felt]) {
        (left.0 + right.0 * factor, left.1.merging(right.1.mapValues { $0 * factor }) { $0 + $1 })
    }
}
