import ArgumentParser
import CommandShell
import JSONRPC
import Simulation

/// `cairn-sim twins`.
struct TwinsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "twins",
        abstract: "Run validators whose key is used twice, over sequences of leaders and partitions.",
        discussion: """
            Example: cairn-sim twins --scenarios 10000
            Honest validators must agree and decide. As a control, scenarios with more twins than a third are run \
            until one forks: its record must convict a third of the power, and nobody honest.
            """)

    @Option(help: "Scenarios to sample.")
    var scenarios: UInt64 = 1_000

    @Option(help: "Where the sampling starts.")
    var seed: UInt64 = 1

    @Flag(help: "Write JSON; errors go to standard error as a JSON object.")
    var json = false

    func run() throws {
        var twins = try TwinsRunner(seed: seed)
        let watch = Stopwatch()
        do {
            while twins.scenarios < scenarios {
                try twins.run(scenarios: min(50, scenarios - twins.scenarios))
                Console.current.progress(
                    "\(twins.scenarios) of \(scenarios) scenarios, \(watch.rate(twins.scenarios)) a second")
            }
            try twins.control(limit: 1_000)
        } catch {
            throw CommandFailure("seed \(seed): \(error) (build \(BuildCommit.name))")
        }
        Console.current.endProgress()
        let report = RunReport(
            counts: [
                ("scenarios", twins.scenarios), ("controls", twins.controls), ("forks among the controls", twins.forks),
            ], seed: seed, marks: twins.marks, seconds: watch.seconds)
        report.write(json: json, unit: "scenarios")
    }
}
