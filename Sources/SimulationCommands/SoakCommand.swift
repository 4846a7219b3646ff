import ArgumentParser
import CommandShell
import JSONRPC
import Simulation

/// `cairn-sim soak`.
struct SoakCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Run many seeds, for a number of seeds or of minutes.",
        discussion: """
            Examples: cairn-sim soak --seeds 500
                      cairn-sim soak --minutes 480 --first 1000000
            Every failing seed is told with the line that replays it; the exit status is then 1.
            """)

    @Option(help: "Seeds to run.")
    var seeds: UInt64?

    @Option(help: "Minutes to run; ends after the seed that is under way.")
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

    func run() throws {
        let console = Console.current
        let watch = Stopwatch()
        var (count, heights, time, slowest) = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        var marks = Marks()
        var failing: [UInt64] = []
        while isWanted(count, watch) {
            let seed = first &+ count
            count += 1
            do {
                let outcome = try ClusterRun(seed: seed).run()
                heights += outcome.height
                time += outcome.time
                slowest = max(slowest, outcome.recovery)
                marks.add(outcome.marks)
            } catch let failure as SimulationFailure {
                failing.append(seed)
                console.errorLine(
                    "seed \(seed): \(failure)\n  replay: cairn-sim run --seed \(seed) --trace "
                        + "(build \(BuildCommit.name))")
            }
            let speed = UInt64(Double(time) / 1_000 / max(watch.seconds, 0.001))
            console.progress("\(count) seeds, \(failing.count) failed, \(heights) heights, \(speed) times real time")
        }
        console.endProgress()
        guard failing.isEmpty else {
            let named = failing.prefix(20).map { "\($0)" }.joined(separator: ", ")
            throw CommandFailure("\(failing.count) of \(count) seeds failed: \(named)")
        }
        let report = RunReport(
            counts: [
                ("seeds", count), ("heights", heights), ("simulated seconds", time / 1_000),
                ("slowest recovery in ms", slowest),
            ], seed: first, marks: marks, seconds: watch.seconds)
        report.write(json: json, unit: "seeds")
    }

    private func isWanted(_ count: UInt64, _ watch: Stopwatch) -> Bool {
        if let seeds { return count < seeds }
        return watch.seconds < (minutes ?? 0) * 60
    }
}
