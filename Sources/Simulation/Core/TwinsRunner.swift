import ByteCodec
import ChainTypes
import Consensus

/// Samples twins scenarios: most with four validators and one pair of twins, over all sequences of leaders and
/// partitions; some with five to seven; and, as the control that the checkers see anything at all, some with more
/// twins than are tolerated.
package struct TwinsRunner {
    package private(set) var scenarios: UInt64 = 0
    /// Scenarios with too many twins, and in how many of them honest validators decided different blocks.
    package private(set) var controls: UInt64 = 0
    package private(set) var forks: UInt64 = 0
    package private(set) var marks = Marks()
    private var random: SimulationRandom
    private let committees: [Int: Committee]
    private var leaders: [Int: LeaderTable] = [:]

    /// Rounds that are scripted.
    private static let rounds = 4

    package init(seed: UInt64) throws {
        random = SimulationRandom(seed: seed)
        var committees: [Int: Committee] = [:]
        for count in 4...7 {
            let committee = try Committee(powers: Array(repeating: 1, count: count))
            committees[count] = committee
            leaders[count] = LeaderTable(committee: committee, rounds: Self.rounds)
        }
        self.committees = committees
    }

    /// Scenarios of n = 4 with one pair of twins: leader and partition of each scripted round.
    package static var exhaustiveCount: UInt64 {
        (0..<rounds).reduce(1) { count, _ in count * UInt64(4 * Partitions.of(5).count) }
    }

    package mutating func run(scenarios wanted: UInt64) throws(SimulationFailure) {
        for _ in 0..<wanted { try runOne() }
    }

    /// Scenarios with more twins than a third, until one of them forks. Fails when `limit` of them do not.
    package mutating func control(limit: UInt64) throws(SimulationFailure) {
        for _ in 0..<limit where forks == 0 { try runControl() }
        guard forks > 0 else {
            throw SimulationFailure(.accountability, "\(limit) scenarios with too many twins, and no fork")
        }
    }

    private mutating func runOne() throws(SimulationFailure) {
        let count = random.percent(80) ? 4 : 5 + random.index(3)
        let twins = count == 7 && random.percent(50) ? 2 : 1
        scenarios += 1
        let (scenario, committee) = makeScenario(count, twins: twins)
        var run = TwinsRun(scenario, committee: committee)
        run.run()
        let name = "scenario \(scenarios), \(count) validators, height \(scenario.height), groups \(scenario.groups)"
        guard run.honestDecisions.count <= 1 else { throw SimulationFailure(.agreement, name) }
        guard run.isDecidedByAll else { throw SimulationFailure(.liveness, name) }
        try checkBlame(run, scenario, committee, name)
        marks.hit("twins scenario")
        if !run.evidence.isEmpty { marks.hit("twin seen by an honest validator") }
        if scenario.groups.contains(where: { Set($0).count > 1 }) { marks.hit("partitioned") }
    }

    private mutating func runControl() throws(SimulationFailure) {
        let count = random.percent(70) ? 4 : 5 + random.index(3)
        controls += 1
        let (scenario, committee) = makeScenario(count, twins: (count - 1) / 3 + 1 + random.index(2))
        var run = TwinsRun(scenario, committee: committee)
        run.run()
        let name = "control \(controls), \(count) validators, height \(scenario.height), groups \(scenario.groups)"
        try checkBlame(run, scenario, committee, name)
        guard run.honestDecisions.count > 1 else { return }
        forks += 1
        let guilty = committee.set.validators.reduce(0) {
            run.record.culprits.contains($1.address) ? $0 + $1.power : $0
        }
        guard 3 * guilty >= committee.set.totalPower else {
            throw SimulationFailure(.accountability, "\(name): a fork with culprits of power \(guilty)")
        }
    }

    /// Nobody but twins may be blamed, by the engines or by the record.
    private func checkBlame(
        _ run: TwinsRun, _ scenario: TwinsScenario, _ committee: Committee, _ name: String
    ) throws(SimulationFailure) {
        let guilty = Set(scenario.twins.map { committee.address($0) })
        guard run.evidence.isSubset(of: guilty), run.record.culprits.isSubset(of: guilty) else {
            throw SimulationFailure(.accountability, "\(name): an honest validator is accused")
        }
    }

    /// The doubled validators are the first ones: leaders take all values, so this loses nothing.
    private mutating func makeScenario(_ count: Int, twins: Int) -> (TwinsScenario, Committee) {
        guard let committee = committees[count], let table = leaders[count] else {
            preconditionFailure("there is a committee for each size that is drawn")
        }
        let members = Array(0..<count) + Array(0..<min(twins, count - 1))
        let partitions = Partitions.of(members.count)
        let groups = (0..<Self.rounds).map { _ in random.pick(partitions) }
        return (
            TwinsScenario(members: members, height: random.pick(table.heights), groups: groups), committee
        )
    }
}

/// Heights whose first rounds have each sequence of leaders, the first that has it: who leads depends on the height.
struct LeaderTable: Sendable {
    let heights: [UInt64]

    init(committee: Committee, rounds: Int) {
        let limit = 256
        let all = (0..<rounds).reduce(1) { count, _ in count * committee.count }
        var seen: Set<[Int]> = []
        var heights: [UInt64] = []
        var height: UInt64 = 1
        while seen.count < min(all, limit) {
            let sequence = (0..<rounds).map { committee.proposer(UInt32($0), height: height) }
            if seen.insert(sequence).inserted { heights.append(height) }
            height += 1
        }
        self.heights = heights
    }
}

/// Ways to split a network into at most two groups, the first instance in the first.
enum Partitions {
    static func of(_ count: Int) -> [[Int]] {
        (0..<(1 << (count - 1))).map { bits in [0] + (0..<(count - 1)).map { bits >> $0 & 1 } }
    }
}
