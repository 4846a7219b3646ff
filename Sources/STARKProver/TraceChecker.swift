package import ProofField
package import STARKCore

/// The debug checker: evaluates a circuit row by row with the reference evaluator and names what is wrong.
package enum TraceChecker {
    /// A constraint that does not hold.
    package struct Violation: Equatable, Sendable {
        package let circuit: String
        package let constraint: String
        package let row: Int

        package init(circuit: String, constraint: String, row: Int) {
            self.circuit = circuit
            self.constraint = constraint
            self.row = row
        }
    }

    /// A tuple that some messages send and none receive, or the reverse.
    package struct Imbalance: Equatable, Sendable {
        package let bus: String
        /// Canonical values.
        package let tuple: [UInt32]
        /// Sum of all multiplicities, in the field's balanced range.
        package let excess: Int
        /// Where the tuple occurs: circuit, message and row, at most eight of them.
        package let occurrences: [String]

        package init(bus: String, tuple: [UInt32], excess: Int, occurrences: [String]) {
            self.bus = bus
            self.tuple = tuple
            self.excess = excess
            self.occurrences = occurrences
        }
    }

    /// A trace to be checked with others.
    package struct Instance: Sendable {
        package let circuit: RecordedCircuit
        package let trace: FeltMatrix

        package init(circuit: RecordedCircuit, trace: FeltMatrix) {
            self.circuit = circuit
            self.trace = trace
        }
    }

    /// The first stage-1 constraint that a row violates, rows first; nil when all hold.
    package static func firstViolation(_ instance: Instance) -> Violation? {
        let circuit = instance.circuit
        guard instance.trace.width == circuit.columnCount else {
            return Violation(circuit: circuit.name, constraint: "column count", row: 0)
        }
        let nodes = NodeEvaluator(circuit)
        for row in 0..<instance.trace.rows {
            let values = nodes.values(instance.trace.row(row))
            for constraint in circuit.constraints where !values[constraint.node].isZero {
                return Violation(circuit: circuit.name, constraint: constraint.label, row: row)
            }
        }
        return nil
    }

    /// The first violated constraint under a seed, the generated stage-2 constraints included.
    package static func firstViolation(_ instance: Instance, seed: Digest) throws(ProverError) -> Violation? {
        if let violation = firstViolation(instance) { return violation }
        let (circuit, trace) = (instance.circuit, instance.trace)
        let challenges = BusChallenges(seed: seed, circuit: circuit)
        let bus = try BusColumns(trace: trace, circuit: circuit, challenges: challenges, pool: WorkPool(threads: 1))
        let share = bus.busSum.value * Felt(UInt32(truncatingIfNeeded: trace.rows)).inverse
        let evaluator = RowEvaluator(
            program: circuit.constraintProgram,
            bindings: RowProgram.Bindings(challenges: challenges, weights: [], sumShare: share))
        let accumulator = circuit.stage2Width - Ext.degree
        for row in 0..<trace.rows {
            let next = bus.values.row((row + 1) % trace.rows)[accumulator...]
            let outcome = evaluator.evaluate(trace.row(row) + bus.values.row(row) + next)
            if let ordinal = outcome.asserted.firstIndex(where: { !$0.isZero }) {
                return Violation(
                    circuit: circuit.name, constraint: circuit.label(ofConstraint: ordinal), row: row)
            }
        }
        return nil
    }

    /// Tuples that do not balance over all instances and public messages (bus, tuple, multiplicity), by bus
    /// identifier and tuple; at most `limit` of them.
    package static func imbalances(
        _ instances: [Instance], publicMessages: [(bus: Bus, tuple: [Felt], multiplicity: Int)], limit: Int = 16
    ) -> [Imbalance] {
        var ledger = BusLedger()
        for message in publicMessages {
            ledger.add(
                message.bus, message.tuple, Felt(reducing: message.multiplicity), occurrence: "public message")
        }
        for instance in instances {
            let nodes = NodeEvaluator(instance.circuit)
            for row in 0..<instance.trace.rows {
                let values = nodes.values(instance.trace.row(row))
                for message in instance.circuit.messages where !values[message.multiplicity].isZero {
                    ledger.add(
                        message.bus, message.tuple.map { values[$0] }, values[message.multiplicity],
                        occurrence: "\(instance.circuit.name).\(message.label) row \(row)")
                }
            }
        }
        return ledger.imbalances(limit: limit)
    }
}

/// All nodes of a circuit's graph on a row.
private struct NodeEvaluator {
    private let circuit: RecordedCircuit

    init(_ circuit: RecordedCircuit) {
        self.circuit = circuit
    }

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
        return values
    }
}

/// Multiplicities by bus and tuple.
private struct BusLedger {
    private struct Key: Hashable {
        let bus: Bus
        let tuple: [UInt32]
    }

    private struct Entry {
        var sum: Felt = .zero
        var occurrences: [String] = []
    }

    private var entries: [Key: Entry] = [:]

    mutating func add(_ bus: Bus, _ tuple: [Felt], _ multiplicity: Felt, occurrence: @autoclosure () -> String) {
        var entry = entries.removeValue(forKey: Key(bus: bus, tuple: tuple.map(\.canonical))) ?? Entry()
        entry.sum += multiplicity
        if entry.occurrences.count < 8 { entry.occurrences.append(occurrence()) }
        entries[Key(bus: bus, tuple: tuple.map(\.canonical))] = entry
    }

    func imbalances(limit: Int) -> [TraceChecker.Imbalance] {
        let unbalanced = entries.filter { !$0.value.sum.isZero }
        let keys = unbalanced.keys.sorted { left, right in
            (left.bus.id, left.tuple.count) != (right.bus.id, right.tuple.count)
                ? (left.bus.id, left.tuple.count) < (right.bus.id, right.tuple.count)
                : left.tuple.lexicographicallyPrecedes(right.tuple)
        }
        return keys.prefix(limit).compactMap { key in
            guard let entry = unbalanced[key] else { return nil }
            let value = entry.sum.canonical
            let excess = value > Felt.modulus / 2 ? Int(value) - Int(Felt.modulus) : Int(value)
            return TraceChecker.Imbalance(
                bus: key.bus.name, tuple: key.tuple, excess: excess, occurrences: entry.occurrences)
        }
    }
}
