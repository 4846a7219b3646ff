package import ByteCodec
package import ChainTypes
package import SystemState

/// What a job's end pays and burns. One pure function; every amount carries the source's name.
///
/// Amounts of the reward table are multiplied by `rewardUnit` first; divisions then round down to whole wei, and the
/// remainder is not minted. "Validator" is the proposer of the block that included the transaction.
package enum Settlement {
    /// The lines of a settlement, phase by phase; amounts of zero are left out.
    package static func settle(_ job: Job, parameters: ProvingParameters) -> [Payment] {
        var lines = Lines(parameters: parameters)
        if job.isAggregation {
            lines.subBlocks(job)
            return scaled(lines.payments, cap: parameters.maxIssuancePerJob)
        }
        let winner = job.fullProofs.first
        switch winner?.inclusion.phase {
        case .t1:
            if let winner { lines.fullProof(winner, job, .t1(parameters.rewards)) }
        case .open:
            if let winner { lines.open(winner, job) }
        case .t2:
            lines.commitPhase(job)
            if let winner { lines.fullProof(winner, job, .t2(parameters.rewards)) }
        default:
            lines.commitPhase(job)
            if job.partialsComplete || winner != nil { lines.partialPhase(job) }
            for phase in [AggregationReasons.t3, .t4, .t5] where job.window(of: phase.phase) != nil {
                lines.aggregation(phase, job)
            }
        }
        return scaled(lines.payments, cap: parameters.maxIssuancePerJob)
    }

    /// Scales all rewards by cap / total when their total passes the cap, each rounded down; 0 is no cap.
    private static func scaled(_ payments: [Payment], cap: UInt128) -> [Payment] {
        let total = payments.reduce(UInt128(0)) { $1.isPenalty ? $0 : $0 + $1.amount }
        guard cap > 0, total > cap else { return payments }
        return payments.compactMap { payment in
            guard !payment.isPenalty else { return payment }
            var scaled = payment
            scaled.amount = total.dividingFullWidth(payment.amount.multipliedFullWidth(by: cap)).quotient
            return scaled.amount > 0 ? scaled : nil
        }
    }
}

/// Amounts and reasons of a full proof that wins in T1 or T2.
private struct FullProofTerms {
    var prover, sender, validator: (reason: PaymentReason, units: UInt64)
    /// Preset `devnet` pays selected provers only if they sent what the phases so far asked for.
    var needsSubmission: Bool

    static func t1(_ table: RewardTable) -> FullProofTerms {
        FullProofTerms(
            prover: (.rewardFullProofProverT1, table.rewardFullProofProverT1),
            sender: (.rewardFullProofSenderT1, table.rewardFullProofSenderT1),
            validator: (.rewardFullProofValidatorT1, table.rewardFullProofValidatorT1), needsSubmission: false)
    }

    static func t2(_ table: RewardTable) -> FullProofTerms {
        FullProofTerms(
            prover: (.rewardFullProofProverT2, table.rewardFullProofProverT2),
            sender: (.rewardFullProofSenderT2, table.rewardFullProofSenderT2),
            validator: (.rewardFullProofValidatorT2, table.rewardFullProofValidatorT2), needsSubmission: true)
    }
}

/// The six reasons of an aggregation phase.
private struct AggregationReasons {
    var phase: JobPhase
    var reusing, reused, prover, validator, penalty, notReused: PaymentReason
    var amounts: @Sendable (RewardTable) -> AggregationAmounts

    static let t3 = AggregationReasons(
        phase: .t3, reusing: .rewardProverReusingT3, reused: .rewardProverReusedT3, prover: .rewardProverT3,
        validator: .rewardValidatorT3, penalty: .penaltyProverT3, notReused: .penaltyProverNotReusedT3,
        amounts: { $0.t3 })
    static let t4 = AggregationReasons(
        phase: .t4, reusing: .rewardProverReusingT4, reused: .rewardProverReusedT4, prover: .rewardProverT4,
        validator: .rewardValidatorT4, penalty: .penaltyProverT4, notReused: .penaltyProverNotReusedT4,
        amounts: { $0.t4 })
    static let t5 = AggregationReasons(
        phase: .t5, reusing: .rewardProverReusingT5, reused: .rewardProverReusedT5, prover: .rewardProverT5,
        validator: .rewardValidatorT5, penalty: .penaltyProverT5, notReused: .penaltyProverNotReusedT5,
        amounts: { $0.t5 })
}

private struct Lines {
    let parameters: ProvingParameters
    var payments: [Payment] = []

    init(parameters: ProvingParameters) { self.parameters = parameters }

    private var isDevnet: Bool { parameters.preset == .devnet }

    /// Amounts end here, so that no sum over a job's lines, fewer than 2^16, passes 128 bits.
    private static let maxAmount = UInt128.max >> 16

    /// ⌊units · rewardUnit · numerator / denominator⌋ wei, saturating.
    private mutating func add(
        _ account: PaymentAccount, _ reason: PaymentReason, _ units: UInt64, times numerator: Int = 1,
        per denominator: Int = 1, isPenalty: Bool = false
    ) {
        guard denominator > 0, numerator > 0 else { return }
        let (wei, unitOverflow) = UInt128(units).multipliedReportingOverflow(by: parameters.rewardUnit)
        let (product, overflow) = wei.multipliedReportingOverflow(by: UInt128(numerator))
        let amount = min((unitOverflow || overflow ? .max : product) / UInt128(denominator), Self.maxAmount)
        guard amount > 0 else { return }
        payments.append(Payment(account: account, amount: amount, isPenalty: isPenalty, reason: reason))
    }

