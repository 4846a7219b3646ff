package import ChainTypes
import SystemState

/// Every strategy against honest provers, simulated: what it earned and paid, and what the others lost by it.
package enum StrategyAttacks {
    /// Provers of a run, and how many of them attack.
    static let provers = 20
    static let attackers = 4

    package static var strategies: [ProverStrategy] {
        [
            .late, .withholding, .wrongRoot, .copiedRoot, .copiedProof, .garbage, .oversize, .censoring, .freeRider,
            .crash(.t2),
        ]
    }

    static let columns = [
        "strategy", "rules", "jobs", "blocks proven", "in T2", "in T3", "in T4, T5", "failed attempts",
        "attacker reward",
        "penalty", "fee", "net", "than honest", "others lost", "p95 delay",
    ]

    /// The plan of one attack.
    package static func plan(_ strategy: ProverStrategy, _ preset: RulesPreset, jobs: Int, seed: UInt64) -> MarketPlan {
        var parameters = LabGenesis.parameters(preset)
        // Attackers are to be met in every job.
        parameters.missesToJail = 0
        let members = (0..<provers).map { index in
            index < attackers ? MarketMember(strategy, isAttacker: true) : MarketMember(.honest)
        }
        return MarketPlan(parameters: parameters, members: members, work: .jobs(jobs), seed: seed)
    }

    /// Amounts are reward units a job, of all attackers or all others together.
    package static func measure(
        jobs: Int, seed: UInt64, progress: (String) -> Void = { _ in }
    ) throws -> LabTable {
        var table = LabTable(
            name: "strategies",
            title: "Strategies, simulated: \(attackers) of \(provers) provers attack, \(jobs) jobs each. "
                + "Reward units a job.",
            columns: columns)
        for preset in [RulesPreset.devnet, .source] {
            let honest = try MarketRun.play(plan(.honest, preset, jobs: jobs, seed: seed))
            table.add(row("honest", preset, honest, honest: honest))
            for strategy in strategies {
                progress("\(strategy.name) under \(preset)")
                let attacked = plan(strategy, preset, jobs: jobs, seed: seed)
                table.add(row(strategy.name, preset, try MarketRun.play(attacked), honest: honest))
                guard strategy == .garbage else { continue }
                var careless = attacked
                careless.isCareless = true
                table.add(row("garbage, included", preset, try MarketRun.play(careless), honest: honest))
            }
        }
        return table
    }

    private static func row(
        _ name: String, _ preset: RulesPreset, _ report: MarketReport, honest: MarketReport
    ) -> [LabTable.Cell] {
        let unit = report.plan.parameters.rewardUnit
        let (attackers, others) = (report.attackers, report.others)
        func each(_ wei: Int128) -> LabTable.Cell { .units(wei, each: report.jobs, unit: unit) }
        func proven(_ phases: [JobPhase]) -> LabTable.Cell {
            .count(phases.reduce(0) { $0 + (report.blocksProvenIn[$1] ?? 0) })
        }
        return [
            .text(name), .text("\(preset)"), .count(report.jobs), .share(report.blocksProven, of: report.blocks),
            proven([.t2]), proven([.t3]), proven([.t4, .t5]), .count(report.retries),
            each(Int128(attackers.rewards)), each(Int128(attackers.penalties)), each(Int128(attackers.fees)),
            each(attackers.net), each(attackers.net - honest.attackers.net), each(honest.others.net - others.net),
            .count(Int(report.delay(percent: 95) ?? 0)),
        ]
    }
}
