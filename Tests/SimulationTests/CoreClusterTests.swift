import Simulation
import Testing

/// Agreement, validity, the lock rule and no honest equivocation are checked by the cluster at each step; liveness
/// after all faults have ended is checked here.
struct CoreClusterTests {
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
        let committee = try Committee(powers: shape.powers)
        var marks = Marks()
        for seed in 0..<shape.seeds {
            do {
                marks.add(try CoreRun(committee: committee, byzantine: shape.byzantine).run(seed: seed))
            } catch {
                Issue.record("seed \(seed): \(error)")
            }
        }
        #expect(marks["crash"] > 0)
        #expect((marks["evidence"] > 0) == (shape.byzantine != nil))
    }

    @Test("without faults every height is decided in round 0", arguments: [1, 4, 7])
    func faultless(_ count: Int) throws {
        var cluster = CoreCluster(
            committee: try Committee(powers: Array(repeating: 1, count: count)), byzantine: nil, seed: 1,
            faults: CoreCluster.Faults())
        try cluster.run(milliseconds: 60_000, untilHeight: 20)
        #expect(cluster.commonHeight >= 20)
        #expect(cluster.greatestRound == 0)
    }
}
