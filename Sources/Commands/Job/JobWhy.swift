import ArgumentParser
import ByteCodec
import ChainTypes
import CommandShell
import Cryptography
import JSONRPC
import NodeRuntime
import ProvingRules
import SystemState

struct JobWhy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Why a prover was, or was not, selected for a job, and why for these instances.",
        discussion: """
            Example: cairn job why 3 --prover 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --genesis genesis.json
            Draws and deals again, in this process, from public data, and lists what of it was checked: that the blocks \
            are decided, that their randomness is the proposer's VRF output, that the job's record is in the system \
            state, and that the list of provers is the one the record binds. Validators are followed from those of the \
            genesis, each set by the block that announces it. Without --genesis the genesis, and so the first \
            validators' keys, are the node's word. The exit status is 1 when anything does not hold.
            """)

    @Argument(help: "The job's number or id.")
    var job: String

    @Option(help: "Address of the prover's owner, or of its operator key.")
    var prover: String

    @Option(help: "The genesis file of the chain; the node's answer is taken when it is left out.")
    var genesis: String?

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let asked = try AddressArgument.parse(prover)
        let trusted = try genesis.map(GenesisReading.parse)
        let audit = try await SelectionAudit.run(
            SelectionAudit.Request(
                node: try options.node(), job: try JobArgument.parse(job), prover: asked, genesis: trusted))
        let console = Console.current
        if options.json { console.json(audit.json) } else { console.line(audit.text) }
        if let failed = audit.checks.first(where: { $0.result == .failed }) {
            throw CommandFailure("job \(audit.job.number): \(failed.name): \(failed.detail)")
        }
    }
}

/// One datum of an audit, and what it rests on.
struct AuditCheck: Sendable {
    enum Result: String, Sendable {
        case verified
        /// Nothing at hand shows it: it is what the node says.
        case nodesWord
        case failed
    }

    let name: String
    let result: Result
    let detail: String

    var json: JSONValue {
        ["check": .string(name), "result": .string(result.rawValue), "detail": .string(detail)]
    }

    var line: String {
        let mark =
            switch result {
            case .verified: "verified   "
            case .nodesWord: "node's word"
            case .failed: "FAILED     "
            }
        return "  \(mark)  \(name): \(detail)"
    }
}

extension SelectionAudit {
    var text: String {
        let attempt = job.statement.attempt > 0 ? ", attempt \(job.statement.attempt + 1)" : ""
        var lines = [
            "job \(job.number)\(attempt): \(Rendering.count(explanation.candidates, "prover")) available in block "
                + "\(selectedAt), \(explanation.wanted) wanted, \(job.selected.count) selected"
                + (explanation.isSameSet ? " (the set of the attempt before)" : ""),
            "\(owner.checksummed): \(SelectionReason.text(explanation, job))",
        ]
        lines += SelectionReason.hand(explanation, job)
        lines.append("checked:")
        lines += checks.map(\.line)
        return lines.joined(separator: "\n")
    }

    var json: JSONValue {
        [
            "job": JSONValue(job.number), "id": .string("\(job.id)"), "attempt": JSONValue(job.statement.attempt),
            "selectedAt": JSONValue(selectedAt), "prover": .string("\(owner)"),
            "reason": .string(SelectionReason.name(explanation)),
            "explanation": .string(SelectionReason.text(explanation, job)),
            "rank": explanation.rank.map { .integer(Int64($0 + 1)) } ?? .null,
            "weight": explanation.weight.map { JSONValue($0) } ?? .null,
            "totalWeight": JSONValue(explanation.totalWeight),
            "candidates": .integer(Int64(explanation.candidates)), "wanted": .integer(Int64(explanation.wanted)),
            "selected": .integer(Int64(job.selected.count)), "sameSet": .bool(explanation.isSameSet),
            "seed": .string("\(explanation.seed)"),
            "instances": .array(
                explanation.hand.map { ["instance": JSONValue($0.instance), "deck": .integer(Int64($0.deck + 1))] }),
            "checks": .array(checks.map(\.json)),
        ]
    }
}

/// The reasons of an explanation in words.
enum SelectionReason {
    static func name(_ explanation: Assignment.Explanation) -> String {
        switch explanation.reason {
        case .notRegistered: "notRegistered"
        case .excluded: "excluded"
        case .notDrawn: "notDrawn"
        case .selected: "selected"
        case .unavailable(let standing):
            switch standing {
            case .available: "available"
            case .inactive: "activating"
            case .jailed: "jailed"
            case .belowMinimumStake: "belowMinimumStake"
            case .paused: "paused"
            case .leaving: "leaving"
            case .assigned: "assigned"
            }
        }
    }

    static func text(_ explanation: Assignment.Explanation, _ job: Job) -> String {
        switch explanation.reason {
        case .notRegistered: "not selected: it was not registered as a prover"
        case .excluded:
            "not selected: in an earlier attempt it committed a root that nobody proved, and there were enough others"
        case .notDrawn(let weight, let total):
            explanation.isSameSet
                ? "not selected: the provers of the attempt before were taken again"
                : "not selected: a candidate with weight \(weight) of \(total), and the draw took others"
        case .selected(let rank, _):
            explanation.isSameSet
                ? "selected, rank \(rank + 1): it was in the attempt before, whose provers were taken again"
                : "selected, drawn \(ordinal(rank + 1)) of \(job.selected.count) with weight "
                    + "\(explanation.weight ?? 0) of \(explanation.totalWeight)"
        case .unavailable(let standing): "not selected: \(text(standing))"
        }
    }

    private static func text(_ standing: Standing) -> String {
        switch standing {
        case .available: "available"
        case .inactive(let from): "its registration acts from block \(from) on"
        case .jailed(let until): "it was jailed, and could unjail from block \(until) on"
        case .belowMinimumStake: "its stake was below the minimum"
        case .paused: "it was paused"
        case .leaving: "it was leaving"
        case .assigned(let job): "it was busy with job \(job), and a prover has one job at a time"
        }
    }

    /// Why each instance: the deck that it was dealt from.
    static func hand(_ explanation: Assignment.Explanation, _ job: Job) -> [String] {
        var lines: [String] = []
        let decks = Set(explanation.hand.map(\.deck)).sorted()
        for deck in decks {
            let cards = explanation.hand.filter { $0.deck == deck }.map { "\($0.instance)" }
            lines.append("  shuffled deck \(deck + 1) gave it \(cards.joined(separator: ", "))")
        }
        if case .selected(let rank, _) = explanation.reason, job.selected.indices.contains(rank) {
            let again = job.selected[rank].extensionInstances.map { "\($0)" }
            if !again.isEmpty {
                lines.append("  dealt again because nobody had committed them: \(again.joined(separator: ", "))")
            }
        }
        return lines
    }

    private static func ordinal(_ number: Int) -> String {
        switch (number % 10, number % 100) {
        case (1, let rest) where rest != 11: "\(number)st"
        case (2, let rest) where rest != 12: "\(number)nd"
        case (3, let rest) where rest != 13: "\(number)rd"
        default: "\(number)th"
        }
    }
}

extension Assignment.Explanation {
    /// 0 for the prover drawn first; nil when it was not selected.
    var rank: Int? {
        if case .selected(let rank, _) = reason { rank } else { nil }
    }
}
