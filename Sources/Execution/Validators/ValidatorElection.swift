import ByteCodec
package import ChainTypes
package import SystemState

/// From stakes to sets: what executing block H leaves behind fixes the set of H + 2.
package enum ValidatorElection {
    /// Ends the block: fixes the set two heights on, and forgets sets that nothing can ask for any more. When nobody is
    /// eligible the set before stays in force: a chain without validators could not even record that.
    package static func closeBlock(_ state: inout SystemState) -> [ValidatorEvent] {
        let (height, overflow) = state.height.addingReportingOverflow(SystemState.validatorSetDelay)
        guard !overflow else { return [] }
        forget(&state)
        let current = state.nextValidators
        guard let elected = ValidatorSet(candidates(state, at: height)), elected != current else { return [] }
        state.validatorSets[height] = elected
        return [
            .setChanged(
                height: height, hash: elected.hash, validators: elected.validators.count,
                totalPower: elected.totalPower)
        ]
    }

    /// Who would be in the set of `height` by the state as it is: active, not jailed, not leaving, with the minimum
    /// stake; those with the most power, at equal power the smaller address.
    package static func candidates(_ state: SystemState, at height: UInt64) -> [Validator] {
        let rules = state.genesis.validating
        let eligible = state.registeredValidators.values.compactMap { validator -> Validator? in
            let power = rules.power(ofStake: validator.stake)
            guard power > 0, validator.activeFrom <= height, !validator.isLeaving, !validator.isJailed else {
                return nil
            }
            return Validator(
                address: validator.address, signingKey: validator.signingKey, vrfKey: validator.vrfKey, power: power)
        }
        let ranked = eligible.sorted { ($1.power, $0.address) < ($0.power, $1.address) }
        return Array(ranked.prefix(min(Int(rules.maxValidators), Limits.maxValidators)))
    }

    /// Whether a set could be made without this validator.
    static func hasCandidate(besides address: Address, state: SystemState) -> Bool {
        let (height, _) = state.height.addingReportingOverflow(SystemState.validatorSetDelay)
        return candidates(state, at: height).contains { $0.address != address }
    }

    /// Sets are kept for `unbondingBlocks`: as long as evidence of their heights can cost anyone anything.
    private static func forget(_ state: inout SystemState) {
        let oldest = state.height - min(state.height, state.genesis.validating.unbondingBlocks)
        while state.validatorSets.count > 1, state.validatorSets.keys[1] <= oldest {
            state.validatorSets[state.validatorSets.keys[0]] = nil
        }
    }
}
