import ByteCodec
import Cryptography

extension Genesis {
    /// Everything that is wrong or unwise in this genesis, errors and warnings, in a fixed order.
    package func validate() -> [GenesisIssue] {
        var issues: [GenesisIssue] = chainId == 0 ? [.chainIdZero] : []
        issues += chain.issues
        issues += validatorIssues
        issues += validatingIssues
        issues += accountIssues
        issues += proverIssues
        issues += proving.limitIssues
        issues += proving.windowIssues
        issues += proving.rewardIssues
        issues += proving.subBlockIssues(blockOperations: chain.maxOperationsPerBlock)
        issues += adviceOnValidators
        issues += withholdingIssues
        issues += adviceOnProving
        issues += exposureIssues
        return issues
    }

    private var validatorIssues: [GenesisIssue] {
        if validators.isEmpty { return [.noValidators] }
        var issues: [GenesisIssue] = []
        if validators.count > min(Limits.maxValidators, Int(validating.maxValidators)) {
            issues.append(.tooManyValidators(validators.count))
        }
        issues += Self.duplicates(validators.map(\.address)).map { .duplicateValidator($0) }
        var vrfKeys: Set<VRFPublicKey> = []
        let signingKeys = Set(validators.map(\.signingKey.compressed))
        for validator in validators {
            if signingKeys.contains(validator.vrfKey.compressed) {
                issues.append(.vrfKeyIsSigningKey(validator: validator.address))
            }
            if !vrfKeys.insert(validator.vrfKey).inserted {
                issues.append(.duplicateVRFKey(validator: validator.address))
            }
            if validator.signingKey.address != validator.address {
                issues.append(.validatorAddressMismatch(validator.address))
            }
            if validator.power == 0 { issues.append(.zeroPower(validator.address)) }
        }
        if totalPower > UInt128(Limits.maxTotalPower) { issues.append(.totalPowerAboveCap) }
        return issues
    }

    private var accountIssues: [GenesisIssue] {
        var issues: [GenesisIssue] = []
        if accounts.count > Limits.maxAccounts { issues.append(.tooManyAccounts(accounts.count)) }
        issues += Self.duplicates(accounts.map(\.address)).map { .duplicateAccount($0) }
        for account in accounts {
            if account.nonce >= Account.maxNonce { issues.append(.accountNonceTooLarge(account.address)) }
            if SystemContract(address: account.address) != nil {
                issues.append(.accountIsSystemContract(account.address))
            }
        }
        let stakes = validators.map { validating.stake(ofPower: $0.power) ?? .max } + provers.map(\.stake)
        if Self.sum(accounts.map(\.balance) + stakes) == nil { issues.append(.supplyOverflow) }
        return issues
    }

    private var proverIssues: [GenesisIssue] {
        var issues: [GenesisIssue] = []
        if provers.count > Limits.maxProvers { issues.append(.tooManyProvers(provers.count)) }
        issues += Self.duplicates(provers.map(\.owner)).map { .duplicateOwner($0) }
        issues += Self.duplicates(provers.map(\.operatorKey)).map { .duplicateOperator($0) }
        for prover in provers where prover.stake < proving.minimumStake {
            issues.append(.stakeBelowMinimum(owner: prover.owner))
        }
        return issues
    }

    private var adviceOnValidators: [GenesisIssue] {
        guard validators.count > 1 else { return validators.isEmpty ? [] : [.singleValidator] }
        var issues: [GenesisIssue] = []
        if validators.count < 4 {
            issues.append(.noFaultTolerance(validators: validators.count))
        } else {
            for validator in validators where 3 * UInt128(validator.power) > totalPower {
                issues.append(.validatorAboveThird(validator.address))
            }
        }
        let wanted = 2 * (UInt64(validators.count - 1) / 3 + 1)
        if proving.minWindowBlocks < wanted {
            issues.append(.minWindowCensorable(have: proving.minWindowBlocks, want: wanted))
        }
        return issues
    }

