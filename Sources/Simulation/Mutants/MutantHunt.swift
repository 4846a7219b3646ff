import Glibc

/// What is run against each mutant: all of the suite in small, the quick parts first.
package enum MutantHunt {
    /// What a hunt without a mutant runs to its end.
    private static let oracleSteps: UInt64 = 40_000
    private static let coreSeeds: UInt64 = 120
    private static let twinsScenarios: UInt64 = 200
    private static let calmSeeds: UInt64 = 2
    /// Seeds of a network with one liar, by its script.
    private static let liars: [(script: ClusterPlan.Script, seeds: UInt64)] = [
        (.lyingSync, 12), (.forgedCertificates, 8), (.withholding, 3), (.doubleVotes, 3),
    ]
    private static let damageSeeds: UInt64 = 12
    private static let lateSeeds: UInt64 = 6
    private static let clusterSeeds: UInt64 = 60

    package typealias Found = (finder: String, failure: SimulationFailure)

    /// The first law that is found broken, and by which part of the suite; nil when all hold.
    package static func run(seed: UInt64) throws -> Found? {
        try oracle(seed) ?? core(seed) ?? twins(seed) ?? calm(seed) ?? forgers(seed) ?? liars(seed) ?? damage(seed)
            ?? late(seed) ?? clusters(seed)
    }

    private static func broken(in part: String, _ run: () throws -> Void) throws -> Found? {
        do { try run() } catch let failure as SimulationFailure { return (part, failure) }
        return nil
    }

    private static func oracle(_ seed: UInt64) throws -> Found? {
        try broken(in: "oracle") {
            var oracle = try OracleRun(seed: seed)
            try oracle.run(steps: oracleSteps)
        }
    }

    private static func core(_ seed: UInt64) throws -> Found? {
        try broken(in: "core") {
            for (powers, byzantine) in [([1, 1, 1, 1], nil), ([1, 1, 1, 1], 2), ([3, 2, 2, 1, 1], 3)]
                as [([UInt64], Int?)]
            {
                let run = CoreRun(committee: try Committee(powers: powers), byzantine: byzantine)
                for number in 0..<(coreSeeds / 3) { _ = try run.run(seed: seed &+ number) }
            }
        }
    }

    private static func twins(_ seed: UInt64) throws -> Found? {
        try broken(in: "twins") {
            var twins = try TwinsRunner(seed: seed)
            try twins.run(scenarios: twinsScenarios)
            try twins.control(limit: 1_000)
        }
    }

    private static func calm(_ seed: UInt64) throws -> Found? {
        try broken(in: "calm") {
            var plan = ClusterPlan()
            for number in 0..<calmSeeds {
                _ = try ClusterRun(seed: seed &+ number, plan: plan).run()
                plan.joiners = 2
            }
        }
    }

    /// A network for each rule that a block can break.
    private static func forgers(_ seed: UInt64) throws -> Found? {
        try broken(in: "forgers") {
            for (number, rule) in Forgery.Rule.allCases.enumerated() {
                var plan = plan(of: .invalidBlocks)
                plan.forgery = rule
                // Only there is evidence too old after a few blocks.
                if rule == .evidenceStale { plan.joiners = 1 }
                _ = try ClusterRun(seed: seed &+ UInt64(number), plan: plan).run()
            }
        }
    }

    private static func liars(_ seed: UInt64) throws -> Found? {
        try broken(in: "liars") {
            for (script, seeds) in liars {
                for number in 0..<seeds { _ = try ClusterRun(seed: seed &+ number, plan: plan(of: script)).run() }
            }
        }
    }

    /// A validator whose disk is not what it wrote.
    private static func damage(_ seed: UInt64) throws -> Found? {
        try broken(in: "damage") {
            var plan = ClusterPlan()
            (plan.followers, plan.damagesDisk, plan.unlucky) = (1, true, 1)
            plan.crashesPerMillion = 1_000
            for number in 0..<damageSeeds { _ = try ClusterRun(seed: seed &+ number, plan: plan).run() }
            // Old blocks alone, and nodes that ask for them again and again.
            (plan.damage, plan.followers, plan.partition) = (.block, 3, .single)
            (plan.hasPauses, plan.faultyTime, plan.crashesPerMillion) = (true, 40_000, 4_000)
            for number in 0..<(damageSeeds / 2) { _ = try ClusterRun(seed: seed &+ number, plan: plan).run() }
        }
    }

    /// Answers that come after the time for them.
    private static func late(_ seed: UInt64) throws -> Found? {
        try broken(in: "late") {
            var plan = ClusterPlan()
            (plan.followers, plan.maxDelay, plan.hasSlowPeer, plan.hasPauses) = (2, 5_000, true, true)
            (plan.partition, plan.faultyTime) = (.single, 60_000)
            for number in 0..<lateSeeds { _ = try ClusterRun(seed: seed &+ number, plan: plan).run() }
        }
    }

    private static func clusters(_ seed: UInt64) throws -> Found? {
        try broken(in: "cluster") {
            for number in 0..<clusterSeeds { _ = try ClusterRun(seed: seed &* 1_000 &+ number).run() }
        }
    }

    /// Four validators, one of which lies to the end, a full node, a peer that is nobody, and crashes after which nodes
    /// have to catch up.
    private static func plan(of script: ClusterPlan.Script) -> ClusterPlan {
        var plan = ClusterPlan()
        plan.scripts = [2: script]
        plan.liesToTheEnd = true
        plan.followers = 1
        plan.hasOutsider = true
        plan.crashesPerMillion = 2_000
        plan.faultyTime = 40_000
        if script == .lyingSync {
            plan.followers = 3
            for index in 5...6 { plan.scripts[index] = script }
            plan.partition = .single
        }
        return plan
    }

    /// The whole program of a woven build: prints what it found, or "survived".
    package static func main(seed: UInt64) {
        // A mutant may run for ever; its hunter then ends with a signal, which is a find.
        alarm(600)
        do {
            if let found = try run(seed: seed) {
                print("found by \(found.finder): \(found.failure)")
            } else {
                print("survived")
            }
        } catch { print("found by set-up: \(error)") }
    }
}
