import ByteCodec
import ChainTypes
import Cryptography
import ProofField
import ProvingRules
import SystemState
import Testing

/// A job as it stands at its close, put together by hand. Prover i was dealt instance i mod `instances`.
struct Case {
    var job: Job
    static let root = StandInVerifier.digest([1])

    init(selected: Int, instances: Int = 4, phases: [JobPhase] = [.t1, .t2, .t3]) {
        let statement = JobStatement(
            chainId: 7, programHash: .zero, firstHeight: 1, lastHeight: 1, lastBlockHash: .zero, subBlock: 0,
            subBlockCount: 1, operationCount: 1, operationsDigest: .zero, operationsRoot: .zero, before: .zero,
            after: .zero, attempt: 0)
        let plan = (0..<instances).map { _ in PlannedInstance(circuit: 0, logHeight: 5, weight: 1) }
        job = Job(number: 1, id: .zero, statement: statement, plan: plan, planRoot: .zero, phase: .t3)
        job.selected = (0..<selected).map {
            SelectedProver(
                owner: Market.owner($0), operatorKey: Market.operatorKey($0), instances: [UInt32($0 % instances)])
        }
        job.canonicalRoots = [Digest?](repeating: Self.root, count: instances)
        job.challenge = Self.root
        job.windows = phases.map { PhaseWindow(phase: $0, openedAt: 10, endsAt: 20) }
    }

    private func inclusion(_ owner: Int, _ phase: ProvingPhase, by validator: UInt64, at height: UInt64) -> Inclusion {
        Inclusion(
            owner: Market.owner(owner), operatorKey: Market.operatorKey(owner), phase: phase, height: height,
            proposer: Market.proposer(validator), transactionHash: .zero, payloadDigest: .zero)
    }

    func committing(
        _ owners: some Sequence<Int>, by validator: UInt64 = 0, phase: ProvingPhase = .t1, root: Digest = root
    ) -> Case {
        var result = self
        for owner in owners {
            result.job.commitments.append(
                Commitment(
                    inclusion: inclusion(owner, phase, by: validator, at: 11),
                    roots: job.selected[owner].instances.map { InstanceRoot(instance: $0, root: root) }))
        }
        return result
    }

    func submitting(_ owners: some Sequence<Int>, by validator: UInt64 = 0, complete: Bool = true) -> Case {
        var result = self
        for owner in owners {
            result.job.submissions.append(
                Submission(
                    inclusion: inclusion(owner, .t2, by: validator, at: 12),
                    entries: job.selected[owner].instances.map { InstanceSum(instance: $0, busSum: .zero) }))
        }
        result.job.partialsComplete = complete
        return result
    }

    func proving(
        _ owner: Int, _ phase: ProvingPhase = .t3, reusing reused: some Sequence<Int> = [], inlining: [UInt32] = [],
        kind: FullProofKind = .composite, by validator: UInt64 = 0, at height: UInt64 = 13
    ) -> Case {
        var result = self
        result.job.fullProofs.append(
            FullProof(
                inclusion: inclusion(owner, phase, by: validator, at: height), kind: kind,
                reused: reused.map(Market.owner).sorted(), inlined: inlining))
        return result
    }

    func settled(
        _ preset: RulesPreset, unit: UInt128 = 1, cap: UInt128 = 0, rewards: RewardTable = .source
    ) -> Bill {
        var parameters = Market.parameters
        parameters.preset = preset
        parameters.rewardUnit = unit
        parameters.maxIssuancePerJob = cap
        parameters.rewards = rewards
        return Bill(payments: Settlement.settle(job, parameters: parameters))
    }
}

struct Bill {
    var payments: [Payment]

    func amount(_ index: Int, _ reason: PaymentReason) -> UInt128 {
        sum { $0.account == .prover(Market.owner(index)) && $0.reason == reason }
    }
    func amount(validator: UInt64, _ reason: PaymentReason) -> UInt128 {
        sum { $0.account == .validator(Market.proposer(validator)) && $0.reason == reason }
    }
    func total(_ reason: PaymentReason) -> UInt128 { sum { $0.reason == reason } }
    func reward(_ index: Int) -> UInt128 { sum { $0.account == .prover(Market.owner(index)) && !$0.isPenalty } }
    var minted: UInt128 { sum { !$0.isPenalty } }
    var burned: UInt128 { sum { $0.isPenalty } }
    var reasons: Set<PaymentReason> { Set(payments.map(\.reason)) }
    private func sum(_ matches: (Payment) -> Bool) -> UInt128 {
        payments.filter(matches).reduce(0) { $0 + $1.amount }
    }
}

