import ProofField

/// The injective encoding of a recorded circuit that its digest covers: identifiers, column count, the graph of all
/// constraints and messages, degrees and weights. Names and labels carry no meaning for a proof and stay out.
enum CircuitEncoding {
    /// Changes with the meaning of any encoded field.
    private static let version = 1

    static func digest(
        id: UInt32, columnCount: Int, nodes: [ExpressionGraph.Node], constraints: [RecordedConstraint],
        messages: [BusMessage], degree: Int
    ) -> Digest {
        var elements = [version, Int(id), columnCount, degree, nodes.count].map(Felt.init(reducing:))
        for node in nodes { elements += encode(node) }
        elements.append(Felt(reducing: constraints.count))
        elements += constraints.map { Felt(reducing: $0.node) }
        elements.append(Felt(reducing: messages.count))
        for message in messages {
            elements += [Int(message.bus.id), message.bus.width, message.multiplicity, Int(message.weight)]
                .map(Felt.init(reducing:))
            elements += message.tuple.map(Felt.init(reducing:))
        }
        return Poseidon2.hash(fixedLength: elements)
    }

    private static func encode(_ node: ExpressionGraph.Node) -> [Felt] {
        switch node {
        case .column(let column): [Felt(reducing: 4), Felt(reducing: column)]
        case .constant(let value): [Felt(reducing: 5), Felt(value)]
        case .operation(let operation, let a, let b):
            [Felt(UInt32(operation.rawValue)), Felt(reducing: a), Felt(reducing: b)]
        }
    }
}
