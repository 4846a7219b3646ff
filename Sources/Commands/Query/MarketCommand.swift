import ArgumentParser
import CommandShell
import JSONRPC

struct MarketCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "market", abstract: "How the proving market does: queue, failures, delays, concentration.",
        discussion: """
            Examples: cairn market
                      cairn market --window 200 --json
                      cairn market --watch
            Every signal is measured over the last blocks, from the jobs in the chain's state. Confidence says how \
            much it rests on: 0 % where there was nothing to measure, which is shown as "no data" and never as zero. \
            Docs/Spec/Market.md defines each signal.
            """)

    @Option(help: "How many of the last blocks, 1 to 100000.")
    var window: UInt64 = 1_000

    @Flag(help: "Show it again with every block, until interrupted.")
    var watch = false

    @OptionGroup var options: NodeOptions

    func run() async throws {
        guard (1...100_000).contains(window) else { throw CommandFailure.usage("--window: expected 1 to 100000") }
        let node = try options.node()
        var shown: UInt64?
        repeat {
            let report = try await node.call("cairn_market", [["window": JSONValue(window)]])
            let height = try report["height"].count()
            if height != shown { try show(report) }
            shown = height
            if watch { try await Task.sleep(for: .milliseconds(500)) }
        } while watch
    }

    private func show(_ report: Answer) throws(CommandFailure) {
        let console = Console.current
        if options.json { return console.json(report.value) }
        // Cursor home, then clear to the end: the table is drawn over the last one.
        if watch, console.isTerminal { console.write("\u{1B}[H\u{1B}[J") }
        console.line(try Self.render(report))
    }

    /// The signals in the order of the answer, with what they tell.
    static let meanings: [(name: String, meaning: String)] = [
        ("queueDepth", "blocks that wait for provers"),
        ("commitNoRevealRate", "committed provers without a valid submission"),
        ("invalidProofRate", "proving transactions found invalid"),
        ("reassignmentCount", "instances nobody committed, dealt again"),
        ("aggregationDelay", "from complete partial proofs to the full proof"),
        ("verifiedToExecutedLag", "from a verified proof to a proven chain below it"),
        ("selectionShortfall", "provers wanted and not selected"),
        ("shardSize", "proving weight of an instance"),
        ("instancesPerJob", "instances of a job"),
        ("retryRate", "attempts that failed"),
        ("proofLatency", "from block to verified proof"),
        ("proofLatencyTime", "the same by the blocks' clocks"),
        ("winnerConcentration", "Herfindahl-Hirschman index of first full proofs, 10000 is one prover"),
        ("nakamotoCoefficient", "provers that hold more than half of first full proofs"),
    ]

    static func render(_ report: Answer) throws(CommandFailure) -> String {
        let window = report["window"]
        let (from, to) = (try window["from"].count(), try window["to"].count())
        var head = "blocks \(Rendering.heights(from, to))"
        let covered = try window["coveredFrom"].count()
        if covered > from { head += ", of which those before \(covered) were pruned" }
        var table = TextTable([
            .left("signal"), .right("value"), .left("unit"), .right("samples"), .right("confidence"),
            .left("what it is"),
        ])
        for (name, meaning) in meanings {
            let signal = report["signals"][name]
            let confidence = try percent(signal["confidence"])
            table.add([
                name, try value(signal), try signal["unit"].text(), "\(try signal["samples"].count())",
                "\(confidence) %", meaning,
            ])
        }
        return head + "\n" + table.text
    }

    private static func value(_ signal: Answer) throws(CommandFailure) -> String {
        guard let value = signal["value"].ifPresent else { return "no data" }
        if let p95 = signal["p95"].ifPresent {
            return "\(try value.count()) / \(try p95.count()) / \(try signal["p99"].count())"
        }
        guard let whole = signal["denominator"].ifPresent else { return "\(try value.count())" }
        let (part, of) = (try signal["numerator"].count(), try whole.count())
        guard of > 0 else { return "no data" }
        let tenths = part.multipliedReportingOverflow(by: 1_000)
        let share = tenths.overflow ? part / of * 1_000 : tenths.partialValue / of
        return "\(share / 10).\(share % 10) %"
    }

    /// A confidence between 0 and 1 as whole percents.
    private static func percent(_ answer: Answer) throws(CommandFailure) -> Int {
        switch answer.value {
        case .integer(let whole) where (0...1).contains(whole): return Int(whole) * 100
        case .number(let share) where (0...1).contains(share): return Int((share * 100).rounded())
        default: throw CommandFailure("the node's answer cannot be read: cairn_market: a confidence between 0 and 1")
        }
    }
}
