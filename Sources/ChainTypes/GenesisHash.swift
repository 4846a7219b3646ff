package import ByteCodec
import Cryptography

extension Genesis {
    /// Keccak-256 of `encoded`.
    package var hash: Bytes32 { Keccak256.hash(encoded) }

    /// Canonical RLP of every field in the order of declaration: structures as lists, truth values as 0 and 1, texts
    /// as UTF-8, keys compressed, lists in the order given.
    package var encoded: [UInt8] {
        var encoder = RLPEncoder()
        encoder.list { list in
            list.append(chainId)
            list.append(timestamp)
            list.append(flag: isDevnet)
            list.list { items in
                for account in accounts { account.append(to: &items) }
            }
            list.list { items in
                for validator in validators { validator.append(to: &items) }
            }
            list.list { items in
                for prover in provers { prover.append(to: &items) }
            }
            chain.append(to: &list)
            proving.append(to: &list)
            validating.append(to: &list)
        }
        return encoder.bytes
    }
}

extension RLPEncoder {
    fileprivate mutating func append(flag: Bool) { append(UInt64(flag ? 1 : 0)) }
    fileprivate mutating func append(_ value: UInt32) { append(UInt64(value)) }
    fileprivate mutating func append(numbers: [UInt64]) {
        list { items in
            for number in numbers { items.append(number) }
        }
    }
}

extension Account {
    fileprivate func append(to encoder: inout RLPEncoder) {
        encoder.list { list in
            list.append(address)
            list.append(nonce)
            list.append(balance)
        }
    }
}

extension GenesisProver {
    fileprivate func append(to encoder: inout RLPEncoder) {
        encoder.list { list in
            list.append(owner)
            list.append(operatorKey)
            list.append(recipient)
            list.append(stake)
        }
    }
}

extension ChainParameters {
    fileprivate func append(to encoder: inout RLPEncoder) {
        encoder.list { list in
            list.append(gasLimit)
            list.append(initialBaseFee)
            list.append(minBaseFee)
            list.append(elasticity)
            list.append(baseFeeChangeDenominator)
            list.append(maxOperationsPerBlock)
            list.append(blockIntervalMilliseconds)
            list.append(numbers: [
                gas.transfer, gas.calldataZeroByte, gas.calldataNonZeroByte, gas.accessListAddress, gas.accessListKey,
                gas.accountCreation, gas.systemCall, gas.provingBase, gas.payloadByte, gas.provingWeight,
            ])
        }
    }
}

extension ProvingParameters {
    fileprivate func append(to encoder: inout RLPEncoder) {
        encoder.list { list in
            appendProof(to: &list)
            appendSelection(to: &list)
            appendPhases(to: &list)
            appendMoney(to: &list)
            appendMembership(to: &list)
        }
    }

    private func appendProof(to list: inout RLPEncoder) {
        list.append(UInt64(preset.rawValue))
        list.append(Array(proofProfile.utf8))
        list.append(UInt64(maxInstanceLogHeight))
        list.append(maxInstances)
        list.append(maxOperationsPerJob)
        list.append(subBlockOperations)
        list.append(maxSubBlocks)
    }

    private func appendSelection(to list: inout RLPEncoder) {
        list.append(proversPerProof)
        list.append(proversPerAggProof)
        list.append(redundancy)
        list.append(minSelected)
        list.append(maxConcurrentJobs)
    }

    private func appendPhases(to list: inout RLPEncoder) {
        list.append(numbers: [
            windows.t1, windows.t1Extension, windows.t2, windows.t3, windows.t4, windows.t5, windows.aggProof,
        ])
        list.append(minWindowBlocks)
        list.append(flag: earlyAdvance)
        list.append(maxFullProofsPerPhase)
        list.append(maxAttempts)
    }

    private func appendMoney(to list: inout RLPEncoder) {
        list.append(rewardUnit)
        rewards.append(to: &list)
        list.append(maxIssuancePerJob)
        list.append(openReward)
        list.append(openRewardStep)
        list.append(openRewardCap)
        list.append(penaltyInvalidProof)
        list.append(minimumStake)
    }

    private func appendMembership(to list: inout RLPEncoder) {
        list.append(activationDelay)
        list.append(unbondingBlocks)
        list.append(missesToJail)
        list.append(jailWindow)
        list.append(unjailDelay)
        list.append(historyBase)
        list.append(historyCap)
        list.append(proofRetention)
        list.append(jobRetention)
        list.append(proofBytesPerBlock)
        list.append(verifyBudgetPerBlock)
    }
}

extension ValidatorParameters {
    fileprivate func append(to encoder: inout RLPEncoder) {
        encoder.list { list in
            list.append(powerUnit)
            list.append(minimumStake)
            list.append(maxValidators)
            list.append(activationDelay)
            list.append(unbondingBlocks)
            list.append(evidenceAge)
            list.append(equivocationPenalty)
            list.append(missedProposalPenalty)
            list.append(missesToJail)
            list.append(jailWindow)
            list.append(unjailDelay)
        }
    }
}

extension RewardTable {
    fileprivate func append(to encoder: inout RLPEncoder) {
        encoder.list { list in
            for amount in [
                rewardFullProofProverT1, rewardFullProofSenderT1, rewardFullProofValidatorT1, rewardT1Validator,
                penaltyT1Prover, rewardFullProofProverT2, rewardFullProofSenderT2, rewardFullProofValidatorT2,
                rewardT2Prover, rewardT2Validator, penaltyT2Prover,
            ] {
                list.append(amount)
            }
            for phase in [t3, t4, t5] { list.append(numbers: phase.amounts) }
            list.append(rewardAggProofProver)
            list.append(rewardAggProofValidator)
        }
    }
}

extension AggregationAmounts {
    fileprivate var amounts: [UInt64] {
        [
            rewardProverReusing, rewardProverReused, rewardProver, rewardValidator, penaltyProver,
            penaltyProverNotReused,
        ]
    }
}