struct FullProofSettlementTests {
    @Test func aFullProofInT1PaysEverySelectedProverOfTheSource() {
        let bill = Case(selected: 200, phases: [.t1]).proving(3, .t1, kind: .standAlone, by: 2).settled(.source)
        #expect(bill.minted == 1_801_050 && bill.burned == 0)
        #expect(bill.reward(3) == 9_050)
        #expect(bill.reward(4) == 9_000)
        #expect(bill.amount(validator: 2, .rewardFullProofValidatorT1) == 1_000)
        #expect(bill.reasons == [.rewardFullProofProverT1, .rewardFullProofSenderT1, .rewardFullProofValidatorT1])
    }

    @Test func devnetPaysInT1OnlyTheSenderAndWhoCommitted() {
        let bill = Case(selected: 6, phases: [.t1]).committing([0, 1]).proving(3, .t1, kind: .standAlone)
            .settled(.devnet)
        #expect((0..<6).map { bill.reward($0) } == [9_000, 9_000, 0, 9_050, 0, 0])
        #expect(bill.minted == 3 * 9_000 + 50 + 1_000 && bill.burned == 0)
    }

    @Test func aFullProofInT2PaysEverySelectedProverOfTheSource() {
        let bill = Case(selected: 200, phases: [.t1, .t2]).committing(0..<200)
            .proving(3, .t2, kind: .standAlone, by: 1).settled(.source)
        #expect(bill.minted - bill.total(.rewardT1Validator) == 1_600_940)
        #expect(bill.total(.rewardT1Validator) == 600)
        #expect(bill.reward(3) == 8_040)
        #expect(bill.amount(validator: 1, .rewardFullProofValidatorT2) == 900)
        #expect(!bill.reasons.contains(.rewardT2Prover) && !bill.reasons.contains(.penaltyT2Prover))
    }

    @Test func devnetPaysInT2OnlyTheSenderAndWhoCommittedAndSubmitted() {
        let bill = Case(selected: 5, phases: [.t1, .t2]).committing([0, 1, 2]).submitting([0], complete: false)
            .proving(2, .t2, kind: .standAlone).settled(.devnet)
        #expect((0..<5).map { bill.reward($0) } == [8_000, 0, 8_040, 0, 0])
        #expect(bill.total(.penaltyT1Prover) == 2)
        #expect(bill.burned == 2)
    }

    @Test func theOpenRewardRisesWithEachBlockToItsCap() {
        let base = Case(selected: 0, phases: [.open])
        let rewards = [UInt64(11), 12, 13, 14, 200].map { height in
            base.proving(9, .open, kind: .standAlone, at: height).settled(.source).minted
        }
        #expect(rewards == [20, 25, 30, 33, 33])
    }
}

struct CommitAndPartialSettlementTests {
    @Test(arguments: [RulesPreset.source, .devnet]) func t1PaysValidatorsByCommitmentAndChargesTheAbsent(
        preset: RulesPreset
    ) {
        let bill = Case(selected: 5, phases: [.t1]).committing([0, 1], by: 1).committing([2], by: 2)
            .committing([0], by: 2, phase: .t1Extension).settled(preset)
        #expect(bill.amount(validator: 1, .rewardT1Validator) == 6)
        #expect(bill.amount(validator: 2, .rewardT1Validator) == 6)
        #expect((0..<5).map { bill.amount($0, .penaltyT1Prover) } == [0, 0, 0, 1, 1])
        #expect(bill.minted == 12 && bill.burned == 2)
    }

