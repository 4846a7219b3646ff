package import ProofField
package import STARKCore

/// Why a plan or its public messages are outside of the bus argument's bounds.
package enum JobRejection: Error, Hashable, Sendable {
    /// An instance names a circuit outside of the program.
    case unknownCircuit(UInt32)
    /// The parameters do not allow an instance's height.
    case heightNotAllowed
    /// More messages than the bus argument's soundness carries.
    case tooManyMessages
    /// A bus could carry p or more messages: its balance modulo p would say nothing.
    case multiplicityBound(bus: UInt32)
    /// A public message does not fit its bus, has an impossible count, or its denominator is zero.
    case publicMessage
}

/// The argument over all instances of a job: bounds from the plan, and the balance of the buses. Each instance has its
/// own verdict by ``InstanceVerifier``, for the binding of ``InstanceListStatement``.
package enum JobVerifier {
    /// Rows times messages over all instances, public messages included: keeps 2 H / |E| below 2^-100.
    package static let maximumMessages: UInt64 = 1 << 22

    /// Checks what the plan alone decides; to be done before the global challenge is derived.
    package static func checkPlan(
        _ instances: [(circuit: UInt32, logHeight: Int)], publicMessages: [PublicMessage], circuits: CircuitSet,
        parameters: ProofParameters
    ) -> JobRejection? {
        var total = UInt64(publicMessages.count)
        var weights: [UInt32: UInt64] = [:]
        for message in publicMessages {
            let magnitude = UInt64(message.multiplicity.magnitude)
            guard message.tuple.count == message.bus.width, magnitude < UInt64(Felt.modulus) else {
                return .publicMessage
            }
            if let rejection = add(magnitude, bus: message.bus, to: &weights) { return rejection }
        }
        for instance in instances {
            guard let circuit = circuits.circuit(id: instance.circuit) else {
                return .unknownCircuit(instance.circuit)
            }
            guard parameters.logHeights.contains(instance.logHeight) else { return .heightNotAllowed }
            let height = UInt64(1) << UInt64(instance.logHeight)
            total += UInt64(circuit.messages.count) * height
            // A recorded weight is at most 2^16 a message, so the product is far from overflow.
            for (bus, weight) in circuit.busWeights {
                if let rejection = add(weight * height, bus: bus, to: &weights) { return rejection }
            }
        }
        return total > maximumMessages ? .tooManyMessages : nil
    }

    private static func add(_ weight: UInt64, bus: Bus, to weights: inout [UInt32: UInt64]) -> JobRejection? {
        let (sum, overflow) = (weights[bus.id] ?? 0).addingReportingOverflow(weight)
        if overflow || sum >= UInt64(Felt.modulus) { return .multiplicityBound(bus: bus.id) }
        weights[bus.id] = sum
        return nil
    }

    /// What a public message adds to the balance; nil when its tuple has another width than its bus or its
    /// denominator is zero.
    package static func busContribution(_ message: PublicMessage, seed: Digest) -> BusSum? {
        guard message.tuple.count == message.bus.width else { return nil }
        let challenges = BusChallenges(seed: seed, width: message.bus.width)
        let denominator = challenges.denominator(bus: message.bus, tuple: message.tuple)
        guard !denominator.isZero else { return nil }
        return BusSum(denominator.inverse * Felt(reducing: message.multiplicity))
    }

    /// True when the instances' sums and the public messages cancel.
    package static func isBalanced(_ sums: [BusSum], publicMessages: [PublicMessage], seed: Digest) -> Bool {
        var total = sums.reduce(.zero, +)
        for message in publicMessages {
            guard let contribution = busContribution(message, seed: seed) else { return false }
            total = total + contribution
        }
        return total == .zero
    }
}
