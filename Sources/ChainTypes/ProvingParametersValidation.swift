extension ProvingParameters {
    /// Numbers out of their range.
    var limitIssues: [GenesisIssue] {
        let selected = UInt128(Limits.maxSelectedProvers)
        var issues = boundIssues([
            ("maxInstanceLogHeight", UInt128(maxInstanceLogHeight), UInt128(Limits.maxInstanceLogHeight)),
            ("maxInstances", UInt128(maxInstances), UInt128(Limits.maxInstancesPerJob)),
            ("maxOperationsPerJob", UInt128(maxOperationsPerJob), UInt128(Limits.maxOperationsPerJob)),
            ("subBlockOperations", UInt128(subBlockOperations), UInt128(maxOperationsPerJob)),
            ("maxSubBlocks", UInt128(maxSubBlocks), UInt128(Limits.maxSubBlocks)),
            ("proversPerProof", UInt128(proversPerProof), selected),
            ("redundancy", UInt128(redundancy), selected),
            ("minSelected", UInt128(minSelected), UInt128(proversPerProof)),
            ("maxConcurrentJobs", UInt128(maxConcurrentJobs), UInt128(UInt32.max)),
            ("maxFullProofsPerPhase", UInt128(maxFullProofsPerPhase), selected),
            ("maxAttempts", UInt128(maxAttempts), UInt128(UInt32.max)),
            ("rewardUnit", rewardUnit, .max),
            ("historyBase", UInt128(historyBase), UInt128(UInt32.max)),
            ("proofBytesPerBlock", UInt128(proofBytesPerBlock), UInt128(Limits.maxBlockPayloadBytes)),
            ("verifyBudgetPerBlock", UInt128(verifyBudgetPerBlock), UInt128(UInt64.max)),
            ("minWindowBlocks", UInt128(minWindowBlocks), UInt128(UInt32.max)),
        ])
        if UInt128(proversPerAggProof) > selected {
            issues.append(
                .parameterTooLarge("proversPerAggProof", value: UInt128(proversPerAggProof), limit: selected))
        }
        if proofProfile.isEmpty { issues.append(.parameterZero("proofProfile")) }
        return issues
    }

    /// Windows below the minimum or too long to count, and too short a retention.
    var windowIssues: [GenesisIssue] {
        var issues: [GenesisIssue] = []
        for (name, blocks) in namedWindows + [("aggProof", windows.aggProof)] {
            if blocks < minWindowBlocks {
                issues.append(.windowBelowMinimum(name, blocks: blocks, minimum: minWindowBlocks))
            }
            if blocks > UInt64(UInt32.max) {
                issues.append(
                    .parameterTooLarge("windows.\(name)", value: UInt128(blocks), limit: UInt128(UInt32.max)))
            }
        }
        let attempt = namedWindows.reduce(UInt128(0)) { $0 + UInt128($1.blocks) }
        let longest = UInt64(clamping: attempt * UInt128(maxAttempts))
        if proofRetention < longest {
            issues.append(.proofRetentionBelowLongestJob(have: proofRetention, want: longest))
        }
        return issues
    }

    /// Sub-blocks that do not cut blocks as they must.
    func subBlockIssues(blockOperations: UInt32) -> [GenesisIssue] {
        var issues: [GenesisIssue] = []
        if subBlockOperations.nonzeroBitCount > 1 {
            issues.append(.subBlockOperationsNotPowerOfTwo(subBlockOperations))
        }
        let most = UInt64(subBlockOperations) * UInt64(maxSubBlocks)
        if UInt64(blockOperations) > most { issues.append(.blockAboveSubBlocks(have: blockOperations, want: most)) }
        return issues
    }

    /// Instances of a sub-block whose operations all touch accounts far from each other; nil when the largest height
    /// is out of its range.
    var worstSubBlockInstances: UInt64? {
        guard maxInstanceLogHeight <= Limits.maxInstanceLogHeight else { return nil }
        let height = UInt64(1) << UInt64(maxInstanceLogHeight)
        return [OperationWeight.treeHashRows, OperationWeight.accountsRows].reduce(0) { sum, rows in
            sum + (UInt64(subBlockOperations) * rows + height - 1) / height
        }
    }

    private var namedWindows: [(name: String, blocks: UInt64)] {
        [
            ("t1", windows.t1), ("t1Extension", windows.t1Extension), ("t2", windows.t2), ("t3", windows.t3),
            ("t4", windows.t4), ("t5", windows.t5),
        ]
    }

    var rewardIssues: [GenesisIssue] {
        var issues: [GenesisIssue] = []
        if openReward > openRewardCap { issues.append(.openRewardAboveCap) }
        // Every amount paid to everyone who can be paid is more than any job issues.
        let amounts = rewardsOfOneProver + [openRewardCap]
        let payees = 2 * UInt128(Limits.maxSelectedProvers)
        let units = amounts.reduce(UInt128(0)) { $0 + UInt128($1) } * payees
        if units.multipliedReportingOverflow(by: rewardUnit).overflow { issues.append(.rewardOverflow) }
        return issues
    }

    private var rewardsOfOneProver: [UInt64] {
        let table = rewards
        let aggregation = [table.t3, table.t4, table.t5].flatMap {
            [$0.rewardProverReusing, $0.rewardProverReused, $0.rewardProver, $0.rewardValidator]
        }
        return aggregation + [
            table.rewardFullProofProverT1, table.rewardFullProofSenderT1, table.rewardFullProofValidatorT1,
            table.rewardT1Validator, table.rewardFullProofProverT2, table.rewardFullProofSenderT2,
            table.rewardFullProofValidatorT2, table.rewardT2Prover, table.rewardT2Validator,
            table.rewardAggProofProver, table.rewardAggProofValidator,
        ]
    }

    /// A sender's best payoff must not rise from one phase to the next, else all wait. In T3 to T5 that is its own
    /// submission, the reuse of everyone else's, and the proof: with the source's numbers and 200 provers 8,010 in T3
    /// beside the submission, which is why `rewardT2Prover` must stay at or below 30.
    var payoffIssues: [GenesisIssue] {
        let table = rewards
        let others = UInt128(max(proversPerProof, 1) - 1)
        func aggregation(_ amounts: AggregationAmounts) -> UInt128 {
            others * UInt128(amounts.rewardProverReusing) + UInt128(amounts.rewardProver)
                + UInt128(table.rewardT2Prover)
        }
        let payoffs: [(phase: String, units: UInt128)] = [
            ("T1", UInt128(table.rewardFullProofProverT1) + UInt128(table.rewardFullProofSenderT1)),
            ("T2", UInt128(table.rewardFullProofProverT2) + UInt128(table.rewardFullProofSenderT2)),
            ("T3", aggregation(table.t3)), ("T4", aggregation(table.t4)), ("T5", aggregation(table.t5)),
        ]
        return zip(payoffs, payoffs.dropFirst()).compactMap { earlier, later in
            later.units > earlier.units ? .payoffRises(from: earlier.phase, to: later.phase) : nil
        }
    }
}
