import ArgumentParser
import CommandShell
import JSONRPC
import Simulation

/// `cairn-sim oracle`.
struct OracleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "oracle",
        abstract: "Compare the consensus engine with a naive reading of the algorithm, input by input.",
        discussion: """
            Example: cairn-sim oracle --steps 1000000
            Peers say anything at all; after each input every rule of arXiv 1807.04938 is recomputed from all messages. \
            The engine must have done what the rules allow, and must have left nothing undone.
            """)

    @Option(help: "Inputs to compare.")
    var steps: UInt64 = 1_000_000

    @Option(help: "Where the random schedules start.")
    var seed: UInt64 = 1

    @Flag(help: "Write JSON; errors go to standard error as a JSON object.")
    var json = false

    func run() throws {
        var oracle = try OracleRun(seed: seed)
        let watch = Stopwatch()
        while oracle.steps < steps {
            do { try oracle.run(steps: min(20_000, steps - oracle.steps)) } catch {
                throw CommandFailure("seed \(seed): \(error) (build \(BuildCommit.name))")
            }
            Console.current.progress("\(oracle.steps) of \(steps) steps, \(watch.rate(oracle.steps)) a second")
        }
        Console.current.endProgress()
        let report = RunReport(
            counts: [("steps", oracle.steps), ("episodes", oracle.episodes)], seed: seed, marks: oracle.marks,
            seconds: watch.seconds)
        report.write(json: json, unit: "steps")
    }
}
