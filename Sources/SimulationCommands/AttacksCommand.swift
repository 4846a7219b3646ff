import ArgumentParser
import CommandShell
import JSONRPC
import ProvingLab

/// `cairn-sim attacks`: what attacks on the proving rules earn and cost.
struct AttacksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attacks", abstract: "Measure attacks on the proving rules: what they earn, and what they cost.",
        discussion: """
            Example: cairn-sim attacks --jobs 1000 --real-jobs 5
            Every strategy of a prover against honest ones, under both presets, on the production rules: simulated with \
            stand-in proofs, and with real proofs on a chain in memory. Then attacks on single rules, with and without \
            the rule that answers them. All amounts are read from the ledger.
            """)

    @Option(help: "Simulated jobs of each attack.")
    var jobs = 1_000

    @Option(help: "Jobs of each attack with real proofs; 0 for none.")
    var realJobs = 5

    @Option(help: "The proof profile of the real proofs; the devnet's when it is left out.")
    var profile: String?

    @Option(help: "Seed of all runs.")
    var seed: UInt64 = 1

    @Flag(help: "Write one JSON object.")
    var json = false

    @Flag(help: "Write Docs/Attacks.md.")
    var markdown = false

    func run() throws {
        guard (1...1_000_000).contains(jobs) else { throw CommandFailure.usage("--jobs: expected 1 to 1000000") }
        guard (0...1_000).contains(realJobs) else { throw CommandFailure.usage("--real-jobs: expected 0 to 1000") }
        let console = Console.current
        var tables = [try StrategyAttacks.measure(jobs: jobs, seed: seed) { console.progress($0) }]
        if realJobs > 0 {
            tables.append(
                try RealAttacks.measure(jobs: realJobs, profile: profile, seed: seed) { console.progress($0) })
        }
        tables += try RuleComparisons.measure(jobs: jobs, seed: seed) { console.progress($0) }
        console.endProgress()
        if json {
            console.json(.object(tables.map { JSONMember($0.name, Self.json($0)) }))
        } else if markdown {
            console.line(AttacksPage(command: command, tables: tables).text)
        } else {
            for table in tables { console.line(Self.text(table)) }
        }
    }

    /// How to make the same again.
    private var command: String {
        var words = ["cairn-sim attacks --jobs \(jobs) --real-jobs \(realJobs)"]
        if let profile { words.append("--profile \(profile)") }
        if seed != 1 { words.append("--seed \(seed)") }
        return (words + ["--markdown"]).joined(separator: " ")
    }

    private static func text(_ table: LabTable) -> String {
        var text = TextTable(
            table.columns.indices.map { index in
                let isText = table.rows.first.map { if case .text = $0[index] { true } else { false } } ?? true
                return isText ? .left(table.columns[index]) : .right(table.columns[index])
            })
        for row in table.rows { text.add(row.map(\.shown)) }
        return table.title + "\n\n" + text.text + "\n"
    }

    private static func json(_ table: LabTable) -> JSONValue {
        .array(
            table.rows.map { row in
                .object(zip(table.columns, row).map { JSONMember($0, value($1)) })
            })
    }

    /// Units and shares as the text that people read: JSON numbers would round them.
    private static func value(_ cell: LabTable.Cell) -> JSONValue {
        if case .count(let count) = cell { .integer(Int64(count)) } else { .string(cell.shown) }
    }
}
