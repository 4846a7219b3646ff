package import ByteCodec

/// What `Genesis.validate()` finds. A chain with an error must not start; a warning names an attack or a weakness
/// that the numbers invite.
package enum GenesisIssue: Hashable, Sendable {
    // Errors: the chain itself.
    case chainIdZero
    /// A number that must be at least 1, by its name in the genesis file.
    case parameterZero(String)
    /// A number above what the field allows, by its name in the genesis file.
    case parameterTooLarge(String, value: UInt128, limit: UInt128)
    case initialBaseFeeBelowMinimum
    case gasLimitBelowTransfer
    /// The gas of the largest proving transaction passes 64 bits.
    case provingGasOverflow
    /// A transaction would not pay for proving the account operations that it can make.
    case transferBelowProvingWeight(have: UInt64, want: UInt128)

    // Errors: accounts and validators.
    case noValidators
    case tooManyValidators(Int)
    case duplicateValidator(Address)
    case duplicateVRFKey(validator: Address)
    /// One key under ECDSA and ECVRF can leak.
    case vrfKeyIsSigningKey(validator: Address)
    /// The address is not that of the signing key.
    case validatorAddressMismatch(Address)
    case zeroPower(Address)
    /// Above `Limits.maxTotalPower`.
    case totalPowerAboveCap
    /// Above `Limits.maxValidatorPower`, or its stake passes 128 bits.
    case validatorPowerAboveCap(Address)
    case validatorStakeBelowMinimum(Address)
    /// A set is fixed two blocks ahead.
    case validatorActivationTooShort(UInt64)
    /// A validator could take its stake away before it can be punished.
    case unbondingNotLongerThanEvidence(have: UInt64, want: UInt64)
    case tooManyAccounts(Int)
    case duplicateAccount(Address)
    /// At `Account.maxNonce`: it could not send.
    case accountNonceTooLarge(Address)
    case accountIsSystemContract(Address)
    /// Balances and stakes together pass 128 bits of wei.
    case supplyOverflow

    // Errors: provers and the proving market.
    case tooManyProvers(Int)
    case duplicateOwner(Address)
    case duplicateOperator(Address)
    case stakeBelowMinimum(owner: Address)
    /// A phase's window, by its name, is below `minWindowBlocks`.
    case windowBelowMinimum(String, blocks: UInt64, minimum: UInt64)
    /// Payloads would be pruned before a job that takes all its attempts is settled.
    case proofRetentionBelowLongestJob(have: UInt64, want: UInt64)
    case openRewardAboveCap
    /// The trees of a block's sub-blocks would not be subtrees of the block's.
    case subBlockOperationsNotPowerOfTwo(UInt32)
    /// A block could have more operations than all its sub-blocks may have.
    case blockAboveSubBlocks(have: UInt32, want: UInt64)
    /// The rewards of one job do not fit 128 bits of wei.
    case rewardOverflow

    // Warnings.
    /// One validator knows every seed beforehand: selection is predictable.
    case singleValidator
    /// With fewer than four validators the chain halts when one does.
    case noFaultTolerance(validators: Int)
    /// The chain halts when this validator does.
    case validatorAboveThird(Address)
    /// A proposer can hold a prover's transactions back until its window is over: want 2(f + 1).
    case minWindowCensorable(have: UInt64, want: UInt64)
    /// Withholding a reveal of randomness costs less than it can gain.
    case missedProposalPenaltyTooLow(have: UInt128, want: UInt128)
    /// Waiting for the later phase pays more than sending in the earlier one.
    case payoffRises(from: String, to: String)
    /// Above 30, with the source's other numbers, waiting for T3 pays more than a full proof in T2.
    case rewardT2ProverTooHigh(UInt64)
    /// Sending a submission costs more than it earns.
    case submissionFeeAboveReward
    /// One silent prover leaves an instance unproven.
    case noRedundancy
    /// Blocks that are dear to prove cost no more than others.
    case provingIsFree
    /// Blocks whose operations are spread over the tree end before a sub-block is full.
    case subBlockMayExceedPlan(instances: UInt64, limit: UInt32)
    /// Identities cost nothing.
    case noMinimumStake
    /// Who holds the minimum stake cannot lock the penalty and so cannot send.
    case penaltyAboveMinimumStake
    /// Jobs wait until more provers register.
    case tooFewProvers(have: Int, want: UInt32)
    /// The literal rules pay for copied proofs and to silent provers.
    case sourcePresetOutsideDevnet
    /// The literal rules pay every selected prover for another's full proof in T1.
    case silentProversPaid(units: UInt64, jobsToEarnStake: UInt64)
    /// The literal rules pay for a full proof made of others' partial proofs.
    case copiedProofsPaid(units: UInt64)
    /// A job may open with so few provers that an instance goes to fewer than `redundancy`.
    case minSelectedBelowRedundancy(have: UInt32, want: UInt32)
    /// A full proof of the largest job never fits a block, so that job is never proven.
    case fullProofAboveVerifyBudget(instances: UInt32, budget: UInt64)
    case fullProofAboveBlockBudget(bytes: UInt64, budget: UInt64)
    case fullProofAboveGasLimit(gas: UInt64, limit: UInt64)
    /// Few provers may owe more in T2 than a block takes: they are penalised for what they cannot send.
    case submissionAboveBlockBudget(bytes: UInt64, budget: UInt64)

    /// Whether an issue stops the chain from starting or is only shown.
    package enum Severity: Hashable, Sendable { case error, warning }

    /// `error` for what makes a genesis unusable, `warning` for numbers that invite an attack or a dead end.
    package var severity: Severity {
        switch self {
        case .singleValidator, .noFaultTolerance, .validatorAboveThird, .minWindowCensorable,
            .missedProposalPenaltyTooLow, .payoffRises,
            .rewardT2ProverTooHigh, .submissionFeeAboveReward, .noRedundancy, .noMinimumStake,
            .penaltyAboveMinimumStake, .provingIsFree, .subBlockMayExceedPlan, .tooFewProvers,
            .sourcePresetOutsideDevnet, .silentProversPaid, .copiedProofsPaid, .minSelectedBelowRedundancy,
            .fullProofAboveVerifyBudget, .fullProofAboveBlockBudget, .fullProofAboveGasLimit,
            .submissionAboveBlockBudget:
            .warning
        default: .error
        }
    }
}