    private var adviceOnProving: [GenesisIssue] {
        var issues = proving.payoffIssues
        if proving.rewards.rewardT2Prover > 30 {
            issues.append(.rewardT2ProverTooHigh(proving.rewards.rewardT2Prover))
        }
        // A submission costs at least the base of its transaction.
        let fee = chain.initialBaseFee.multipliedReportingOverflow(by: UInt128(chain.gas.provingBase))
        let reward = proving.rewardUnit.multipliedReportingOverflow(by: UInt128(proving.rewards.rewardT2Prover))
        if fee.overflow || !reward.overflow && fee.partialValue > reward.partialValue {
            issues.append(.submissionFeeAboveReward)
        }
        if proving.redundancy == 1 { issues.append(.noRedundancy) }
        if chain.gas.provingWeight == 0 { issues.append(.provingIsFree) }
        if let instances = proving.worstSubBlockInstances, instances > UInt64(proving.maxInstances) {
            issues.append(.subBlockMayExceedPlan(instances: instances, limit: proving.maxInstances))
        }
        if proving.minimumStake == 0 { issues.append(.noMinimumStake) }
        if proving.penaltyInvalidProof > proving.minimumStake { issues.append(.penaltyAboveMinimumStake) }
        if provers.count < proving.minSelected {
            issues.append(.tooFewProvers(have: provers.count, want: proving.minSelected))
        }
        if proving.preset == .source, !isDevnet { issues.append(.sourcePresetOutsideDevnet) }
        return issues
    }

    private var totalPower: UInt128 { validators.reduce(0) { $0 + UInt128($1.power) } }

    /// Each address that occurs again, at each further place.
    private static func duplicates(_ addresses: [Address]) -> [Address] {
        var seen: Set<Address> = []
        return addresses.filter { !seen.insert($0).inserted }
    }

    /// Nil above 2^128 - 1.
    private static func sum(_ amounts: [UInt128]) -> UInt128? {
        var total: UInt128 = 0
        for amount in amounts {
            let (sum, overflow) = total.addingReportingOverflow(amount)
            if overflow { return nil }
            total = sum
        }
        return total
    }
}

/// Issues of a parameter that must be in 1 ... limit.
func boundIssues(_ bounds: [(name: String, value: UInt128, limit: UInt128)]) -> [GenesisIssue] {
    bounds.compactMap { bound in
        if bound.value == 0 { return .parameterZero(bound.name) }
        if bound.value > bound.limit {
            return .parameterTooLarge(bound.name, value: bound.value, limit: bound.limit)
        }
        return nil
    }
}

extension ChainParameters {
    fileprivate var issues: [GenesisIssue] {
        let day: UInt128 = 86_400_000
        var issues = boundIssues([
            ("gasLimit", UInt128(gasLimit), UInt128(UInt64.max / 8)),
            ("elasticity", UInt128(elasticity), UInt128(max(gasLimit, 1))),
            ("baseFeeChangeDenominator", UInt128(baseFeeChangeDenominator), UInt128(UInt64.max)),
            ("maxOperationsPerBlock", UInt128(maxOperationsPerBlock), UInt128(Limits.maxOperationsPerBlock)),
            ("blockIntervalMilliseconds", UInt128(blockIntervalMilliseconds), day),
            ("gas.transfer", UInt128(gas.transfer), UInt128(UInt64.max)),
            ("gas.provingBase", UInt128(gas.provingBase), UInt128(UInt64.max)),
        ])
        if initialBaseFee < minBaseFee { issues.append(.initialBaseFeeBelowMinimum) }
        if gasLimit < gas.transfer { issues.append(.gasLimitBelowTransfer) }
        let payload = UInt128(gas.payloadByte) * UInt128(Limits.maxPayloadBytes)
        if UInt128(gas.provingBase) + payload > UInt128(UInt64.max) { issues.append(.provingGasOverflow) }
        let weight = OperationWeight.ofTransaction * UInt128(gas.provingWeight)
        if UInt128(gas.transfer) < weight {
            issues.append(.transferBelowProvingWeight(have: gas.transfer, want: weight))
        }
        return issues
    }
}
