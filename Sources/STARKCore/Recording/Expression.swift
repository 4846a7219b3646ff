package import ProofField

/// A handle to one node of the expression graph that an ``AIRBuilder`` records.
///
/// Constants need no graph, so `Int` literals and `Felt` values mix freely with recorded columns. Arithmetic is that
/// of the base field; an expression's degree is its degree in the trace columns.
package struct Expression: ExpressibleByIntegerLiteral {
    enum Storage {
        case constant(Felt)
        case node(ExpressionGraph, Int)
    }

    let storage: Storage

    init(_ storage: Storage) {
        self.storage = storage
    }

    /// The constant `value`.
    package init(_ value: Felt) {
        storage = .constant(value)
    }

    /// The constant `value` reduced into the field; a negative number is its additive inverse's opposite.
    package init(_ value: Int) {
        storage = .constant(Felt(reducing: value))
    }

    /// The constant of the literal, reduced into the field.
    package init(integerLiteral value: Int) {
        self.init(value)
    }

    /// Degree: the larger of both.
    package static func + (left: Expression, right: Expression) -> Expression {
        combine(left, right, .add)
    }

    /// Degree: the larger of both.
    package static func - (left: Expression, right: Expression) -> Expression {
        combine(left, right, .subtract)
    }

    /// Degree: the sum of both.
    package static func * (left: Expression, right: Expression) -> Expression {
        combine(left, right, .multiply)
    }

    /// The additive inverse, of the same degree.
    package static prefix func - (operand: Expression) -> Expression {
        Expression(0) - operand
    }

    /// See `+`.
    package static func += (left: inout Expression, right: Expression) {
        left = left + right
    }

    /// See `-`.
    package static func -= (left: inout Expression, right: Expression) {
        left = left - right
    }

    /// See `*`; the degrees add up.
    package static func *= (left: inout Expression, right: Expression) {
        left = left * right
    }

    /// Adds a constant; the degree stays.
    package static func + (left: Expression, right: Felt) -> Expression { left + Expression(right) }
    /// Adds to a constant; the degree stays.
    package static func + (left: Felt, right: Expression) -> Expression { Expression(left) + right }
    /// Subtracts a constant; the degree stays.
    package static func - (left: Expression, right: Felt) -> Expression { left - Expression(right) }
    /// Subtracts from a constant; the degree stays.
    package static func - (left: Felt, right: Expression) -> Expression { Expression(left) - right }
    /// Scales by a constant; the degree stays.
    package static func * (left: Expression, right: Felt) -> Expression { left * Expression(right) }
    /// Scales a constant; the degree stays.
    package static func * (left: Felt, right: Expression) -> Expression { Expression(left) * right }

    private static func combine(
        _ left: Expression, _ right: Expression, _ operation: ExpressionGraph.Operation
    ) -> Expression {
        switch (left.storage, right.storage) {
        case (.constant(let a), .constant(let b)):
            return Expression(.constant(operation.apply(a, b)))
        case (.node(let graph, _), _), (_, .node(let graph, _)):
            return graph.combine(left, right, operation)
        }
    }
}

extension Felt {
    /// The residue of a signed machine integer.
    package init(reducing value: Int) {
        let modulus = Int(Felt.modulus)
        let remainder = value % modulus
        self.init(UInt32(remainder < 0 ? remainder + modulus : remainder))
    }
}
