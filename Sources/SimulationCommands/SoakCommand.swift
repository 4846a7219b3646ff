import ArgumentParser
import CommandShell
import FoundationEssentials
import JSONRPC
import Simulation

/// `cairn-sim soak`.
struct SoakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Run many seeds on all cores, for a number of seeds or of minutes.",
        discussion: """
            Examples: cairn-sim soak --seeds 500
                      cairn-sim soak --minutes 480 --first 1000000
            Every failing seed is told with the line that replays it; the exit status is then 1.
            """)

    @Option(help: "Seeds to run.")
    var seeds: UInt64?

    @Option(help: "Minutes to run; ends after the seeds that are under way.")
    var minutes: Double?

    @Option(help: "The first seed.")
    var first: UInt64 = 1

    @Flag(help: "Write JSON; errors go to standard error as a JSON object.")
    var json = false

    func validate() throws {
        guard (seeds == nil) != (minutes == nil) else {
            throw ValidationError("give either --seeds or --minutes")
        }
    }

    func run() async throws {
        let console = Console.current
        let watch = Stopwatch()
        var (begun, count, heights, time, slowest) = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        var marks = Marks()
        var failing: [UInt64] = []
        await withTaskGroup(of: (seed: UInt64, result: Result<ClusterRun.Outcome, any Error>).self) { group in
            while true {
                while begun - count < UInt64(Self.cores), isWanted(begun, watch) {
                    let seed = first &+ begun
                    begun += 1
                    group.addTask { (seed, Result { try ClusterRun(seed: seed).run() }) }
                }
                guard let (seed, result) = await group.next() else { break }
                count += 1
                switch result {
                case .success(let outcome):
                    heights += outcome.height
                    time += outcome.time
                    slowest = max(slowest, outcome.recovery)
                    marks.add(outcome.marks)
                case .failure(let failure):
                    failing.append(seed)
                    console.errorLine(
                        "seed \(seed): \(failure)\n  replay: cairn-sim run --seed \(seed) --trace "
                            + "(build \(BuildCommit.name))")
                }
                let speed = UInt64(Double(time) / 1_000 / max(watch.seconds, 0.001))
                console.progress(
                    "\(count) seeds, \(failing.count) failed, \(heights) heights, \(speed) times real time")
            }
        }
        console.endProgress()
        guard failing.isEmpty else {
            let named = failing.sorted().prefix(20).map { "\($0)" }.joined(separator: ", ")
            throw CommandFailure("\(failing.count) of \(count) seeds failed: \(named)")
        }
        let report = RunReport(
            counts: [
                ("seeds", count), ("heights", heights), ("simulated seconds", time / 1_000),
                ("slowest recovery in ms", slowest),
            ], seed: first, marks: marks, seconds: watch.seconds)
        report.write(json: json, unit: "seeds")
    }

    private static let cores = ProcessInfo.processInfo.activeProcessorCount

    private func isWanted(_ count: UInt64, _ watch: Stopwatch) -> Bool {
        if let seeds { return count < seeds }
        return watch.seconds < (minutes ?? 0) * 60
    }
}
