import ArgumentParser
import CommandShell
import Cryptography
import JSONRPC

struct ProverLedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Every amount booked for a prover: reason, job, block.",
        discussion: """
            Examples: cairn prover ledger 0x70997970C51812dc3A010C7d01b50e0d17dc79C8
                      cairn prover ledger 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --from 1 --to 5000 --json
            Read from the receipts in the blocks, so it goes back to the first block, ten thousand blocks at a time.
            """)

    @Argument(help: "The address of the prover's owner or operator key.")
    var address: String

    @Option(help: "The first block; ten thousand before the last when not given.")
    var from: UInt64?

    @Option(help: "The last block; the latest when not given.")
    var to: UInt64?

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let address = try AddressArgument.parse(address)
        var range: [JSONMember] = []
        if let from { range.append(JSONMember("fromBlock", JSONValue(from))) }
        if let to { range.append(JSONMember("toBlock", JSONValue(to))) }
        let ledger = try await options.node().call("cairn_proverLedger", [.string("\(address)"), .object(range)])
        let console = Console.current
        if options.json { console.json(ledger.value) } else { console.line(try Self.render(ledger)) }
    }

    static func render(_ ledger: Answer) throws(CommandFailure) -> String {
        var table = TextTable([
            .right("block"), .left("time"), .left("kind"), .right("amount"), .left("for"), .left("job"),
        ])
        var (earned, lost): (UInt128, UInt128) = (0, 0)
        for entry in try ledger["entries"].list() {
            let (kind, amount) = (try entry["kind"].text(), try entry["amount"].amount())
            if kind == "reward" { earned &+= amount }
            if kind == "penalty" || kind == "fee" { lost &+= amount }
            let sign = ["penalty", "fee", "withdrawal", "claim"].contains(kind) ? "-" : "+"
            let id = try entry["jobId"].ifPresent?.text()
            let number = try entry["job"].ifPresent?.count()
            table.add([
                "\(try entry["height"].count())", UnixTime.text(seconds: try entry["time"].count() / 1_000), kind,
                sign + Rendering.amount(amount), try entry["reason"].text(),
                number.map { "\($0)" } ?? id.map(Rendering.short) ?? "",
            ])
        }
        let range = Rendering.heights(try ledger["from"].count(), try ledger["to"].count())
        guard !table.isEmpty else { return "nothing was booked in block \(range)" }
        return table.text + "\nblocks \(range): earned \(Rendering.amount(earned)), "
            + "lost \(Rendering.amount(lost)) in penalties and fees"
    }
}

struct ProverNeeds: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requirements", abstract: "What this chain asks of a prover: stake, instances, memory, time.",
        discussion: "Example: cairn prover requirements")

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let answer = try await options.node().call("cairn_proverRequirements")
        let console = Console.current
        if options.json { console.json(answer.value) } else { console.line(try Self.render(answer)) }
    }

    static func render(_ needs: Answer) throws(CommandFailure) -> String {
        var fields = FieldList()
        fields.add("minimum stake", Rendering.amount(try needs["minimumStake"].amount()))
        fields.add("invalid proof costs", Rendering.amount(try needs["penaltyInvalidProof"].amount()))
        fields.add("proof profile", try needs["proofProfile"].text())
        let interval = try needs["blockIntervalMilliseconds"].count()
        for (name, title) in [("t1", "time to commit"), ("t2", "time to prove")] {
            let blocks = try needs["windows"][name].count()
            let time = blocks.multipliedReportingOverflow(by: interval)
            fields.add(
                title,
                "\(Rendering.count(blocks, "block")), "
                    + Rendering.seconds(milliseconds: time.overflow ? .max / 2 : time.partialValue))
        }
        fields.add(
            "instances of a job",
            "up to \(try needs["maxInstances"].count()), each dealt to "
                + Rendering.count(try needs["redundancy"].count(), "prover"))
        var table = TextTable([
            .left("circuit"), .right("rows"), .right("columns"), .right("proof bytes"), .right("memory"),
        ])
        for circuit in try needs["circuits"].list() {
            table.add([
                try circuit["name"].text(), "\(try circuit["maxRows"].count())",
                try circuit["columns"].ifPresent.map { (a) throws(CommandFailure) in "\(try a.count())" } ?? "",
                "\(try circuit["maxProofBytes"].count())",
                try circuit["memoryBytes"].ifPresent.map { (a) throws(CommandFailure) in
                    "\(try a.count() >> 20) MiB"
                } ?? "",
            ])
        }
        return fields.text + "\n\n" + table.text
    }
}
