extension Genesis {
    /// Numbers of `validating` that are out of their range or contradict each other.
    var validatingIssues: [GenesisIssue] {
        let blocks = UInt128(UInt32.max)
        var issues = boundIssues([
            ("validating.powerUnit", validating.powerUnit, .max),
            ("validating.minimumStake", validating.minimumStake, .max),
            ("validating.maxValidators", UInt128(validating.maxValidators), UInt128(Limits.maxValidators)),
            ("validating.activationDelay", UInt128(validating.activationDelay), blocks),
            ("validating.unbondingBlocks", UInt128(validating.unbondingBlocks), blocks),
            ("validating.evidenceAge", UInt128(validating.evidenceAge), blocks),
            ("validating.equivocationPenalty", UInt128(validating.equivocationPenalty), 10_000),
            ("validating.jailWindow", UInt128(validating.jailWindow), blocks),
            ("validating.unjailDelay", UInt128(validating.unjailDelay), blocks),
        ])
        if validating.activationDelay < 2 { issues.append(.validatorActivationTooShort(validating.activationDelay)) }
        // Who leaves in block H signs H + 1 and can be accused of it for `evidenceAge` blocks.
        let wanted = UInt128(validating.evidenceAge) + 2
        if UInt128(validating.unbondingBlocks) < wanted {
            issues.append(
                .unbondingNotLongerThanEvidence(have: validating.unbondingBlocks, want: UInt64(clamping: wanted)))
        }
        for validator in validators {
            guard let stake = validating.stake(ofPower: validator.power),
                validator.power <= Limits.maxValidatorPower
            else {
                issues.append(.validatorPowerAboveCap(validator.address))
                continue
            }
            if stake < validating.minimumStake {
                issues.append(.validatorStakeBelowMinimum(validator.address))
            }
        }
        return issues
    }

    /// A withheld reveal is worth about 0.4 · √selected / 2 of the largest reward of one prover; the penalty for a
    /// missed proposal is its price.
    var withholdingIssues: [GenesisIssue] {
        let rewards = proving.rewards
        let largest = [
            rewards.rewardFullProofProverT1, rewards.rewardFullProofProverT2, rewards.rewardT2Prover,
            rewards.t3.rewardProver, rewards.t4.rewardProver, rewards.t5.rewardProver,
        ].reduce(0, max)
        // 0.4 · √n / 2 = √(n / 25), in thousandths.
        let thousandths = UInt128((UInt64(proving.proversPerProof) * 40_000).squareRoot)
        let (unit, overflow) = proving.rewardUnit.multipliedReportingOverflow(by: UInt128(largest))
        let (scaled, scaledOverflow) = unit.multipliedReportingOverflow(by: thousandths)
        guard !overflow, !scaledOverflow else { return [] }
        let want = scaled / 1_000
        guard validating.missedProposalPenalty < want else { return [] }
        return [.missedProposalPenaltyTooLow(have: validating.missedProposalPenalty, want: want)]
    }
}

extension UInt64 {
    /// The largest integer whose square is not above this one (Newton's method).
    fileprivate var squareRoot: UInt64 {
        guard self > 1 else { return self }
        var root = UInt64(1) << UInt64((64 - leadingZeroBitCount + 1) / 2)
        while true {
            let next = (root + self / root) / 2
            if next >= root { return root }
            root = next
        }
    }
}
