package import ProofField

/// The circuits of a program in order, with identifiers, names and buses that fit together.
package struct CircuitSet: Sendable {
    /// In the order of the program's hash.
    package let circuits: [RecordedCircuit]

    /// Throws when an identifier or a name occurs twice, or two circuits disagree on a bus.
    package init(_ circuits: [RecordedCircuit]) throws(RecordingError) {
        var buses: [UInt32: Bus] = [:]
        for (position, circuit) in circuits.enumerated() {
            for other in circuits[..<position] where other.id == circuit.id || other.name == circuit.name {
                throw .duplicateCircuit(circuit.name)
            }
            for message in circuit.messages {
                if let known = buses[message.bus.id], known != message.bus {
                    throw .conflictingBus(message.bus.name)
                }
                buses[message.bus.id] = message.bus
            }
        }
        self.circuits = circuits
    }

    /// Nil when the program has no such circuit.
    package func circuit(id: UInt32) -> RecordedCircuit? {
        circuits.first { $0.id == id }
    }

    /// The verifying key of the program: parameters, then all circuits' digests in order.
    package func programHash(parameters: ProofParameters) -> Digest {
        var transcript = Transcript(domain: .program)
        transcript.absorb(parameters.digest)
        transcript.absorb(Felt(reducing: circuits.count))
        for circuit in circuits { transcript.absorb(circuit.digest) }
        return transcript.squeezeDigest()
    }
}
