import ProofField

/// The hash-consed graph behind a recording: structurally equal expressions are one node, so a shared subexpression
/// is evaluated once. Node numbers are in topological order (operands before users).
package final class ExpressionGraph {
    /// A binary field operation.
    package enum Operation: UInt8, Hashable, Sendable {
        case add = 1
        case subtract = 2
        case multiply = 3

        func apply(_ a: Felt, _ b: Felt) -> Felt {
            switch self {
            case .add: a + b
            case .subtract: a - b
            case .multiply: a * b
            }
        }
    }

    /// A node: a trace column, a constant by its canonical value, or an operation on two earlier nodes.
    package enum Node: Hashable, Sendable {
        case column(Int)
        case constant(UInt32)
        case operation(Operation, Int, Int)
    }

    private(set) var nodes: [Node] = []
    private(set) var degrees: [Int] = []
    private(set) var mixedGraphs = false
    private var numbers: [Node: Int] = [:]

    init() {}

    func intern(_ node: Node) -> Int {
        if let known = numbers[node] { return known }
        let number = nodes.count
        nodes.append(node)
        degrees.append(degree(of: node))
        numbers[node] = number
        return number
    }

    /// The node of an expression; a handle from another recording is noted as an issue and read as zero.
    func number(of expression: Expression) -> Int {
        switch expression.storage {
        case .constant(let value):
            return intern(.constant(value.canonical))
        case .node(let graph, let number):
            guard graph === self else {
                mixedGraphs = true
                return intern(.constant(0))
            }
            return number
        }
    }

    func degree(of expression: Expression) -> Int {
        degrees[number(of: expression)]
    }

    func combine(_ left: Expression, _ right: Expression, _ operation: Operation) -> Expression {
        if let folded = fold(left, right, operation) { return folded }
        var (a, b) = (number(of: left), number(of: right))
        if operation != .subtract, a > b { swap(&a, &b) }
        return Expression(.node(self, intern(.operation(operation, a, b))))
    }

    /// Identities with 0 and 1, which cost nothing and keep generated code such as matrix products small.
    private func fold(_ left: Expression, _ right: Expression, _ operation: Operation) -> Expression? {
        switch (operation, left.storage, right.storage) {
        case (.add, .constant(let value), _) where value == .zero: right
        case (.add, _, .constant(let value)) where value == .zero: left
        case (.subtract, _, .constant(let value)) where value == .zero: left
        case (.multiply, .constant(let value), _) where value == .zero: Expression(.zero)
        case (.multiply, _, .constant(let value)) where value == .zero: Expression(.zero)
        case (.multiply, .constant(let value), _) where value == .one: right
        case (.multiply, _, .constant(let value)) where value == .one: left
        default: nil
        }
    }

    /// Degrees saturate, so that a runaway product is reported and not trapped on.
    private func degree(of node: Node) -> Int {
        switch node {
        case .constant: 0
        case .column: 1
        case .operation(.multiply, let a, let b): min(degrees[a] + degrees[b], 1 << 20)
        case .operation(_, let a, let b): max(degrees[a], degrees[b])
        }
    }
}
