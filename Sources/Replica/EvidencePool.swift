package import ChainTypes
package import Execution
package import SystemState

/// Equivocations that this node saw and no block has shown yet, one a validator: one is enough to expel it.
///
/// In memory only: whoever saw both messages keeps the evidence, so a restart loses it for one node.
package struct EvidencePool: Sendable {
    /// By rising fault, the order of a block.
    private var entries: [(fault: Fault, equivocation: Equivocation)] = []

    /// An empty pool.
    package init() {}

    /// Validators that stand accused.
    package var count: Int { entries.count }

    /// Takes evidence that the next block may show. False when it may not, or when the validator stands accused
    /// already.
    @discardableResult
    package mutating func add(_ equivocation: Equivocation, state: SystemState) -> Bool {
        let canonical = equivocation.canonical
        guard entries.count < Limits.maxRegisteredValidators,
            let verified = try? EvidenceRules.verify(canonical, at: state.height + 1, state: state),
            !entries.contains(where: { $0.fault.validator == verified.fault.validator })
        else { return false }
        let place = entries.firstIndex { verified.fault < $0.fault } ?? entries.count
        entries.insert((verified.fault, canonical), at: place)
        return true
    }

    /// What the block after `state` should show, as its rules ask.
    package func pending(after state: SystemState) -> [VerifiedEquivocation] {
        let valid = entries.lazy.compactMap { entry in
            try? EvidenceRules.verify(entry.equivocation, at: state.height + 1, state: state)
        }
        return Array(valid.prefix(Limits.maxBlockEvidence))
    }

    /// Forgets what a committed block settled: validators that it expelled, and evidence that has become too old.
    package mutating func committed(_ state: SystemState) {
        let (height, age) = (state.height, state.genesis.validating.evidenceAge)
        entries.removeAll { entry in
            state.tombstones.contains(entry.fault.validator)
                || height >= entry.fault.height && height - entry.fault.height >= age
        }
    }
}
