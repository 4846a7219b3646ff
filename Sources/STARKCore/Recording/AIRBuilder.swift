package import ProofField

/// A table of the proof system: its columns, its polynomial constraints and the messages its rows put on buses.
///
/// `describe` is called once; it must be a pure function of the circuit. Constraints see one row only.
package protocol Circuit: Sendable {
    /// Unique among the circuits of a program.
    var name: String { get }
    /// Unique among the circuits of a program; below 2^24.
    var id: UInt32 { get }
    /// Records columns, constraints and messages, always the same ones.
    func describe(_ air: inout AIRBuilder)
}

/// A logUp bus: all its messages, in every circuit, are tuples of `width` elements.
package struct Bus: Hashable, Sendable {
    /// Non-zero and below 2^24.
    package let id: UInt32
    /// For messages of errors; one name stands for one identifier.
    package let name: String
    /// Elements of a tuple, at least 1.
    package let width: Int

    package init(id: UInt32, name: String, width: Int) {
        self.id = id
        self.name = name
        self.width = width
    }
}

/// Records a circuit's description. Mistakes do not trap: they are collected and reported by
/// ``RecordedCircuit/init(_:)``.
package struct AIRBuilder {
    /// The highest degree a constraint may have in the trace columns: with it the quotient fits two chunks.
    package static let maximumConstraintDegree = 3

    struct Constraint {
        let label: String
        let node: Int
    }

    struct Message {
        let label: String
        let bus: Bus
        let tuple: [Int]
        let multiplicity: Int
    }

    let graph = ExpressionGraph()
    private(set) var columnNames: [String] = []
    private(set) var booleanColumns: Set<Int> = []
    private(set) var constraints: [Constraint] = []
    private(set) var messages: [Message] = []
    private(set) var issues: [RecordingError] = []
    private var knownNames: Set<String> = []
    private var knownLabels: Set<String> = []
    private var buses: [UInt32: Bus] = [:]

    init() {}

    /// The next stage-1 column. Columns lie in the trace in the order of these calls.
    package mutating func column(_ name: String) -> Expression {
        if !knownNames.insert(name).inserted { issues.append(.duplicateColumn(name)) }
        let position = columnNames.count
        columnNames.append(name)
        return Expression(.node(graph, graph.intern(.column(position))))
    }

    /// The next `count` stage-1 columns, named `name[0]`, `name[1]` and so on.
    package mutating func columns(_ name: String, _ count: Int) -> [Expression] {
        var result: [Expression] = []
        for position in 0..<max(count, 0) { result.append(column("\(name)[\(position)]")) }
        return result
    }

    /// A constant, reduced into the field.
    package func constant(_ value: Int) -> Expression {
        Expression(value)
    }

    /// A constant.
    package func constant(_ value: Felt) -> Expression {
        Expression(value)
    }

    /// Requires `expression` to be zero in every row. Its degree may be 1 to 3; labels are unique in a circuit.
    package mutating func assertZero(_ expression: Expression, _ label: String) {
        let node = graph.number(of: expression)
        let degree = graph.degrees[node]
        if degree > Self.maximumConstraintDegree {
            issues.append(.constraintDegree(label, degree))
        }
        if degree == 0 { issues.append(.constantConstraint(label)) }
        if !knownLabels.insert(label).inserted { issues.append(.duplicateLabel(label)) }
        constraints.append(Constraint(label: label, node: node))
    }

    /// Requires `expression` to be 0 or 1 in every row. A column asserted so may stand in a message's multiplicity.
    package mutating func assertBoolean(_ expression: Expression, _ label: String) {
        let node = graph.number(of: expression)
        if case .column(let position) = graph.nodes[node] { booleanColumns.insert(position) }
        assertZero(expression * (expression - 1), label)
    }

    /// Puts `tuple` on `bus` with multiplicity `times`; a negative multiplicity takes the tuple from the bus.
    ///
    /// Tuple and multiplicity are of degree at most 1. The multiplicity is a linear form in columns asserted boolean,
    /// which gives it a static bound: balances modulo p are then balances of integers.
    package mutating func send(_ bus: Bus, _ tuple: [Expression], times: Expression, _ label: String) {
        check(bus, width: tuple.count, label)
        let nodes = tuple.map { graph.number(of: $0) }
        let multiplicity = graph.number(of: times)
        for node in nodes + [multiplicity] where graph.degrees[node] > 1 {
            issues.append(.messageDegree(label, graph.degrees[node]))
        }
        if !knownLabels.insert(label).inserted { issues.append(.duplicateLabel(label)) }
        messages.append(Message(label: label, bus: bus, tuple: nodes, multiplicity: multiplicity))
    }

    private mutating func check(_ bus: Bus, width: Int, _ label: String) {
        if bus.id == 0 || bus.id >= RecordedCircuit.identifierLimit || bus.width < 1 {
            issues.append(.invalidBus(bus.name))
        }
        if let known = buses[bus.id], known != bus { issues.append(.conflictingBus(bus.name)) }
        buses[bus.id] = bus
        if width != bus.width {
            issues.append(.tupleWidth(label, expected: bus.width, actual: width))
        }
    }
}
