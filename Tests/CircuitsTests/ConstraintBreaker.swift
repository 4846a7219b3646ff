import ProofField
import STARKCore

/// Finds rows that violate one constraint of a circuit and no other.
///
/// From an honest row it changes one cell that the constraint reads, and repairs whatever else broke: the first violated
/// constraint is solved for a cell in which it is linear, as long as this breaks none before it.
struct ConstraintBreaker {
    private let circuit: RecordedCircuit
    /// Columns that each constraint reads, last one first.
    private let support: [[Int]]

    init(_ circuit: RecordedCircuit) {
        self.circuit = circuit
        var columns: [Set<Int>] = []
        for node in circuit.nodes {
            switch node {
            case .column(let column): columns.append([column])
            case .constant: columns.append([])
            case .operation(_, let a, let b): columns.append(columns[a].union(columns[b]))
            }
        }
        support = circuit.constraints.map { columns[$0.node].sorted(by: >) }
    }

    /// The constraints' values on a row.
    func values(_ row: [Felt]) -> [Felt] {
        var values: [Felt] = []
        values.reserveCapacity(circuit.nodes.count)
        for node in circuit.nodes {
            switch node {
            case .column(let column): values.append(row[column])
            case .constant(let value): values.append(Felt(value))
            case .operation(.add, let a, let b): values.append(values[a] + values[b])
            case .operation(.subtract, let a, let b): values.append(values[a] - values[b])
            case .operation(.multiply, let a, let b): values.append(values[a] * values[b])
            }
        }
        return circuit.constraints.map { values[$0.node] }
    }

    /// A row that violates exactly the constraint `ordinal`, made from one of the honest rows, and which one; nil when
    /// none was found.
    func row(breaking ordinal: Int, from honest: [[Felt]]) -> (row: [Felt], source: Int)? {
        for (source, start) in honest.enumerated() {
            for column in support[ordinal] {
                for delta in [Felt.one, -Felt.one, Felt(2), Felt(1 << 20)] {
                    var row = start
                    row[column] += delta
                    if let found = repaired(row, breaking: ordinal, locked: [column]) { return (found, source) }
                }
            }
        }
        return nil
    }

    private func repaired(_ row: [Felt], breaking ordinal: Int, locked: Set<Int>) -> [Felt]? {
        let values = values(row)
        guard !values[ordinal].isZero else { return nil }
        guard let first = values.indices.first(where: { $0 != ordinal && !values[$0].isZero }) else { return row }
        for column in support[first] where !locked.contains(column) {
            guard let solved = solve(first, for: column, in: row, value: values[first]) else { continue }
            let after = self.values(solved)
            guard after.indices.prefix(first + 1).allSatisfy({ $0 == ordinal || after[$0].isZero }) else { continue }
            if let found = repaired(solved, breaking: ordinal, locked: locked.union([column])) { return found }
        }
        return nil
    }

    /// The row with `column` such that the constraint is zero; nil when it is not linear there or does not depend on it.
    private func solve(_ constraint: Int, for column: Int, in row: [Felt], value: Felt) -> [Felt]? {
        var probe = row
        probe[column] = row[column] + .one
        let slope = values(probe)[constraint] - value
        probe[column] = row[column] + Felt(2)
        guard !slope.isZero, values(probe)[constraint] - value == slope + slope else { return nil }
        probe[column] = row[column] - value * slope.inverse
        return probe
    }
}
