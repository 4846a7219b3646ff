/// Parameters of validators' stake, sets and penalties. Durations are in blocks, amounts in wei.
package struct ValidatorParameters: Hashable, Sendable {
    /// Stake of one unit of voting power.
    package var powerUnit: UInt128
    /// Below it a validator is in no set.
    package var minimumStake: UInt128
    /// Validators of one set: those with the most power.
    package var maxValidators: UInt32
    /// From registering or unjailing to the first set that may hold the validator; at least 2.
    package var activationDelay: UInt64
    /// From leaving to `withdraw`; also how long the sets of past heights are kept.
    package var unbondingBlocks: UInt64
    /// Evidence of a height is taken up to this many blocks later. This is the only rule of age.
    package var evidenceAge: UInt64
    /// What an equivocation burns, in 1/10,000 of everything the validator has at stake.
    package var equivocationPenalty: UInt32
    /// Burned from a validator that let its round pass.
    package var missedProposalPenalty: UInt128
    /// Missed proposals within `jailWindow` that jail; 0 never jails.
    package var missesToJail: UInt32
    /// Blocks over which missed proposals are counted.
    package var jailWindow: UInt64
    /// From jailing to the earliest `unjail`.
    package var unjailDelay: UInt64

    package init(
        powerUnit: UInt128, minimumStake: UInt128, maxValidators: UInt32, activationDelay: UInt64,
        unbondingBlocks: UInt64, evidenceAge: UInt64, equivocationPenalty: UInt32, missedProposalPenalty: UInt128,
        missesToJail: UInt32, jailWindow: UInt64, unjailDelay: UInt64
    ) {
        self.powerUnit = powerUnit
        self.minimumStake = minimumStake
        self.maxValidators = maxValidators
        self.activationDelay = activationDelay
        self.unbondingBlocks = unbondingBlocks
        self.evidenceAge = evidenceAge
        self.equivocationPenalty = equivocationPenalty
        self.missedProposalPenalty = missedProposalPenalty
        self.missesToJail = missesToJail
        self.jailWindow = jailWindow
        self.unjailDelay = unjailDelay
    }

    /// The numbers of `Genesis/devnet.json`.
    package static let devnet = ValidatorParameters(
        powerUnit: 1_000 * Unit.cairn, minimumStake: 100 * Unit.cairn, maxValidators: 100, activationDelay: 4,
        unbondingBlocks: 400, evidenceAge: 200, equivocationPenalty: 500, missedProposalPenalty: 30 * Unit.cairn,
        missesToJail: 40, jailWindow: 200, unjailDelay: 20)

    /// Voting power of a stake: one for each whole `powerUnit`, at least 1 from `minimumStake` on, and at most
    /// `Limits.maxValidatorPower`, so that no set can pass `Limits.maxTotalPower`. 0 below the minimum.
    package func power(ofStake stake: UInt128) -> UInt64 {
        guard stake > 0, stake >= minimumStake, powerUnit > 0 else { return 0 }
        return UInt64(min(max(stake / powerUnit, 1), UInt128(Limits.maxValidatorPower)))
    }

    /// The stake that a genesis gives a validator with its power; nil above 2^128 - 1.
    package func stake(ofPower power: UInt64) -> UInt128? {
        let (stake, overflow) = powerUnit.multipliedReportingOverflow(by: UInt128(power))
        return overflow ? nil : stake
    }
}