    @Test func t2PaysSubmissionsAndChargesCommittersWithoutOne() {
        // 0 and 1 submit, 2 does not, 3 never committed, 4 committed no canonical root.
        let job = Case(selected: 5).committing([0, 1, 2]).committing([4], root: StandInVerifier.digest([8]))
            .submitting([0, 1], by: 2)
        let bill = job.settled(.devnet)
        #expect((0..<5).map { bill.amount($0, .rewardT2Prover) } == [20, 20, 0, 0, 0])
        #expect((0..<5).map { bill.amount($0, .penaltyT2Prover) } == [0, 0, 3, 0, 0])
        #expect(bill.amount(validator: 2, .rewardT2Validator) == 6)
        #expect((0..<5).map { bill.amount($0, .penaltyT1Prover) } == [0, 0, 0, 1, 0])
    }

    @Test func t2CountsOnlyIfTheJobWasProvenOrCouldHaveBeen() {
        let failed = Case(selected: 3).committing(0..<3).submitting([0, 1], complete: false)
        let t2: Set<PaymentReason> = [.rewardT2Prover, .rewardT2Validator, .penaltyT2Prover]
        #expect(failed.settled(.source).reasons.isDisjoint(with: t2))
        #expect(failed.settled(.devnet).reasons.isDisjoint(with: t2))
        let proven = failed.proving(0, inlining: [2, 3]).settled(.source)
        #expect(t2.isSubset(of: proven.reasons))
    }

    @Test func aCommitGapPenalisesNobodyInT2() {
        var job = Case(selected: 3).committing([0, 1])
        job.job.commitGap = true
        job.job.challenge = nil
        let proven = job.proving(0, kind: .standAlone, by: 1)
        #expect(proven.settled(.source).total(.penaltyT2Prover) == 0)
        let devnet = proven.settled(.devnet)
        #expect(devnet.total(.penaltyT2Prover) == 0 && devnet.total(.penaltyProverT3) == 0)
        #expect(devnet.amount(0, .rewardProverT3) == 50)
    }
}

struct AggregationSettlementTests {
    /// Part 4: one aggregator reusing all 199 others and its own.
    @Test func theSourcesT3() {
        let job = Case(selected: 200).committing(0..<200).submitting(0..<200).proving(7, reusing: 0..<200, by: 1)
        let bill = job.settled(.source)
        #expect(bill.amount(7, .rewardProverT3) == 50)
        #expect(bill.amount(7, .rewardProverReusingT3) == 7_960)
        #expect(bill.amount(validator: 1, .rewardValidatorT3) == 1)
        #expect(bill.total(.rewardProverReusedT3) == 199 * 40 && bill.amount(7, .rewardProverReusedT3) == 0)
        #expect(bill.total(.penaltyProverNotReusedT3) == 0)
        #expect(bill.total(.penaltyProverT3) == 199 && bill.amount(7, .penaltyProverT3) == 0)
        #expect(bill.total(.rewardT2Prover) == 4_000 && bill.total(.rewardT2Validator) == 600)
    }

    @Test func devnetPaysNothingForReferencesAndChargesNobodyWhoSubmitted() {
        let job = Case(selected: 4).committing(0..<4).submitting(0..<4).proving(1, reusing: 0..<4)
        let bill = job.settled(.devnet)
        #expect(bill.amount(1, .rewardProverT3) == 0 && bill.amount(1, .rewardProverReusingT3) == 0)
        #expect((0..<4).map { bill.amount($0, .rewardProverReusedT3) } == [40, 0, 40, 40])
        #expect(bill.burned == 0)
    }

    @Test func devnetPaysTheShareProvedInlineAndChargesWhoOwed() {
        // Of four provers 2 committed and did not submit, 3 did not commit; 0 proves two of four instances inline.
        let bill = Case(selected: 4).committing(0..<3).submitting([0, 1], complete: false)
            .proving(0, reusing: [1], inlining: [0, 2, 3]).settled(.devnet)
        #expect(bill.amount(0, .rewardProverT3) == 37)
        #expect((0..<4).map { bill.amount($0, .penaltyProverT3) } == [0, 0, 1, 0])
        #expect((0..<4).map { bill.amount($0, .penaltyT2Prover) } == [0, 0, 3, 0])
        #expect((0..<4).map { bill.amount($0, .penaltyT1Prover) } == [0, 0, 0, 1])
    }