    /// One line a validator, for as many items as it included, in the order of their first.
    private mutating func addValidators(_ proposers: [Address], _ reason: PaymentReason, _ units: UInt64) {
        var counts: [(proposer: Address, count: Int)] = []
        for proposer in proposers {
            if let index = counts.firstIndex(where: { $0.proposer == proposer }) {
                counts[index].count += 1
            } else {
                counts.append((proposer, 1))
            }
        }
        for (proposer, count) in counts { add(.validator(proposer), reason, units, times: count) }
    }

    /// A full proof in T1 or T2.
    mutating func fullProof(_ winner: FullProof, _ job: Job, _ terms: FullProofTerms) {
        for prover in job.selected {
            let tookPart =
                job.commitment(of: prover.owner) != nil
                && (!terms.needsSubmission || job.submission(of: prover.owner) != nil)
            guard !isDevnet || tookPart || prover.owner == winner.owner else { continue }
            add(.prover(prover.owner), terms.prover.reason, terms.prover.units)
        }
        add(.prover(winner.owner), terms.sender.reason, terms.sender.units)
        add(.validator(winner.inclusion.proposer), terms.validator.reason, terms.validator.units)
    }

    /// T1 without a full proof.
    mutating func commitPhase(_ job: Job) {
        addValidators(
            job.commitments.map(\.inclusion.proposer), .rewardT1Validator, parameters.rewards.rewardT1Validator)
        for prover in job.selected where job.commitment(of: prover.owner) == nil {
            add(.prover(prover.owner), .penaltyT1Prover, parameters.rewards.penaltyT1Prover, isPenalty: true)
        }
    }

    /// T2 without a full proof, of a job that was proven in the end or could have been.
    mutating func partialPhase(_ job: Job) {
        let table = parameters.rewards
        for submission in job.submissions { add(.prover(submission.owner), .rewardT2Prover, table.rewardT2Prover) }
        addValidators(job.submissions.map(\.inclusion.proposer), .rewardT2Validator, table.rewardT2Validator)
        for prover in job.selected where job.defaultedInT2(prover.owner) {
            add(.prover(prover.owner), .penaltyT2Prover, table.penaltyT2Prover, isPenalty: true)
        }
    }

    /// T3, T4 or T5.
    mutating func aggregation(_ reasons: AggregationReasons, _ job: Job) {
        let amounts = reasons.amounts(parameters.rewards)
        let proofs = job.fullProofs.filter { JobPhase(rawValue: $0.inclusion.phase.rawValue) == reasons.phase }
        for proof in proofs { sender(of: proof, job, reasons, amounts, among: proofs.count) }
        for submission in job.submissions {
            let owner = PaymentAccount.prover(submission.owner)
            let others = proofs.filter { $0.owner != submission.owner }
            let reusing = others.count { $0.reused.contains(submission.owner) }
            add(owner, reasons.reused, amounts.rewardProverReused, times: reusing, per: proofs.count)
            add(
                owner, reasons.notReused, amounts.penaltyProverNotReused, times: others.count - reusing,
                per: proofs.count, isPenalty: true)
        }
        addValidators(proofs.map(\.inclusion.proposer), reasons.validator, amounts.rewardValidator)
        for prover in job.selected where !proofs.contains(where: { $0.owner == prover.owner }) {
            guard !isDevnet || job.defaultedInT2(prover.owner) else { continue }
            add(.prover(prover.owner), reasons.penalty, amounts.penaltyProver, isPenalty: true)
        }
    }

    /// Preset `devnet` pays the sender of references nothing for them: REUSING not at all, PROVER for the share of the
    /// instances that it proved inline.
    private mutating func sender(
        of proof: FullProof, _ job: Job, _ reasons: AggregationReasons, _ amounts: AggregationAmounts, among count: Int
    ) {
        let account = PaymentAccount.prover(proof.owner)
        if isDevnet, proof.kind == .composite {
            add(account, reasons.prover, amounts.rewardProver, times: proof.inlined.count, per: job.plan.count)
        } else {
            add(account, reasons.prover, amounts.rewardProver)
            let others = proof.reused.count { $0 != proof.owner }
            add(account, reasons.reusing, amounts.rewardProverReusing, times: others, per: count)
        }
    }

    /// The proofs over a block's sub-blocks. Once there is one, preset `source` pays each selected aggregator, silent
    /// ones among them; `devnet` pays those who sent one.
    mutating func subBlocks(_ job: Job) {
        guard !job.fullProofs.isEmpty else { return }
        let table = parameters.rewards
        for prover in job.selected where !isDevnet || job.fullProofs.contains(where: { $0.owner == prover.owner }) {
            add(.prover(prover.owner), .rewardAggProofProver, table.rewardAggProofProver)
        }
        addValidators(
            job.fullProofs.map(\.inclusion.proposer), .rewardAggProofValidator, table.rewardAggProofValidator)
    }

    /// The open bounty, rising with every block that it waited.
    mutating func open(_ winner: FullProof, _ job: Job) {
        guard let window = job.window(of: .open), winner.inclusion.height > window.openedAt else { return }
        let waited = winner.inclusion.height - window.openedAt - 1
        let (rise, overflow) = parameters.openRewardStep.multipliedReportingOverflow(by: waited)
        let (sum, sumOverflow) = parameters.openReward.addingReportingOverflow(rise)
        let units = overflow || sumOverflow ? parameters.openRewardCap : min(sum, parameters.openRewardCap)
        add(.prover(winner.owner), .openReward, units)
    }
}

extension Job {
    /// Whether the prover owed partial proofs in T2 and sent no valid submission. Without a challenge nobody owed any.
    package func defaultedInT2(_ owner: Address) -> Bool {
        !commitGap && commitment(of: owner) != nil && submission(of: owner) == nil && !owed(by: owner).isEmpty
    }
}
