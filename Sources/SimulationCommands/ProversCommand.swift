import ArgumentParser
import ChainTypes
import CommandShell
import JSONRPC
import ProvingLab
import SystemState

/// `cairn-sim provers`: blocks proven by provers that fail at random.
struct ProversCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provers",
        abstract: "Prove blocks with provers that fail at random, and tell how each was proven.",
        discussion: """
            Example: cairn-sim provers --provers 20 --failing 30 --blocks 200
            Every prover fails to send in each phase of a job with the given chance, drawn by itself. The rules are the \
            production's, the proofs stand-ins. Ends with status 1 when a block stays unproven.
            """)

    @Option(help: "Provers.")
    var provers = 20

    @Option(help: "Per cent of phases in which a prover fails to send.")
    var failing = 30

    @Option(help: "Blocks with operations, one after the other.")
    var blocks = 200

    @Option(help: "The rules: source or devnet.")
    var preset = "devnet"

    @Option(help: "Per cent of the provers that can prove a whole job alone.")
    var alone = 100

    @Option(help: "Seed of the run.")
    var seed: UInt64 = 1

    @Flag(help: "Write one JSON object.")
    var json = false

    func run() throws {
        guard (2...1_000).contains(provers) else { throw CommandFailure.usage("--provers: expected 2 to 1000") }
        guard (0...100).contains(failing) else { throw CommandFailure.usage("--failing: expected 0 to 100") }
        guard (0...100).contains(alone) else { throw CommandFailure.usage("--alone: expected 0 to 100") }
        guard (1...100_000).contains(blocks) else { throw CommandFailure.usage("--blocks: expected 1 to 100000") }
        guard let preset = PresetArgument.preset(preset) else {
            throw CommandFailure.usage("--preset: expected source or devnet")
        }
        let members = (0..<provers).map { index in
            var member = MarketMember(.honest)
            member.failures = failing
            member.provesAlone = index * 100 < alone * provers
            return member
        }
        let plan = MarketPlan(
            parameters: LabGenesis.parameters(preset), members: members, work: .blocks(blocks), seed: seed)
        let report = try MarketRun.play(plan)
        if json { Console.current.json(Self.json(report)) } else { Console.current.line(Self.text(report)) }
        guard report.blocksProven == report.blocks else {
            throw CommandFailure("\(report.blocks - report.blocksProven) of \(report.blocks) blocks were not proven")
        }
    }

    private static let phases: [(name: String, phase: JobPhase)] = [
        ("T1", .t1), ("T2", .t2), ("T3", .t3), ("T4", .t4), ("T5", .t5), ("open", .open),
    ]

    private static func text(_ report: MarketReport) -> String {
        var list = FieldList()
        list.add("blocks", "\(report.blocks)")
        list.add("proven", "\(report.blocksProven)")
        for (name, phase) in phases { list.add("  in \(name)", "\(report.blocksProvenIn[phase] ?? 0)") }
        list.add("  after a retry", "\(report.blocksRetried)")
        list.add("jobs", "\(report.jobs)")
        list.add("attempts that failed", "\(report.retries)")
        let delays = [50, 95, 99].map { report.delay(percent: $0).map { "\($0)" } ?? "-" }
        list.add("blocks to the proof", "p50 \(delays[0]), p95 \(delays[1]), p99 \(delays[2])")
        return list.text
    }

    private static func json(_ report: MarketReport) -> JSONValue {
        let byPhase = phases.map { JSONMember($0.name, JSONValue(UInt64(report.blocksProvenIn[$0.phase] ?? 0))) }
        let delays = [50, 95, 99].map { percent in
            JSONMember("p\(percent)", report.delay(percent: percent).map { JSONValue($0) } ?? .null)
        }
        return [
            "blocks": JSONValue(UInt64(report.blocks)), "proven": JSONValue(UInt64(report.blocksProven)),
            "provenIn": .object(byPhase), "retriedBlocks": JSONValue(UInt64(report.blocksRetried)),
            "jobs": JSONValue(UInt64(report.jobs)), "failedAttempts": JSONValue(UInt64(report.retries)),
            "blocksToProof": .object(delays),
        ]
    }
}

/// The names of the presets on the command line.
enum PresetArgument {
    static func preset(_ name: String) -> RulesPreset? {
        switch name {
        case "source": .source
        case "devnet": .devnet
        default: nil
        }
    }
}
