import ArgumentParser
import ByteCodec
import ChainTypes
import CommandShell
import JSONRPC
import Simulation

/// `cairn-sim run`.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run one seed: a network of replicas with faults, then healing.",
        discussion: """
            Example: cairn-sim run --seed 7 --trace
            The seed stands for the network's shape, its faults and the whole schedule; the same build replays it \
            exactly, which the trace hash shows.
            """)

    @Option(help: "The seed.")
    var seed: UInt64

    @Flag(help: "Tell every event.")
    var trace = false

    @Flag(help: "Write JSON; errors go to standard error as a JSON object.")
    var json = false

    func run() throws {
        let console = Console.current
        let run = ClusterRun(seed: seed)
        let outcome: ClusterRun.Outcome
        let tell: @Sendable (String) -> Void = { Console.current.line($0) }
        do {
            outcome = try run.run(listener: trace ? tell : nil)
        } catch let failure as SimulationFailure {
            throw CommandFailure(
                "\(failure)\n\(PlanText.describe(run.plan))\nreplay: cairn-sim run --seed \(seed) --trace "
                    + "(build \(BuildCommit.name))")
        }
        guard !json else {
            return console.json([
                "seed": JSONValue(seed), "build": .string(BuildCommit.name), "height": JSONValue(outcome.height),
                "milliseconds": JSONValue(outcome.time), "recoveryMilliseconds": JSONValue(outcome.recovery),
                "traceHash": .string(String(outcome.traceHash, radix: 16)), "marks": outcome.marks.json,
                "blocks": .array(outcome.headers.map(\.json)),
            ])
        }
        console.line(PlanText.describe(run.plan))
        for mark in outcome.marks.sorted { console.line("  \(mark.name): \(mark.count)") }
        console.line(
            "seed \(seed): height \(outcome.height) after \(outcome.time / 1_000) s, \(outcome.recovery / 1_000) s of "
                + "them to recover; trace \(String(outcome.traceHash, radix: 16)), build \(BuildCommit.name)")
    }
}

extension BlockHeader {
    /// What a second execution of the chain must come to.
    fileprivate var json: JSONValue {
        [
            "height": JSONValue(height), "hash": .string("\(hash)"), "accountsRoot": .string("\(accountsRoot)"),
            "systemRoot": .string("\(systemRoot)"), "receiptsRoot": .string("\(receiptsRoot)"),
        ]
    }
}

/// A plan as one line for a person.
enum PlanText {
    static func describe(_ plan: ClusterPlan) -> String {
        var parts = ["powers \(plan.powers)"]
        if plan.followers > 0 { parts.append("\(plan.followers) full nodes") }
        if plan.hasChurn { parts.append("\(plan.joiners) nodes join, and validators leave") }
        for (index, script) in plan.scripts.sorted(by: { $0.key < $1.key }) {
            parts.append("\(index < plan.powers.count ? "validator" : "node") \(index): \(script.rawValue)")
        }
        if plan.lossPerMille > 0 { parts.append("loss \(plan.lossPerMille)‰") }
        if plan.duplicatesPerMille > 0 { parts.append("doubles \(plan.duplicatesPerMille)‰") }
        if plan.replaysPerMille > 0 { parts.append("replays \(plan.replaysPerMille)‰") }
        parts.append("delay up to \(plan.maxDelay) ms")
        if let partition = plan.partition { parts.append("partition \(partition.rawValue)") }
        if plan.hasSlowPeer { parts.append("a slow peer") }
        if plan.hasOutsider { parts.append("an outsider") }
        if plan.crashesPerMillion > 0 { parts.append("crashes") }
        if plan.hasPauses { parts.append("pauses") }
        if plan.diskFaultsPerMillion > 0 { parts.append("disk faults") }
        if plan.hasSlowDisk { parts.append("a slow disk") }
        if plan.losesDisk { parts.append("a lost disk") }
        if plan.restoresBackup { parts.append("an old backup") }
        if plan.skew > 0 { parts.append("clocks off by up to \(plan.skew) ms") }
        if plan.hasDrift { parts.append("drift") }
        if plan.hasJumps { parts.append("clocks are set") }
        if plan.hasStoppedClock { parts.append("a stopped clock") }
        return parts.joined(separator: ", ")
    }
}