    @Test func recursiveAndStandAloneProofsArePaidInFullByDevnet() {
        let job = Case(selected: 3).committing(0..<3).submitting(0..<3)
        let recursive = job.proving(0, reusing: 0..<3, kind: .recursive).settled(.devnet)
        #expect(recursive.amount(0, .rewardProverT3) == 50 && recursive.amount(0, .rewardProverReusingT3) == 80)
        let standAlone = job.proving(0, inlining: [0, 1, 2, 3], kind: .standAlone).settled(.devnet)
        #expect(standAlone.amount(0, .rewardProverT3) == 50 && standAlone.amount(0, .rewardProverReusingT3) == 0)
        #expect((0..<3).map { standAlone.amount($0, .penaltyProverNotReusedT3) } == [0, 1, 1])
    }

    /// 0 reuses 1 and 2; 9, not selected, reuses 0 and 1. In units of 10, so halves show.
    @Test func severalFullProofsShareTheReuseLinesAndNotTheOthers() {
        let bill = Case(selected: 3).committing(0..<3).submitting(0..<3)
            .proving(0, reusing: [1, 2], by: 1).proving(9, reusing: [0, 1], by: 2).settled(.source, unit: 10)
        #expect(bill.amount(0, .rewardProverReusingT3) == 400 && bill.amount(9, .rewardProverReusingT3) == 400)
        #expect(bill.amount(0, .rewardProverT3) == 500 && bill.amount(9, .rewardProverT3) == 500)
        #expect((0..<3).map { bill.amount($0, .rewardProverReusedT3) } == [200, 400, 200])
        #expect((0..<3).map { bill.amount($0, .penaltyProverNotReusedT3) } == [0, 0, 5])
        #expect((0..<3).map { bill.amount($0, .penaltyProverT3) } == [0, 10, 10])
        #expect(bill.amount(validator: 1, .rewardValidatorT3) == 10)
        #expect(bill.amount(validator: 2, .rewardValidatorT3) == 10)
    }

    @Test func divisionsRoundDown() {
        let bill = Case(selected: 3).committing(0..<3).submitting(0..<3)
            .proving(0, reusing: [1]).proving(1, reusing: [0]).proving(9, reusing: [0, 1]).settled(.source)
        // 40 · 1 / 3, 40 · 1 / 3, 40 · 2 / 3
        #expect(bill.amount(0, .rewardProverReusingT3) == 13)
        #expect(bill.amount(9, .rewardProverReusingT3) == 26)
        #expect((0..<3).map { bill.amount($0, .rewardProverReusedT3) } == [26, 26, 0])
        #expect(bill.amount(2, .penaltyProverNotReusedT3) == 1)
    }

    @Test(arguments: [
        (JobPhase.t4, ProvingPhase.t4, UInt128(40), UInt128(60), UInt128(3)), (.t5, .t5, 40, 40, 7),
    ])
    func laterPhasesPayLessAndTheFailedOnesCharge(
        last: JobPhase, phase: ProvingPhase, prover: UInt128, reusing: UInt128, charged: UInt128
    ) {
        let phases: [JobPhase] = last == .t4 ? [.t1, .t2, .t3, .t4] : [.t1, .t2, .t3, .t4, .t5]
        let bill = Case(selected: 3, phases: phases).committing(0..<3).submitting(0..<3)
            .proving(9, phase, reusing: [0, 1]).settled(.source)
        let lines: (PaymentReason, PaymentReason, PaymentReason, PaymentReason) =
            last == .t4
            ? (.rewardProverT4, .rewardProverReusingT4, .rewardProverReusedT4, .penaltyProverNotReusedT4)
            : (.rewardProverT5, .rewardProverReusingT5, .rewardProverReusedT5, .penaltyProverNotReusedT5)
        #expect(bill.amount(9, lines.0) == prover && bill.amount(9, lines.1) == reusing)
        #expect((0..<3).map { bill.amount($0, lines.2) } == [reusing / 2, reusing / 2, 0])
        #expect((0..<3).map { bill.amount($0, lines.3) } == [0, 0, 1])
        // 1 for T3, 2 for T4, 4 for T5, each from all three selected; and one not reused.
        #expect(bill.burned == 3 * charged + 1)
    }

