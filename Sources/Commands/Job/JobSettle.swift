import ArgumentParser
import ByteCodec
import ChainTypes
import CommandShell
import FoundationEssentials
import JSONRPC
import NodeRuntime
import ProvingRules
import SystemState

struct JobSettle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle", abstract: "What a closed job paid to whom, and why; or what one would pay.",
        discussion: """
            Examples: cairn job settle 3
                      cairn job settle --dry-run outcome.json
                      cairn job settle --dry-run outcome.json --genesis genesis.json --json
            A dry run needs no node: it settles the outcome that the file describes, with the source's amounts in \
            reward units, or with those of a genesis in CAIRN. This file pays 1801050 units, the source's T1:
              { "preset": "source", "selected": 200, "fullProofs": [{ "by": 0, "phase": "t1" }] }
            Docs/Spec/Settlement.md explains every field and has more examples.
            """)

    @Argument(help: "The job's number or id.")
    var job: String?

    @Option(help: "Settle the outcome in this file instead, without a node.")
    var dryRun: String?

    @Option(help: "With --dry-run: the genesis whose amounts are paid, in place of the source's.")
    var genesis: String?

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let console = Console.current
        switch (job, dryRun) {
        case (nil, let file?):
            let settled = try SettledOutcome(
                try OutcomeFile.parse(try Self.read(file), path: file), genesis: try genesis.map(GenesisReading.parse))
            if options.json { console.json(settled.json) } else { console.line(settled.text) }
        case (let job?, nil):
            guard genesis == nil else { throw CommandFailure.usage("--genesis goes with --dry-run") }
            let answer = try await options.node().call("cairn_settlement", [try JobArgument.parse(job)])
            if options.json { console.json(answer.value) } else { console.line(try JobDetails.payments(answer)) }
        default: throw CommandFailure.usage("give a job, or --dry-run with a file, and not both")
        }
    }

    private static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        do { return [UInt8](try Data(contentsOf: URL(filePath: path))) } catch {
            throw CommandFailure("cannot read the outcome file \(path)")
        }
    }
}

/// A hypothetical outcome with what it pays.
struct SettledOutcome: Sendable {
    private let outcome: OutcomeFile
    private let parameters: ProvingParameters
    /// Amounts are reward units, not wei.
    private let isInUnits: Bool
    private let payments: [Payment]

    init(_ outcome: OutcomeFile, genesis: Genesis?) throws(CommandFailure) {
        self.outcome = outcome
        isInUnits = genesis == nil
        if let genesis {
            parameters = genesis.proving
        } else {
            do {
                parameters = try GenesisFile.parseTemplate(PackageResources.devnet_json).proving
            } catch {
                throw CommandFailure(.internalFault, "the built-in genesis cannot be read: \(error)")
            }
        }
        var used = parameters
        if isInUnits {
            used.rewardUnit = 1
            used.rewards = .source
            used.maxIssuancePerJob = 0
        }
        used.preset = outcome.preset ?? (isInUnits ? .source : used.preset)
        payments = Settlement.settle(outcome.job, parameters: used)
        preset = used.preset
    }

    private let preset: RulesPreset

    private func total(_ matches: (Payment) -> Bool) -> UInt128 {
        payments.reduce(0) { matches($1) ? $0 + $1.amount : $0 }
    }

    private func amount(_ value: UInt128) -> String { isInUnits ? "\(value)" : Rendering.amount(value) }

    /// "prover 3" or "validator 0".
    private static func index(_ account: PaymentAccount) -> (role: String, index: Int) {
        let low = account.address.bytes.suffix(4).reduce(0) { $0 << 8 | Int($1) }
        if case .prover = account { return ("prover", low - 0x1_0000) }
        return ("validator", low - 0x2_0000)
    }

    // MARK: - Output

    var text: String {
        var table = TextTable([.right(isInUnits ? "units" : "amount"), .left("for"), .left("who")])
        for line in lines {
            table.add([
                (line.first.isPenalty ? "-" : "+") + amount(line.first.amount), line.first.reason.name, line.who,
            ])
        }
        let (minted, burned) = (total { !$0.isPenalty }, total(\.isPenalty))
        let unit = isInUnits ? " units" : ""
        return [
            "preset \(preset == .source ? "source" : "devnet"): \(outcome.selected) selected, "
                + "\(outcome.committed.count) committed, \(outcome.submitted.count) submitted, "
                + Rendering.count(outcome.fullProofs.count, "full proof"),
            table.isEmpty ? "nothing is paid" : table.text,
            "minted \(amount(minted))\(unit), burned at most \(amount(burned))\(unit)",
        ].joined(separator: "\n")
    }

    /// Payments that differ in nothing but the account, together.
    private var lines: [(first: Payment, who: String)] {
        var groups: [(first: Payment, ranks: [Int])] = []
        for payment in payments {
            let (role, index) = Self.index(payment.account)
            let place = groups.firstIndex { group in
                group.first.reason == payment.reason && group.first.amount == payment.amount
                    && Self.index(group.first.account).role == role
            }
            if let place { groups[place].ranks.append(index) } else { groups.append((payment, [index])) }
        }
        return groups.map { group in
            let role = Self.index(group.first.account).role
            guard group.ranks.count > 1 else { return (group.first, "\(role) \(group.ranks[0])") }
            return (group.first, "\(role)s \(Self.ranges(group.ranks)) (\(group.ranks.count))")
        }
    }

    /// "0–2, 5".
    private static func ranges(_ numbers: [Int]) -> String {
        var ranges: [(first: Int, last: Int)] = []
        for number in numbers.sorted() {
            if let last = ranges.last, last.last + 1 == number {
                ranges[ranges.count - 1].last = number
            } else {
                ranges.append((number, number))
            }
        }
        return ranges.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)–\($0.last)" }.joined(separator: ", ")
    }

    /// Amounts are strings of decimal digits.
    var json: JSONValue {
        [
            "preset": .string(preset == .source ? "source" : "devnet"), "unit": isInUnits ? "rewardUnit" : "wei",
            "minted": .string("\(total { !$0.isPenalty })"), "burned": .string("\(total(\.isPenalty))"),
            "payments": .array(
                payments.map { payment in
                    let (role, index) = Self.index(payment.account)
                    return [
                        "role": .string(role), "index": .integer(Int64(index)),
                        "amount": .string("\(payment.amount)"), "kind": payment.isPenalty ? "penalty" : "reward",
                        "reason": .string(payment.reason.name),
                    ]
                }),
        ]
    }
}
