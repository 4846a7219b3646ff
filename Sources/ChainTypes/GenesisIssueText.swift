extension GenesisIssue {
    /// What is wrong and what to do about it, for whoever wrote the genesis.
    package var explanation: String {
        switch self {
        case .chainIdZero: "chain ids start at 1"
        case .parameterZero(let name): "\(name) must not be zero"
        case .parameterTooLarge(let name, let value, let limit): "\(name) is \(value), the limit is \(limit)"
        case .initialBaseFeeBelowMinimum: "chain.initialBaseFee must be at least chain.minBaseFee"
        case .gasLimitBelowTransfer: "chain.gasLimit does not fit a single transfer"
        case .provingGasOverflow: "the gas of the largest payload passes 64 bits: lower chain.gas.payloadByte"
        case .transferBelowProvingWeight(let have, let want):
            "chain.gas.transfer is \(have); proving a transaction's operations costs \(want): raise it, or lower "
                + "chain.gas.provingWeight"
        case .noValidators: "name at least one validator (see: cairn key validator)"
        case .tooManyValidators(let count): "\(count) validators are more than a chain takes"
        case .duplicateValidator(let address): "validator \(address) stands twice"
        case .duplicateVRFKey(let address): "the VRF key of \(address) is also another validator's"
        case .vrfKeyIsSigningKey(let address):
            "the VRF key of \(address) is also a signing key: used with both algorithms a key can leak"
        case .validatorAddressMismatch(let address): "\(address) is not the address of its signing key"
        case .zeroPower(let address): "validator \(address) has no voting power"
        case .totalPowerAboveCap: "the sum of all voting powers is above the cap"
        case .validatorPowerAboveCap(let address): "the power of \(address) is above the cap of one validator"
        case .validatorStakeBelowMinimum(let address):
            "the stake of validator \(address), its power times validating.powerUnit, is below validating.minimumStake"
        case .validatorActivationTooShort(let blocks):
            "validating.activationDelay is \(blocks) blocks, but a set is fixed two blocks ahead"
        case .unbondingNotLongerThanEvidence(let have, let want):
            "validating.unbondingBlocks is \(have): evidence of the last signature could come too late, want \(want)"
        case .tooManyAccounts(let count): "\(count) accounts are more than the tree has leaves"
        case .duplicateAccount(let address): "account \(address) stands twice"
        case .accountNonceTooLarge(let address): "the nonce of \(address) is at or above its cap"
        case .accountIsSystemContract(let address): "\(address) is a system contract: it has no account"
        case .supplyOverflow: "balances and stakes together pass 2^128 wei"
        case .tooManyProvers(let count): "\(count) provers are more than a chain takes"
        case .duplicateOwner(let address): "owner \(address) has two provers"
        case .duplicateOperator(let address): "operator key \(address) belongs to two provers"
        case .stakeBelowMinimum(let owner): "the prover of \(owner) stakes less than proving.minimumStake"
        case .windowBelowMinimum(let name, let blocks, let minimum):
            "window \(name) has \(blocks) blocks, proving.minWindowBlocks asks for \(minimum)"
        case .proofRetentionBelowLongestJob(let have, let want):
            "proving.proofRetention is \(have) blocks; the longest job takes \(want)"
        case .openRewardAboveCap: "proving.openReward is above proving.openRewardCap"
        case .subBlockOperationsNotPowerOfTwo(let count): "proving.subBlockOperations is \(count), not a power of two"
        case .blockAboveSubBlocks(let have, let want):
            "chain.maxOperationsPerBlock is \(have), all sub-blocks of a block together take \(want): raise "
                + "proving.maxSubBlocks or proving.subBlockOperations"
        case .rewardOverflow: "the rewards of one job pass 2^128 wei: lower proving.rewardUnit"
        case .singleValidator: "whoever holds its key knows who will be selected"
        case .noFaultTolerance(let count): "with \(count) validators the chain halts when one does; four tolerate one"
        case .validatorAboveThird(let address): "the chain halts when \(address) does: it has more than a third"
        case .minWindowCensorable(let have, let want):
            "a proposer can keep a prover out of a window of \(have) blocks: want \(want)"
        case .missedProposalPenaltyTooLow(let have, let want):
            "validating.missedProposalPenalty is \(have) wei; withholding a block can be worth \(want)"
        case .payoffRises(let earlier, let later):
            "\(later) pays a sender more than \(earlier): provers will wait; lower the amounts of \(later)"
        case .rewardT2ProverTooHigh(let reward):
            "rewardT2Prover is \(reward); above 30 waiting for T3 pays more than a full proof in T2"
        case .submissionFeeAboveReward:
            "at the target base fee a submission costs more than rewardT2Prover pays: raise proving.rewardUnit, or lower "
                + "chain.initialBaseFee or chain.gas.payloadByte"
        case .noRedundancy: "one silent prover leaves an instance unproven: raise proving.redundancy"
        case .provingIsFree: "with chain.gas.provingWeight 0 a transaction need not pay for what proving it takes"
        case .subBlockMayExceedPlan(let instances, let limit):
            "a sub-block may need \(instances) instances and proving.maxInstances is \(limit): blocks end earlier then"
        case .noMinimumStake: "without a minimum stake identities cost nothing: set proving.minimumStake"
        case .penaltyAboveMinimumStake:
            "who holds the minimum stake cannot lock penaltyInvalidProof, and so cannot send"
        case .tooFewProvers(let have, let want): "jobs wait: \(have) provers, and a job takes \(want)"
        case .sourcePresetOutsideDevnet:
            "preset source pays for copied proofs and to silent provers: use preset devnet, or mark the chain a devnet"
        case .silentProversPaid(let units, let jobs):
            "preset source pays \(units) units to every selected prover for another's full proof in T1, so silent "
                + "identities earn their minimum stake in \(Self.times(jobs)): use preset devnet, or raise "
                + "proving.minimumStake"
        case .copiedProofsPaid(let units):
            "preset source pays up to \(units) units for a full proof made of others' partial proofs: use preset devnet"
        case .minSelectedBelowRedundancy(let have, let want):
            "a job may open with \(have) provers, and then no instance has the \(want) that proving.redundancy asks "
                + "for: raise proving.minSelected"
        case .fullProofAboveVerifyBudget(let instances, let budget):
            "a job of \(instances) instances is never proven, since a block verifies \(budget) partial proofs: raise "
                + "proving.verifyBudgetPerBlock, or lower proving.maxInstances"
        case .fullProofAboveBlockBudget(let bytes, let budget):
            "a full proof of the largest job with every partial proof inline may take \(bytes) bytes, and a payload has "
                + "at most \(budget): a job that nobody submits for cannot be proven; raise proving.proofBytesPerBlock or "
                + "lower proving.maxInstances"
        case .fullProofAboveGasLimit(let gas, let limit):
            "the largest payload costs \(gas) gas, a block has \(limit): lower chain.gas.payloadByte or "
                + "proving.proofBytesPerBlock"
        case .submissionAboveBlockBudget(let bytes, let budget):
            "with the fewest provers one may owe \(bytes) bytes in T2, and a payload has at most \(budget): raise "
                + "proving.minSelected or proving.proofBytesPerBlock, or lower proving.maxInstances"
        }
    }

    private static func times(_ jobs: UInt64) -> String { jobs == 1 ? "one job" : "\(jobs) jobs" }
}