    @Test func anAttemptThatFailedPaysNothingForIt() {
        let job = Case(selected: 3, phases: [.t1, .t2, .t3, .t4, .t5]).committing([0, 1])
        #expect(job.settled(.source).burned == 1 + 3 * 7)
        #expect(job.settled(.source).minted == 6)
        let devnet = job.settled(.devnet)
        #expect(
            (0..<3).map { index in
                [.penaltyT1Prover, .penaltyProverT3, .penaltyProverT4, .penaltyProverT5]
                    .map { devnet.amount(index, $0) }
            } == [[0, 1, 2, 4], [0, 1, 2, 4], [1, 0, 0, 0]])
    }

    @Test func aSendersBestPayoffFallsFromPhaseToPhase() {
        let base = Case(selected: 200).committing(0..<200).submitting(0..<200)
        let t3 = base.proving(0, reusing: 0..<200).settled(.source)
        var later = base
        later.job.windows += [.t4, .t5].map { PhaseWindow(phase: $0, openedAt: 20, endsAt: 30) }
        let t4 = later.proving(0, .t4, reusing: 0..<200).settled(.source)
        let t5 = later.proving(0, .t5, reusing: 0..<200).settled(.source)
        let payoffs = [
            Case(selected: 200).proving(0, .t1, kind: .standAlone).settled(.source).reward(0),
            Case(selected: 200).committing(0..<200).proving(0, .t2, kind: .standAlone).settled(.source).reward(0),
            t3.reward(0) - 20, t4.reward(0) - 20, t5.reward(0) - 20,
        ]
        #expect(payoffs == [9_050, 8_040, 8_010, 6_010, 4_020])
    }
}

struct IssuanceCapTests {
    private let job = Case(selected: 3, phases: [.t1]).proving(0, .t1, kind: .standAlone)

    @Test func rewardsAreScaledToTheCapEachRoundedDown() {
        // 27,000 + 50 + 1,000 = 28,050, capped at 1,000.
        let bill = job.settled(.source, cap: 1_000)
        #expect(bill.amount(1, .rewardFullProofProverT1) == 320)
        #expect(bill.amount(0, .rewardFullProofSenderT1) == 1)
        #expect(bill.total(.rewardFullProofValidatorT1) == 35)
        #expect(bill.minted <= 1_000)
    }

    @Test func aCapAboveTheTotalAndPenaltiesChangeNothing() {
        #expect(job.settled(.source, cap: 28_050).minted == 28_050)
        let absent = Case(selected: 3, phases: [.t1]).committing([0])
        #expect(absent.settled(.source, cap: 1).burned == absent.settled(.source).burned)
    }

    @Test func pitfall23AmountsThatPass128BitsSaturate() {
        let bill = job.settled(.source, unit: .max / 2, cap: 7_000)
        #expect(bill.minted <= 7_000)
    }
}

struct BookingTests {
    @Test func rewardsGoToTheRecipientAndPenaltiesNeverBelowZero() throws {
        var market = try Market(provers: 2, instances: 1)
        market.state.provers.update(Market.owner(1)) { $0.stake = 4 }
        market.state.supply.genesis -= Market.stake - 4
        let events = Settlement.book(
            [
                Payment(account: .prover(Market.owner(0)), amount: 9, isPenalty: false, reason: .rewardT2Prover),
                Payment(account: .validator(.zero), amount: 3, isPenalty: false, reason: .rewardT2Validator),
                Payment(account: .prover(Market.owner(1)), amount: 5, isPenalty: true, reason: .penaltyT2Prover),
                Payment(account: .prover(Market.owner(7)), amount: 2, isPenalty: false, reason: .openReward),
            ], job: 1, state: &market.state)
        #expect(market.claim(0) == 9)
        #expect(market.state.claimable[.zero] == 3)
        #expect(market.state.claimable[Market.owner(7)] == 2)
        #expect(market.stake(1) == 0)
        #expect(events[2] == .penalised(job: 1, prover: Market.owner(1), reason: .penaltyT2Prover, amount: 4))
        #expect(market.isConserved())
    }
}
