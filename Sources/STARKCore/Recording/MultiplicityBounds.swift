import ProofField

/// Static bounds of multiplicities: a linear form in boolean columns is, as an integer, at most the sum of its
/// coefficients' absolute values.
struct MultiplicityBounds {
    /// Large enough for any flag arithmetic, small enough that sums of weights stay far from overflow.
    static let maximumWeight: UInt64 = 1 << 16

    let nodes: [ExpressionGraph.Node]
    let booleanColumns: Set<Int>

    /// The bound, or nil when a column is not boolean or the bound exceeds ``maximumWeight``.
    func weight(of node: Int) -> UInt64? {
        guard let form = linearForm(of: node) else { return nil }
        var weight = magnitude(form.constant)
        for (column, coefficient) in form.coefficients where coefficient != .zero {
            guard booleanColumns.contains(column) else { return nil }
            weight += magnitude(coefficient)
        }
        return weight <= Self.maximumWeight ? weight : nil
    }

    private struct LinearForm {
        var constant: Felt
        var coefficients: [Int: Felt]

        func adding(_ other: LinearForm, times factor: Felt) -> LinearForm {
            LinearForm(
                constant: constant + other.constant * factor,
                coefficients: coefficients.merging(other.coefficients.mapValues { $0 * factor }) { $0 + $1 })
        }
    }

    private func linearForm(of node: Int) -> LinearForm? {
        switch nodes[node] {
        case .constant(let value):
            return LinearForm(constant: Felt(value), coefficients: [:])
        case .column(let column):
            return LinearForm(constant: .zero, coefficients: [column: .one])
        case .operation(let operation, let a, let b):
            guard let left = linearForm(of: a), let right = linearForm(of: b) else { return nil }
            switch operation {
            case .add: return left.adding(right, times: .one)
            case .subtract: return left.adding(right, times: -Felt.one)
            case .multiply:
                let zero = LinearForm(constant: .zero, coefficients: [:])
                if left.coefficients.isEmpty { return zero.adding(right, times: left.constant) }
                if right.coefficients.isEmpty { return zero.adding(left, times: right.constant) }
                return nil
            }
        }
    }

    private func magnitude(_ value: Felt) -> UInt64 {
        UInt64(min(value.canonical, Felt.modulus - value.canonical))
    }
}
