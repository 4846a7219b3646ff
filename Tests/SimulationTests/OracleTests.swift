import Simulation
import Testing

@Suite struct OracleTests {
    @Test("every action is allowed and no enabled rule is left")
    func fastAndNaiveAgree() throws {
        var oracle = try OracleRun(seed: 1)
        try oracle.run(steps: 200_000)
        for name in OracleRun.requiredMarks {
            #expect(oracle.marks[name] >= 10, "\(name) was seen \(oracle.marks[name]) times")
        }
    }

    @Test("a seed's steps are the same each time")
    func replays() throws {
        var first = try OracleRun(seed: 5)
        var second = try OracleRun(seed: 5)
        try first.run(steps: 5_000)
        try second.run(steps: 5_000)
        #expect(first.marks.sorted.map(\.count) == second.marks.sorted.map(\.count))
        #expect(first.steps == second.steps)
    }
}
