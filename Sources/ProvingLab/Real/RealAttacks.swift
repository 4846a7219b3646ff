package import ChainTypes
import SystemState

/// Every strategy against honest provers with real proofs.
package enum RealAttacks {
    static let provers = 8
    package static let attackers = 3

    /// Parameters of a chain with real proofs: of the devnet's profile unless another is named, in instances so low
    /// that a small block has several.
    package static func parameters(_ preset: RulesPreset, profile: String? = nil) -> ProvingParameters {
        var parameters = LabGenesis.parameters(preset)
        if let profile { parameters.proofProfile = profile }
        parameters.maxInstanceLogHeight = 8
        parameters.missesToJail = 0
        parameters.jobRetention = 100_000
        return parameters
    }

    package static func strategies(_ strategy: ProverStrategy) -> [ProverStrategy] {
        (0..<provers).map { $0 < attackers ? strategy : .honest }
    }

    /// Amounts are reward units a job, of all attackers or all others together.
    package static func measure(
        jobs: Int, profile: String?, seed: UInt64, progress: (String) -> Void = { _ in }
    ) throws -> LabTable {
        var table = LabTable(
            name: "realProofs",
            title: "Strategies with real proofs, profile "
                + "\(parameters(.devnet, profile: profile).proofProfile): \(attackers) of \(provers) provers attack on "
                + "a production replica, \(jobs) jobs each. Reward units a job.",
            columns: [
                "strategy", "rules", "jobs", "proven", "failed attempts", "attackers selected", "attacker reward",
                "penalty", "fee", "net", "than honest", "others lost", "refused by the pool",
            ])
        for preset in [RulesPreset.devnet, .source] {
            func play(_ strategy: ProverStrategy) throws -> RealReport {
                progress("\(strategy.name) under \(preset), real proofs")
                return try RealMarket.play(
                    strategies(strategy), attackers: attackers, parameters: parameters(preset, profile: profile),
                    jobs: jobs, seed: seed)
            }
            let honest = try play(.honest)
            table.add(row("honest", preset, honest, honest: honest))
            for strategy in StrategyAttacks.strategies {
                table.add(row(strategy.name, preset, try play(strategy), honest: honest))
            }
        }
        return table
    }

    private static func row(
        _ name: String, _ preset: RulesPreset, _ report: RealReport, honest: RealReport
    ) -> [LabTable.Cell] {
        let unit = LabGenesis.parameters(preset).rewardUnit
        func each(_ wei: Int128) -> LabTable.Cell { .units(wei, each: report.jobs, unit: unit) }
        let refused = report.refused.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return [
            .text(name), .text("\(preset)"), .count(report.jobs), .count(report.proven), .count(report.retries),
            .count(report.attackers.selected), each(Int128(report.attackers.rewards)),
            each(Int128(report.attackers.penalties)), each(Int128(report.attackers.fees)), each(report.attackers.net),
            each(report.attackers.net - honest.attackers.net), each(honest.others.net - report.others.net),
            .text(refused.isEmpty ? "-" : refused.joined(separator: ", ")),
        ]
    }
}
