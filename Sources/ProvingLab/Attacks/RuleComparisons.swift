import ByteCodec
import ChainTypes
import Cryptography
import ProvingRules
import SeededRandom
import SystemState

/// Attacks on single rules, each with and without the rule that answers it.
package enum RuleComparisons {
    package static func measure(
        jobs: Int, seed: UInt64, progress: (String) -> Void = { _ in }
    ) throws -> [LabTable] {
        progress("capture of the canonical root")
        let roots = try capturedRoots(jobs: max(1, jobs / 2), seed: seed)
        progress("silent provers under early full proofs")
        let silent = try silentSybils(jobs: jobs, seed: seed)
        progress("a withheld proposal")
        let withheld = withheldProposals(trials: 20 * jobs, seed: seed)
        progress("a censoring proposer")
        let censored = try censoringProposers(jobs: jobs, seed: seed)
        progress("fees above rewards")
        return [roots, silent, withheld, censored, try fees(jobs: max(1, jobs / 50), seed: seed)]
    }

    // MARK: - The canonical root

    /// 5 % of the provers commit to wrong roots: to one that nobody can prove, or to that of another trace, whose
    /// partial proofs are valid. Nobody can prove a whole job alone, so that a captured root costs the attempt; the
    /// answers are redundancy, and that further attempts leave out who is suspected: the first attempts are the same
    /// with that rule and without, so what it does stands in "captured again", captures among further attempts.
    package static func capturedRoots(
        jobs: Int, seed: UInt64, redundancies: [UInt32] = [2, 4], provers: Int = 40, instances: Int = 20
    ) throws -> LabTable {
        var table = LabTable(
            name: "capturedRoots",
            title: "Capture of the canonical root by 5 % of \(provers) provers, \(instances) instances, nobody proves "
                + "alone; \(jobs) jobs each.",
            columns: [
                "root", "redundancy", "suspects", "blocks proven", "attempts", "with a captured root",
                "captured again", "failed attempts a job", "attackers' net a job", "p95 delay",
            ])
        for (redundancy, isTrace) in redundancies.flatMap({ [($0, false), ($0, true)] }) {
            for isExclusionOff in [true, false] {
                var parameters = LabGenesis.parameters(.devnet)
                parameters.redundancy = redundancy
                parameters.missesToJail = 0
                parameters.maxAttempts = 8
                let members = (0..<provers).map { index in
                    let isAttacker = index < provers / 20
                    var member = MarketMember(isAttacker && !isTrace ? .wrongRoot : .honest, isAttacker: isAttacker)
                    member.worksOnAnotherTrace = isAttacker && isTrace
                    member.provesAlone = false
                    return member
                }
                var plan = MarketPlan(parameters: parameters, members: members, work: .jobs(jobs), seed: seed)
                plan.instances = instances
                plan.isExclusionOff = isExclusionOff
                let report = try MarketRun.play(plan)
                let attempts = report.jobs + report.retries
                table.add([
                    .text(isTrace ? "of another trace" : "of none"), .count(Int(redundancy)),
                    .text(isExclusionOff ? "selected again" : "left out"),
                    .share(report.blocksProven, of: report.blocks), .count(attempts),
                    .share(report.captured, of: attempts), .count(report.capturedAgain),
                    .units(Int64(report.retries * 100 / max(report.jobs, 1))),
                    .units(report.attackers.net, each: report.jobs, unit: parameters.rewardUnit),
                    .count(Int(report.delay(percent: 95) ?? 0)),
                ])
            }
        }
        return table
    }

    // MARK: - Early full proofs

    /// One prover sends a full proof in T1; ten of twenty provers send nothing, ever.
    package static func silentSybils(jobs: Int, seed: UInt64) throws -> LabTable {
        var table = LabTable(
            name: "silentSybils",
            title: "Silent provers under full proofs in T1: 10 of 20 provers send nothing, one proves alone; "
                + "\(jobs) jobs each. Reward units a job.",
            columns: ["rules", "blocks proven in T1", "issued to provers", "to the silent", "share"])
        for preset in [RulesPreset.source, .devnet] {
            var parameters = LabGenesis.parameters(preset)
            parameters.missesToJail = 0
            let members = (0..<20).map { index in
                var member = MarketMember(index < 10 ? .freeRider : .honest, isAttacker: index < 10)
                member.sendsEarlyFullProof = index == 10
                return member
            }
            let report = try MarketRun.play(
                MarketPlan(parameters: parameters, members: members, work: .jobs(jobs), seed: seed))
            let early: Set<PaymentReason> = [.rewardFullProofProverT1, .rewardFullProofSenderT1]
            func paid(_ book: MarketBook) -> UInt128 {
                book.byReason.filter { early.contains($0.key) }.reduce(0) { $0 + $1.value }
            }
            let (silent, rest) = (paid(report.attackers), paid(report.others))
            let inT1 = report.blocksProvenIn[.t1] ?? 0
            let total = max(silent + rest, 1)
            table.add([
                .text("\(preset)"), .count(inT1),
                .units(Int128(silent + rest), each: inT1, unit: parameters.rewardUnit),
                .units(Int128(silent), each: inT1, unit: parameters.rewardUnit),
                .permille(Int(silent * 1_000 / total)),
            ])
        }
        return table
    }

    // MARK: - The randomness

    /// Who proposes may withhold its block and take the next mix in place of its own: the better of two draws.
    package static func withheldProposals(trials: Int, seed: UInt64) -> LabTable {
        var table = LabTable(
            name: "withheldProposals",
            title: "A withheld proposal by 20 % of the stake that also has 20 % of the provers. Without "
                + "missedProposalPenalty the gain is free; at the penalty of the last columns it is not.",
            columns: [
                "selections", "selected", "of available", "own selected, honest", "own selected, withholding",
                "gain of one bit",
                "units at 60 a prover", "units at 9,000 a prover",
            ])
        var random = SplitMix64(seed: seed)
        for (available, selected) in [(20, 10), (100, 50), (400, 200)] {
            let own = available / 5
            let candidates = (0..<available).map { Selection.Candidate(owner: LabKeys.owner($0), weight: 100) }
                .sorted { $0.owner < $1.owner }
            let mine = Set((0..<own).map { LabKeys.owner($0) })
            func drawn() -> Int {
                var bytes: [UInt8] = []
                for _ in 0..<4 { random.next().appendBigEndian(to: &bytes) }
                var stream = SeedStream(seed: Keccak256.hash(bytes), purpose: Selection.Purpose.draw)
                return Selection.draw(selected, from: candidates, stream: &stream).count { mine.contains($0) }
            }
            // Draws of 200 provers cost most; their mean needs fewer.
            let count = max(1, trials * 20 / (selected + 20))
            var (honest, withholding) = (0, 0)
            for _ in 0..<count {
                let (first, second) = (drawn(), drawn())
                honest += first
                withholding += max(first, second)
            }
            func mean(_ sum: Int, times factor: Int = 1) -> LabTable.Cell { .units(Int64(sum * 100 * factor / count)) }
            table.add([
                .count(count), .count(selected), .count(available), mean(honest), mean(withholding),
                mean(withholding - honest),
                mean(withholding - honest, times: 60), mean(withholding - honest, times: 9_000),
            ])
        }
        return table
    }

    // MARK: - Censorship

    /// Proposers that leave one prover's transactions out, against windows of some blocks.
    package static func censoringProposers(jobs: Int, seed: UInt64) throws -> LabTable {
        var table = LabTable(
            name: "censoringProposers",
            title:
                "Proposers in turn that censor one prover of 8; \(jobs) jobs each. minWindowBlocks should be 2(f + 1).",
            columns: [
                "validators", "censors", "window", "victim selected", "victim penalised", "penalty a selection",
                "its reward", "others' reward",
            ])
        for (validators, censors) in [(4, 1), (7, 2)] {
            for window in [1, 2, UInt64(2 * (censors + 1))] {
                var parameters = LabGenesis.parameters(.devnet)
                parameters.minWindowBlocks = window
                parameters.windows = PhaseWindows(
                    t1: window, t1Extension: window, t2: window, t3: window, t4: window, t5: window,
                    aggProof: window)
                parameters.missesToJail = 0
                var plan = MarketPlan(
                    parameters: parameters, members: [MarketMember](repeating: MarketMember(.honest), count: 8),
                    work: .jobs(jobs), seed: seed)
                plan.censorship = MarketPlan.Censorship(validators: validators, censors: censors, victims: [0])
                let report = try MarketRun.play(plan)
                let victim = report.books[0]
                let others = report.books.dropFirst().reduce(MarketBook(), +)
                func each(_ wei: UInt128, _ book: MarketBook) -> LabTable.Cell {
                    .units(Int128(wei), each: book.selected, unit: parameters.rewardUnit)
                }
                table.add([
                    .count(validators), .count(censors), .count(Int(window)), .count(victim.selected),
                    .share(victim.penalisedJobs.count, of: victim.selected), each(victim.penalties, victim),
                    each(victim.rewards, victim), each(others.rewards, others),
                ])
            }
        }
        return table
    }

    // MARK: - Fees

    /// Provers that send nothing at a loss, at several prices of gas, with a flat and with a rising open reward.
    package static func fees(jobs: Int, seed: UInt64) throws -> LabTable {
        var table = LabTable(
            name: "fees",
            title: "Fees above the T2 reward of 20: provers that send nothing at a loss; \(jobs) jobs each.",
            columns: [
                "gwei", "T2 fee", "full proof's fee", "open reward", "blocks proven", "in T3", "open to all",
                "provers' net a job", "p95 delay",
            ])
        for gwei in [1, 10, 30, 75] as [UInt128] {
            for isRising in [false, true] {
                var parameters = LabGenesis.parameters(.devnet)
                parameters.missesToJail = 0
                parameters.maxAttempts = 2
                parameters.openRewardStep = isRising ? 1 : 0
                let members = (0..<8).map { _ in
                    var member = MarketMember(.honest)
                    member.refusesLosses = true
                    return member
                }
                var plan = MarketPlan(parameters: parameters, members: members, work: .jobs(jobs), seed: seed)
                plan.fees.gasPrice = gwei * 1_000_000_000
                let report = try MarketRun.play(plan)
                func fee(_ proofs: UInt128) -> LabTable.Cell {
                    let gas = UInt128(plan.fees.base) + UInt128(plan.fees.payloadByte * plan.fees.proofBytes) * proofs
                    return .units(Int128(gas * plan.fees.gasPrice), each: 1, unit: parameters.rewardUnit)
                }
                table.add([
                    .count(Int(gwei)), fee(2), fee(6), .text(isRising ? "20, rising to 200" : "20, flat"),
                    .share(report.blocksProven, of: report.blocks), .count(report.blocksProvenIn[.t3] ?? 0),
                    .count(report.blocksProvenIn[.open] ?? 0),
                    .units(report.others.net, each: report.jobs, unit: parameters.rewardUnit),
                    .count(Int(report.delay(percent: 95) ?? 0)),
                ])
            }
        }
        return table
    }
}
