import Testing

/// Agreement, validity, the lock rule and no honest equivocation are checked by the cluster at each step; liveness
/// after all faults have ended is checked here.
struct ScheduleTests {
    struct Shape: CustomTestStringConvertible, Sendable {
        let powers: [UInt64]
        let byzantine: Int?
        let seeds: UInt64
        var testDescription: String { "n = \(powers.count)\(byzantine == nil ? "" : ", one equivocates")" }
    }

    static let shapes = [
        Shape(powers: [1], byzantine: nil, seeds: 20), Shape(powers: [1, 1, 1, 1], byzantine: nil, seeds: 40),
        Shape(powers: [1, 1, 1, 1], byzantine: 2, seeds: 80),
        Shape(powers: [2, 1, 1, 1, 1, 2, 2], byzantine: 0, seeds: 30),
        Shape(powers: [1, 1, 1, 1, 1, 1, 1], byzantine: nil, seeds: 20),
    ]

    @Test("loss, reordering, partitions and crashes: safe throughout, live after healing", arguments: shapes)
    func schedules(_ shape: Shape) throws {
        var crashes = 0
        var accusations = 0
        for seed in 0..<shape.seeds {
            var swarm = SeededGenerator(seed: seed &* 97 &+ 5)
            var faults = SimulatedCluster.Faults()
            if swarm.chance(60) { faults.lossPercent = swarm.below(40) }
            if swarm.chance(50) { faults.duplicatePercent = swarm.below(40) }
            if swarm.chance(60) { faults.crashPercent = 1 + swarm.below(60) }
            if swarm.chance(50) { faults.maxDelay = 1 + UInt64(swarm.below(4_000)) }
            faults.isPartitioned = swarm.chance(30)
            do {
                var cluster = try SimulatedCluster(
                    powers: shape.powers, byzantine: shape.byzantine, seed: seed, faults: faults)
                try cluster.run(milliseconds: 60_000, untilHeight: 12)
                if swarm.chance(60) { cluster.crashAll() }
                cluster.heal()
                let height = cluster.greatestHeight + 3
                try cluster.run(milliseconds: 240_000, untilHeight: height)
                if cluster.commonHeight < height {
                    Issue.record("seed \(seed): height \(cluster.commonHeight) of \(height) after healing")
                }
                crashes += cluster.crashes
                accusations += cluster.accusations
            } catch {
                Issue.record("seed \(seed): \(error)")
            }
        }
        #expect(crashes > 0)
        #expect((accusations > 0) == (shape.byzantine != nil))
    }

    @Test("without faults every height is decided in round 0", arguments: [1, 4, 7])
    func faultless(_ count: Int) throws {
        var cluster = try SimulatedCluster(
            powers: Array(repeating: 1, count: count), byzantine: nil, seed: 1, faults: SimulatedCluster.Faults())
        try cluster.run(milliseconds: 60_000, untilHeight: 20)
        #expect(cluster.commonHeight >= 20)
        #expect(cluster.greatestRound == 0)
    }
}
