import ArgumentParser
import CommandShell
import JSONRPC
import ProvingLab

/// `cairn-sim jobs`: random jobs against the laws of the proving rules.
struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Run random jobs and check the laws of the proving rules after every block.",
        discussion: """
            Example: cairn-sim jobs --count 2000 --seed 1
            Provers, windows, registry changes and faults are drawn from the seed. Checked: money is conserved, every \
            stake and claim is what the transactions leave, nobody is paid twice, nobody is punished who did its part \
            in time, penalties cannot be left behind, a node without payloads and one restarted from its records come \
            to the same state, the proven height never falls, and every job ends. A failure names its seed: run it \
            again with --count 1.
            """)

    @Option(help: "Jobs at least.")
    var count = 2_000

    @Option(help: "Seed of the first run; each run has the next.")
    var seed: UInt64 = 1

    @Flag(help: "Write one JSON object.")
    var json = false

    func run() throws {
        guard count > 0 else { throw CommandFailure.usage("--count: expected at least 1") }
        let console = Console.current
        let tally: RandomJobsTally
        do throws(RandomJobsFailure) {
            tally = try RandomJobs.run(seed: seed, count: count) {
                if $0.runs % 8 == 0 { console.progress("\($0.jobs) of \(count) jobs, \($0.blocks) blocks") }
            }
        } catch {
            throw CommandFailure(
                "seed \(error.seed), block \(error.height): \(error.violation); "
                    + "again with: cairn-sim jobs --seed \(error.seed) --count 1")
        }
        console.endProgress()
        let figures = Self.figures(tally)
        if json {
            console.json(.object(figures.map { JSONMember($0.0, .integer(Int64($0.1))) }))
        } else {
            var list = FieldList()
            for (name, value) in figures { list.add(name, "\(value)") }
            console.line(list.text)
            console.line("every law held")
        }
    }

    private static func figures(_ tally: RandomJobsTally) -> [(String, Int)] {
        [
            ("jobs", tally.jobs), ("runs", tally.runs), ("blocks", tally.blocks), ("proven", tally.proven),
            ("retried", tally.retried), ("openToAll", tally.openToAll), ("commitGaps", tally.commitGaps),
            ("rejectedProofs", tally.rejected), ("jailed", tally.jailed), ("withdrawals", tally.withdrawn),
            ("registryCalls", tally.calls), ("splitBlocks", tally.splitBlocks), ("aggregated", tally.aggregated),
        ]
    }
}
