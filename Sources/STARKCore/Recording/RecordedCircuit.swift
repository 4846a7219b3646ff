package import ProofField

/// A message a row puts on a bus, in terms of the circuit's graph nodes.
package struct BusMessage: Equatable, Sendable {
    /// Unique in its circuit, for diagnoses.
    package let label: String
    /// The bus that the tuple is put on.
    package let bus: Bus
    /// Graph nodes of the tuple's elements, each of degree at most 1.
    package let tuple: [Int]
    /// Graph node of the multiplicity, of degree at most 1.
    package let multiplicity: Int
    /// Bound of the multiplicity's absolute value as an integer, from its boolean columns.
    package let weight: UInt64
}

/// A constraint of a circuit: its node must be zero in every row.
package struct RecordedConstraint: Equatable, Sendable {
    /// Unique in its circuit, for diagnoses.
    package let label: String
    /// Graph node, of degree 1 to 3.
    package let node: Int
}

/// A circuit as recorded once: stage-1 columns, constraints, messages, the stage-2 columns that follow from the
/// messages, and the compiled programs. Its digest enters the verifying key.
///
/// Stage 2 has one extension column per pair of messages: the fraction sum m1/d1 + m2/d2 of the pair for all pairs
/// but the last; the last column is the running sum `acc` with
/// `(acc(w x) - acc(x) - other pairs + S/N) d1 d2 = m1 d2 + m2 d1`, cyclic over the N rows, S the instance's bus sum
/// (Haboeck, ePrint 2022/1530; the S/N form needs no selectors).
package struct RecordedCircuit: Sendable {
    /// Circuit and bus identifiers are below this.
    package static let identifierLimit: UInt32 = 1 << 24

    /// Unique in a program.
    package let name: String
    /// Unique in a program; 1 ..< `identifierLimit`.
    package let id: UInt32
    /// Stage-1 columns in the order of the trace.
    package let columnNames: [String]
    /// The graph's nodes in topological order.
    package let nodes: [ExpressionGraph.Node]
    /// Those of stage 1, in the order of recording.
    package let constraints: [RecordedConstraint]
    /// In the order of recording; pairs of neighbours share a stage-2 column.
    package let messages: [BusMessage]
    /// The highest degree of all constraints, stage 2 included.
    package let degree: Int
    /// All constraints, weighted by powers of the folding challenge.
    package let constraintProgram: RowProgram
    /// Stores each pair's numerator and denominator: what the stage-2 columns are made of.
    package let messageProgram: RowProgram
    /// Of identifiers, columns, nodes, constraints, messages and degree; names are not in it.
    package let digest: Digest

    /// Records `circuit`. Throws the first mistake in its description.
    package init(_ circuit: some Circuit) throws(RecordingError) {
        var air = AIRBuilder()
        circuit.describe(&air)
        if circuit.id == 0 || circuit.id >= Self.identifierLimit {
            throw .invalidCircuitIdentifier(circuit.id)
        }
        if let issue = air.issues.first { throw issue }
        if air.graph.mixedGraphs { throw .foreignExpression }
        if air.columnNames.isEmpty { throw .noColumns }
        if air.messages.isEmpty { throw .noMessages }

        name = circuit.name
        id = circuit.id
        columnNames = air.columnNames
        nodes = air.graph.nodes
        constraints = air.constraints.map { RecordedConstraint(label: $0.label, node: $0.node) }
        let bounds = MultiplicityBounds(nodes: air.graph.nodes, booleanColumns: air.booleanColumns)
        var messages: [BusMessage] = []
        for message in air.messages {
            guard let weight = bounds.weight(of: message.multiplicity) else {
                throw .unboundedMultiplicity(message.label)
            }
            messages.append(
                BusMessage(
                    label: message.label, bus: message.bus, tuple: message.tuple, multiplicity: message.multiplicity,
                    weight: weight))
        }
        self.messages = messages
        let degrees = air.graph.degrees
        // A pair's constraint is (column) d1 d2 with linear denominators; a single message's is one lower.
        let stage2Degree = messages.count == 1 ? 2 : 3
        degree = constraints.reduce(stage2Degree) { max($0, degrees[$1.node]) }
        constraintProgram = try ProgramCompiler.constraints(
            nodes: nodes, columnCount: columnNames.count, constraints: constraints, messages: messages)
        messageProgram = try ProgramCompiler.messages(
            nodes: nodes, columnCount: columnNames.count, messages: messages)
        digest = CircuitEncoding.digest(
            id: id, columnCount: columnNames.count, nodes: nodes, constraints: constraints, messages: messages,
            degree: degree)
    }

    /// Stage-1 columns.
    package var columnCount: Int { columnNames.count }
    /// Stage-2 columns in the extension field: one per pair of messages.
    package var pairCount: Int { (messages.count + 1) / 2 }
    /// Stage-2 columns in the base field.
    package var stage2Width: Int { Ext.degree * pairCount }
    /// Stage-1 and stage-2 constraints.
    package var constraintCount: Int { constraints.count + pairCount }

    /// The label of a constraint by its ordinal, stage-1 constraints first.
    package func label(ofConstraint ordinal: Int) -> String {
        if ordinal < constraints.count { return constraints[ordinal].label }
        let pair = ordinal - constraints.count
        return messages[(2 * pair)..<min(2 * pair + 2, messages.count)].map(\.label).joined(separator: " + ")
    }

    /// Per bus, by rising identifier: the bound of the absolute multiplicities one row can put on it.
    package var busWeights: [(bus: Bus, weight: UInt64)] {
        var weights: [(bus: Bus, weight: UInt64)] = []
        for message in messages {
            if let position = weights.firstIndex(where: { $0.bus == message.bus }) {
                weights[position].weight += message.weight
            } else {
                weights.append((message.bus, message.weight))
            }
        }
        return weights.sorted { $0.bus.id < $1.bus.id }
    }
}
