import ByteCodec
import ChainTypes
import Consensus

/// The engine among three to six peers that say anything at all, compared with `NaiveOracle` after every input.
package struct OracleRun {
    /// Sizes and powers of the committees, taken in turn.
    static let shapes: [[UInt64]] = [
        [1, 1, 1, 1], [5, 4, 3, 3, 1], [1, 1, 1, 1, 1, 1, 1],
        // Thirds of the total are whole numbers: two thirds are no quorum, and one third skips no round.
        [3, 2, 2, 1, 1],
    ]
    /// Each must be met in a run of 100,000 steps, or the schedule has become too tame to show anything.
    package static let requiredMarks = [
        "decided", "decided in past round", "committed without block", "round skipped", "round by timer", "locked",
        "precommitted nil", "valid updated in step precommit", "refused by lock", "unlocked by later polka",
        "proposed", "proposed again", "evicted",
    ]

    /// Inputs compared so far.
    package private(set) var steps: UInt64 = 0
    package private(set) var episodes: UInt64 = 0
    package private(set) var marks = Marks()
    private let seed: UInt64
    private let committees: [Committee]

    package init(seed: UInt64) throws {
        self.seed = seed
        committees = try Self.shapes.map { try Committee(powers: $0) }
    }

    /// Runs episodes until this many steps more were compared.
    package mutating func run(steps wanted: UInt64) throws(SimulationFailure) {
        let end = steps + wanted
        while steps < end { try episode() }
    }

    private mutating func episode() throws(SimulationFailure) {
        let number = episodes
        episodes += 1
        let committee = committees[Int(number % UInt64(committees.count))]
        var episode = OracleEpisode(committee: committee, seed: seed &* 0x9e37_79b9 &+ number)
        let lead = episode.random.index(6)
        for turn in 0..<160 {
            do {
                if turn == lead { try episode.feed(.start) }
                guard let input = episode.next() else { continue }
                try episode.feed(input)
                steps += 1
            } catch {
                throw SimulationFailure(.oracle, "episode \(number), turn \(turn): \(error)")
            }
        }
        marks.add(episode.oracle.marks)
    }
}
