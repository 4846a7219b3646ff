import ArgumentParser
import ChainTypes
import CommandShell

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "What the chain is doing: height, fees, proofs, provers.",
        discussion: "Example: cairn status --rpc http://127.0.0.1:8545")

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let status = try await options.node().call("cairn_status")
        let console = Console.current
        if options.json { console.json(status.value) } else { console.line(try Self.render(status)) }
    }

    static func render(_ status: Answer) throws(CommandFailure) -> String {
        var fields = FieldList()
        let isDevnet = try status["isDevnet"].flag()
        fields.add("chain", "\(try status["chainId"].count())\(isDevnet ? " (devnet)" : "")")
        fields.add("node", try status["version"].text())
        if let halted = status["halted"].ifPresent { fields.add("HALTED", try halted.text()) }
        fields.add("height", "\(try status["height"].count())  \(try status["blockHash"].text())")
        fields.add("base fee", "\(Rendering.gasPrice(try status["baseFee"].amount())) per gas")
        fields.add(
            "pending",
            "\(Rendering.count(try status["pendingTransactions"].count(), "transaction")), "
                + Rendering.count(try status["pendingProvingTransactions"].count(), "proof transaction"))
        let lag = try status["proofLag"].count()
        fields.add(
            "proven",
            "up to \(try status["provenHeight"].count())"
                + (lag == 0 ? ", nothing behind" : ", \(Rendering.count(lag, "block")) behind"))
        fields.add(
            "jobs",
            "\(try status["activeJobs"].count()) active, "
                + "\(Rendering.count(try status["queueDepth"].count(), "block")) waiting")
        fields.add(
            "provers",
            "\(try status["proversRegistered"].count()) registered, \(try status["proversAvailable"].count()) available"
        )
        fields.add("accounts", "\(try status["accounts"].count())")
        fields.add(
            "proof program",
            "\(Rendering.short(try status["programHash"].text())), profile "
                + (try status["proofProfile"].text()) + ", rules " + (try status["preset"].text()))
        return fields.text
    }
}
