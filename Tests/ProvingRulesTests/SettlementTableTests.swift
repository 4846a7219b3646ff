import ByteCodec
import ChainTypes
import ProofField
import SystemState
import Testing

/// Every way in which a job ends, and the whole list of payments under both presets, worked out by hand from the
/// source's numbers. Three provers a, b, c are selected for three instances, one each; x is not selected. Commitments
/// are included by v1, submissions by v2, full proofs by v1 unless the case says otherwise.
struct SettlementTableTests {
    struct Ending: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let job: @Sendable (Case) -> Case
        let phases: [JobPhase]
        /// Lines of both presets, then those that only one of them has, in the order of the settlement.
        let source: [String]
        let devnet: [String]

        init(
            _ name: String, _ phases: [JobPhase], _ job: @escaping @Sendable (Case) -> Case, both: [String] = [],
            source: [String], devnet: [String]
        ) {
            testDescription = name
            self.job = job
            self.phases = phases
            self.source = both + source
            self.devnet = both + devnet
        }
    }

    private static let toT3: [JobPhase] = [.t1, .t2, .t3]
    private static let toT4: [JobPhase] = toT3 + [.t4]
    private static let toT5: [JobPhase] = toT4 + [.t5]
    private static let committed = ["v1 +9 rewardT1Validator"]
    private static let submitted =
        committed + [
            "a +20 rewardT2Prover", "b +20 rewardT2Prover", "c +20 rewardT2Prover", "v2 +9 rewardT2Validator",
        ]

    private static func all(_ job: Case) -> Case { job.committing(0..<3, by: 1).submitting(0..<3, by: 2) }

    static let endings: [Ending] = [
        Ending(
            "full proof of a in T1, b had committed", [.t1],
            { $0.committing([1], by: 2).proving(0, .t1, kind: .standAlone, by: 1) },
            source: [
                "a +9000 rewardFullProofProverT1", "b +9000 rewardFullProofProverT1",
                "c +9000 rewardFullProofProverT1", "a +50 rewardFullProofSenderT1",
                "v1 +1000 rewardFullProofValidatorT1",
            ],
            devnet: [
                "a +9000 rewardFullProofProverT1", "b +9000 rewardFullProofProverT1",
                "a +50 rewardFullProofSenderT1", "v1 +1000 rewardFullProofValidatorT1",
            ]),
        Ending(
            "full proof of b in T2, a had submitted, c never committed", [.t1, .t2],
            {
                $0.committing([0, 1], by: 1).submitting([0], by: 2, complete: false)
                    .proving(1, .t2, kind: .standAlone, by: 2)
            },
            both: ["v1 +6 rewardT1Validator", "c -1 penaltyT1Prover"],
            source: [
                "a +8000 rewardFullProofProverT2", "b +8000 rewardFullProofProverT2",
                "c +8000 rewardFullProofProverT2", "b +40 rewardFullProofSenderT2",
                "v2 +900 rewardFullProofValidatorT2",
            ],
            devnet: [
                "a +8000 rewardFullProofProverT2", "b +8000 rewardFullProofProverT2",
                "b +40 rewardFullProofSenderT2", "v2 +900 rewardFullProofValidatorT2",
            ]),
        Ending(
            "a aggregates all in T3", toT3, { all($0).proving(0, reusing: 0..<3, by: 1) }, both: submitted,
            source: [
                "a +50 rewardProverT3", "a +80 rewardProverReusingT3", "b +40 rewardProverReusedT3",
                "c +40 rewardProverReusedT3", "v1 +1 rewardValidatorT3", "b -1 penaltyProverT3",
                "c -1 penaltyProverT3",
            ],
            devnet: ["b +40 rewardProverReusedT3", "c +40 rewardProverReusedT3", "v1 +1 rewardValidatorT3"]),
        Ending(
            "a and x aggregate in T3, a without itself, x without c", toT3,
            { all($0).proving(0, reusing: [1, 2], by: 1).proving(9, reusing: [0, 1], by: 2) }, both: submitted,
            // 40 · 2 / 2 for each aggregator; a by one of two, b by both, c by one; 1 · 1 / 2 rounds down to nothing.
            source: [
                "a +50 rewardProverT3", "a +40 rewardProverReusingT3", "x +50 rewardProverT3",
                "x +40 rewardProverReusingT3", "a +20 rewardProverReusedT3", "b +40 rewardProverReusedT3",
                "c +20 rewardProverReusedT3", "v1 +1 rewardValidatorT3", "v2 +1 rewardValidatorT3",
                "b -1 penaltyProverT3", "c -1 penaltyProverT3",
            ],
            devnet: [
                "a +20 rewardProverReusedT3", "b +40 rewardProverReusedT3", "c +20 rewardProverReusedT3",
                "v1 +1 rewardValidatorT3", "v2 +1 rewardValidatorT3",
            ]),
        Ending(
            "x proves alone in T3", toT3, { all($0).proving(9, inlining: [0, 1, 2], kind: .standAlone, by: 1) },
            both: submitted + ["x +50 rewardProverT3"]
                + ["a", "b", "c"].map { "\($0) -1 penaltyProverNotReusedT3" } + ["v1 +1 rewardValidatorT3"],
            source: ["a -1 penaltyProverT3", "b -1 penaltyProverT3", "c -1 penaltyProverT3"], devnet: []),
        Ending(
            "c commits and does not submit, a proves its instance inline in T3", toT3,
            {
                $0.committing(0..<3, by: 1).submitting([0, 1], by: 2, complete: false)
                    .proving(0, reusing: [0, 1], inlining: [2], by: 1)
            },
            both: [
                "v1 +9 rewardT1Validator", "a +20 rewardT2Prover", "b +20 rewardT2Prover", "v2 +6 rewardT2Validator",
                "c -3 penaltyT2Prover",
            ],
            source: [
                "a +50 rewardProverT3", "a +40 rewardProverReusingT3", "b +40 rewardProverReusedT3",
                "v1 +1 rewardValidatorT3", "b -1 penaltyProverT3", "c -1 penaltyProverT3",
            ],
            // 50 · 1 / 3: one of three instances was its own work.
            devnet: [
                "a +16 rewardProverT3", "b +40 rewardProverReusedT3", "v1 +1 rewardValidatorT3",
                "c -1 penaltyProverT3",
            ]),
        Ending(
            "a commit gap, a proves alone in T3", toT3,
            {
                var job = $0.committing([0, 1], by: 1)
                (job.job.commitGap, job.job.challenge, job.job.canonicalRoots[2]) = (true, nil, nil)
                return job.proving(0, inlining: [0, 1, 2], kind: .standAlone, by: 1)
            },
            both: [
                "v1 +6 rewardT1Validator", "c -1 penaltyT1Prover", "a +50 rewardProverT3", "v1 +1 rewardValidatorT3",
            ],
            source: ["b -1 penaltyProverT3", "c -1 penaltyProverT3"], devnet: []),
        Ending(
            "a aggregates all in T4", toT4, { all($0).proving(0, .t4, reusing: 0..<3, by: 1) }, both: submitted,
            source: [
                "a -1 penaltyProverT3", "b -1 penaltyProverT3", "c -1 penaltyProverT3", "a +40 rewardProverT4",
                "a +60 rewardProverReusingT4", "b +30 rewardProverReusedT4", "c +30 rewardProverReusedT4",
                "v1 +1 rewardValidatorT4", "b -2 penaltyProverT4", "c -2 penaltyProverT4",
            ],
            devnet: ["b +30 rewardProverReusedT4", "c +30 rewardProverReusedT4", "v1 +1 rewardValidatorT4"]),
        Ending(
            "a aggregates all in T5", toT5, { all($0).proving(0, .t5, reusing: 0..<3, by: 1) }, both: submitted,
            source: ["a", "b", "c"].map { "\($0) -1 penaltyProverT3" }
                + ["a", "b", "c"].map { "\($0) -2 penaltyProverT4" } + [
                    "a +40 rewardProverT5", "a +40 rewardProverReusingT5", "b +20 rewardProverReusedT5",
                    "c +20 rewardProverReusedT5", "v1 +1 rewardValidatorT5", "b -4 penaltyProverT5",
                    "c -4 penaltyProverT5",
                ],
            devnet: ["b +20 rewardProverReusedT5", "c +20 rewardProverReusedT5", "v1 +1 rewardValidatorT5"]),
        Ending(
            "nobody aggregates what is complete", toT5, { all($0) }, both: submitted,
            source: ["a", "b", "c"].map { "\($0) -1 penaltyProverT3" }
                + ["a", "b", "c"].map { "\($0) -2 penaltyProverT4" }
                + ["a", "b", "c"].map { "\($0) -4 penaltyProverT5" },
            devnet: []),
        Ending(
            "b does not submit, c does not commit, and the attempt fails", toT5,
            { $0.committing([0, 1], by: 1).submitting([0], by: 2, complete: false) },
            both: ["v1 +6 rewardT1Validator", "c -1 penaltyT1Prover"],
            source: ["a", "b", "c"].map { "\($0) -1 penaltyProverT3" }
                + ["a", "b", "c"].map { "\($0) -2 penaltyProverT4" }
                + ["a", "b", "c"].map { "\($0) -4 penaltyProverT5" },
            devnet: ["b -1 penaltyProverT3", "b -2 penaltyProverT4", "b -4 penaltyProverT5"]),
        Ending(
            "nobody commits", toT5, { $0 },
            both: ["a -1 penaltyT1Prover", "b -1 penaltyT1Prover", "c -1 penaltyT1Prover"],
            source: ["a", "b", "c"].map { "\($0) -1 penaltyProverT3" }
                + ["a", "b", "c"].map { "\($0) -2 penaltyProverT4" }
                + ["a", "b", "c"].map { "\($0) -4 penaltyProverT5" },
            devnet: []),
        Ending(
            // Opened at 10, so the first block that takes it is 11: two blocks waited, 5 units each.
            "open to all, x proves at 13", [.open], { $0.proving(9, .open, kind: .standAlone, by: 1, at: 13) },
            source: ["x +30 openReward"], devnet: ["x +30 openReward"]),
    ]

    private static func lines(_ bill: Bill) -> [String] {
        let names: [Address: String] = [
            Market.owner(0): "a", Market.owner(1): "b", Market.owner(2): "c", Market.owner(9): "x",
            Market.proposer(1): "v1", Market.proposer(2): "v2",
        ]
        return bill.payments.map {
            "\(names[$0.account.address] ?? "?") \($0.isPenalty ? "-" : "+")\($0.amount) \($0.reason.name)"
        }
    }

    @Test(arguments: endings) func everyLineOfTheSettlement(ending: Ending) {
        let job = ending.job(Case(selected: 3, instances: 3, phases: ending.phases))
        #expect(Self.lines(job.settled(.source)) == ending.source)
        #expect(Self.lines(job.settled(.devnet)) == ending.devnet)
    }
}
