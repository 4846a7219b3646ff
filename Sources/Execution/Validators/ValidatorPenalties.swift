import ByteCodec
import ChainTypes
package import SystemState

/// What validators pay: for saying two things at once, and for letting their round pass. It is burned, and never more
/// than they have at stake.
package enum ValidatorPenalties {
    /// Punishes equivocations: a share of everything at stake is burned, bonded first, and the validator is expelled
    /// for ever. What is left unbonds.
    package static func punish(_ evidence: [VerifiedEquivocation], state: inout SystemState) -> [ValidatorEvent] {
        evidence.compactMap { verified in
            let fault = verified.fault
            guard !state.tombstones.contains(fault.validator) else { return nil }
            let held = state.registeredValidators[fault.validator]?.total ?? 0
            let share = UInt128(min(state.genesis.validating.equivocationPenalty, 10_000))
            // held · share / 10,000, rounded down, without passing 128 bits.
            let (whole, rest) = held.quotientAndRemainder(dividingBy: 10_000)
            let burned = state.burnFromValidator(fault.validator, whole * share + rest * share / 10_000)
            _ = ValidatorRegistry.unbond(fault.validator, state: &state)
            state.tombstones[fault.validator] = Tombstone(fault: fault, punishedAt: state.height, burned: burned)
            return .slashed(fault, amount: burned)
        }
    }

    /// Charges the proposers of the rounds before the one in which the block was first proposed: whoever withholds its
    /// block, and with it its VRF output, pays for it. Each validator is charged once a block, the first
    /// `Limits.maxMissedRounds` rounds count.
    package static func chargeMissedProposals(originRound: UInt32, state: inout SystemState) -> [ValidatorEvent] {
        let height = state.height
        guard originRound > 0, let set = state.validators(at: height) else { return [] }
        let rules = state.genesis.validating
        var events: [ValidatorEvent] = []
        var charged: [Address] = []
        for round in 0..<min(originRound, Limits.maxMissedRounds) {
            let address = Proposer.select(set, height: height, round: round).address
            guard !charged.contains(address) else { continue }
            charged.append(address)
            guard state.registeredValidators.contains(address) else { continue }
            let burned = state.burnFromValidator(address, rules.missedProposalPenalty)
            events.append(.missedProposal(validator: address, round: round, amount: burned))
            if let event = note(address, height: height, rules, &state) { events.append(event) }
        }
        return events
    }

    /// Counts a miss, and jails whoever has too many, unless nobody else could carry the chain on.
    private static func note(
        _ address: Address, height: UInt64, _ rules: ValidatorParameters, _ state: inout SystemState
    ) -> ValidatorEvent? {
        let oldest = height - min(height, rules.jailWindow)
        let misses = state.registeredValidators.update(address) { validator in
            validator.misses.removeAll { $0 < oldest }
            // More than jail are of no use: the list is bounded.
            if validator.misses.count < max(Int(rules.missesToJail), 1) { validator.misses.append(height) }
            return validator.misses.count
        }
        guard let misses, rules.missesToJail > 0, misses >= Int(rules.missesToJail),
            let validator = state.registeredValidators[address], !validator.isJailed, !validator.isLeaving,
            ValidatorElection.hasCandidate(besides: address, state: state)
        else { return nil }
        let (sum, overflow) = height.addingReportingOverflow(rules.unjailDelay)
        let until = overflow ? .max : sum
        state.registeredValidators.update(address) {
            $0.jailedAt = height
            $0.jailedUntil = until
        }
        return .jailed(validator: address, until: until)
    }
}
