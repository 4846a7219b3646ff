package import ByteCodec
package import ChainTypes
package import SystemState

/// An equivocation that was signed by a validator of its height and can still be punished. Only `EvidenceRules` makes
/// it.
package struct VerifiedEquivocation: Hashable, Sendable {
    /// The two messages, in canonical order.
    package let equivocation: Equivocation
    /// What they are evidence of: the key of the tombstone.
    package let fault: Fault
    fileprivate init(_ equivocation: Equivocation, _ fault: Fault) {
        self.equivocation = equivocation
        self.fault = fault
    }
}

/// Why evidence does not belong into a block.
package enum EvidenceRejection: Error, Hashable, Sendable {
    case tooMany(Int)
    /// The two messages are no fault.
    case defect(EquivocationDefect)
    /// Faults rise strictly through a block.
    case notRising
    /// One validator is accused twice in a block; it can be punished once only.
    case repeatedValidator(Address)
    /// Of a height above the block's.
    case ofTheFuture(height: UInt64)
    /// More than `evidenceAge` blocks old.
    case tooOld(height: UInt64)
    case notAValidator(Address)
    case alreadyPunished(Address)
    case invalidSignature
}

/// Which evidence a block may show. Signatures are in low-S form by their type.
package enum EvidenceRules {
    /// Evidence of height e is taken in the blocks e … e + `evidenceAge`, under the set of e. Cheap checks come first.
    package static func verify(
        _ equivocation: Equivocation, at height: UInt64, state: SystemState
    ) throws(EvidenceRejection) -> VerifiedEquivocation {
        let fault: Fault
        do { fault = try equivocation.fault() } catch { throw .defect(error) }
        guard fault.height <= height else { throw .ofTheFuture(height: fault.height) }
        guard height - fault.height <= state.genesis.validating.evidenceAge else { throw .tooOld(height: fault.height) }
        guard !state.tombstones.contains(fault.validator) else { throw .alreadyPunished(fault.validator) }
        guard let set = state.validators(at: fault.height), set.index(of: fault.validator) != nil else {
            throw .notAValidator(fault.validator)
        }
        guard equivocation.isSigned(chainId: state.genesis.chainId) else { throw .invalidSignature }
        return VerifiedEquivocation(equivocation, fault)
    }

    /// All evidence of a block at `height`, which follows `state`: each by itself, in order, each validator once.
    package static func verify(
        _ evidence: [Equivocation], at height: UInt64, state: SystemState
    ) throws(EvidenceRejection) -> [VerifiedEquivocation] {
        guard evidence.count <= Limits.maxBlockEvidence else { throw .tooMany(evidence.count) }
        var verified: [VerifiedEquivocation] = []
        for equivocation in evidence {
            let next = try verify(equivocation, at: height, state: state)
            if let last = verified.last, last.fault >= next.fault { throw .notRising }
            guard !verified.contains(where: { $0.fault.validator == next.fault.validator }) else {
                throw .repeatedValidator(next.fault.validator)
            }
            verified.append(next)
        }
        return verified
    }
}
