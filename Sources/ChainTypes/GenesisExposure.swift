/// Attacks and dead ends that the numbers of a genesis invite, beyond single parameters out of range.
extension Genesis {
    /// Issues that depend on the size of the largest partial proof that the genesis allows, which only its circuits
    /// tell: payloads that fit no block, and fees that follow from their size.
    ///
    /// - Parameter proofBytes: of one partial proof at `proving.maxInstanceLogHeight`.
    package func issues(largestProof proofBytes: UInt64) -> [GenesisIssue] {
        let sizes = PayloadSizes(proving, proofBytes: proofBytes)
        let budget = min(proving.proofBytesPerBlock, UInt64(Limits.maxPayloadBytes))
        var issues: [GenesisIssue] = []
        if sizes.submission > budget {
            issues.append(.submissionAboveBlockBudget(bytes: sizes.submission, budget: budget))
        }
        if sizes.fullProof > budget {
            issues.append(.fullProofAboveBlockBudget(bytes: sizes.fullProof, budget: budget))
        }
        // What does fit the budget must fit the gas too.
        let (gas, overflow) = chain.gas.payloadByte.multipliedReportingOverflow(by: min(sizes.fullProof, budget))
        let (total, carry) = gas.addingReportingOverflow(chain.gas.provingBase)
        if overflow || carry || total > chain.gasLimit {
            issues.append(.fullProofAboveGasLimit(gas: overflow || carry ? .max : total, limit: chain.gasLimit))
        }
        issues += feeIssues(sizes)
        let longest = proving.longestJob(proofBytes: proofBytes)
        if proving.proofRetention < longest {
            issues.append(.proofRetentionBelowLongestJob(have: proving.proofRetention, want: longest))
        }
        return issues
    }

    /// A submission of one instance, the smallest that is owed, at the base fee that a chain at its gas target keeps.
    private func feeIssues(_ sizes: PayloadSizes) -> [GenesisIssue] {
        let gas = UInt128(chain.gas.provingBase) + UInt128(chain.gas.payloadByte) * UInt128(sizes.oneInstance)
        let (fee, overflow) = gas.multipliedReportingOverflow(by: chain.initialBaseFee)
        let (reward, rewardOverflow) = proving.rewardUnit
            .multipliedReportingOverflow(by: UInt128(proving.rewards.rewardT2Prover))
        guard !rewardOverflow, overflow || fee > reward else { return [] }
        return [.submissionFeeAboveReward]
    }

    /// Issues of the market's numbers against each other.
    var exposureIssues: [GenesisIssue] {
        var issues: [GenesisIssue] = []
        if proving.minSelected < proving.redundancy {
            issues.append(.minSelectedBelowRedundancy(have: proving.minSelected, want: proving.redundancy))
        }
        if UInt64(proving.maxInstances) > proving.verifyBudgetPerBlock {
            issues.append(
                .fullProofAboveVerifyBudget(instances: proving.maxInstances, budget: proving.verifyBudgetPerBlock))
        }
        guard proving.preset == .source else { return issues }
        let table = proving.rewards
        if table.rewardFullProofProverT1 > 0 {
            issues.append(
                .silentProversPaid(units: table.rewardFullProofProverT1, jobsToEarnStake: proving.jobsToEarnStake))
        }
        let others = UInt64(max(proving.proversPerProof, 1) - 1)
        let (reusing, overflow) = others.multipliedReportingOverflow(by: table.t3.rewardProverReusing)
        let (stolen, carry) = reusing.addingReportingOverflow(table.t3.rewardProver)
        issues.append(.copiedProofsPaid(units: overflow || carry ? .max : stolen))
        return issues
    }
}

/// Bytes of the largest payloads of a job of `maxInstances`.
private struct PayloadSizes {
    var oneInstance: UInt64
    /// Of a prover when as few provers are selected as may be.
    var submission: UInt64
    /// With every partial proof inline.
    var fullProof: UInt64

    /// Around a proof, and around a payload, at most.
    private static let frame: UInt64 = 40

    init(_ parameters: ProvingParameters, proofBytes: UInt64) {
        let (part, overflow) = proofBytes.addingReportingOverflow(Self.frame)
        let hands = UInt64(parameters.maxInstances).multipliedReportingOverflow(by: UInt64(parameters.redundancy))
        let dealt = hands.overflow ? .max : hands.partialValue
        let selected = UInt64(max(parameters.minSelected, 1))
        let hand = min(UInt64(parameters.maxInstances), dealt / selected + (dealt % selected == 0 ? 0 : 1))
        func bytes(_ count: UInt64) -> UInt64 {
            let (product, carry) = part.multipliedReportingOverflow(by: count)
            return overflow || carry || product > .max - Self.frame ? .max : product + Self.frame
        }
        oneInstance = bytes(1)
        submission = bytes(hand)
        fullProof = bytes(UInt64(parameters.maxInstances))
    }
}

extension ProvingParameters {
    /// Jobs after which a silent prover of the literal preset has earned its minimum stake by others' T1 proofs.
    var jobsToEarnStake: UInt64 {
        let (reward, overflow) = UInt128(rewards.rewardFullProofProverT1).multipliedReportingOverflow(by: rewardUnit)
        guard !overflow, reward > 0 else { return overflow ? 1 : .max }
        return UInt64(clamping: minimumStake / reward + (minimumStake % reward == 0 ? 0 : 1))
    }

    /// Blocks that a job can take with all its attempts, its windows lengthened by the largest load.
    func longestJob(proofBytes: UInt64) -> UInt64 {
        let instances = UInt128(maxInstances)
        let dealt = min(instances * UInt128(redundancy), instances * UInt128(proversPerProof))
        func blocks(_ proofs: UInt128, entryBytes: UInt128) -> UInt128 {
            func rounded(_ load: UInt128, _ budget: UInt64) -> UInt128 {
                budget == 0 ? 0 : load / UInt128(budget) + (load % UInt128(budget) == 0 ? 0 : 1)
            }
            return max(
                rounded(proofs * entryBytes, proofBytesPerBlock),
                entryBytes > 64 ? rounded(proofs, verifyBudgetPerBlock) : 0)
        }
        let proof = UInt128(proofBytes) + 40
        let loads: [(window: UInt64, load: UInt128)] = [
            (windows.t1, blocks(dealt, entryBytes: 36)), (windows.t1Extension, blocks(dealt, entryBytes: 36)),
            (windows.t2, blocks(dealt, entryBytes: proof)), (windows.t3, blocks(instances, entryBytes: proof)),
            (windows.t4, blocks(instances, entryBytes: proof)), (windows.t5, blocks(instances, entryBytes: proof)),
        ]
        let attempt = loads.reduce(UInt128(0)) { $0 + max(UInt128(max($1.window, minWindowBlocks)), $1.load) }
        return UInt64(clamping: attempt * UInt128(maxAttempts))
    }
}
