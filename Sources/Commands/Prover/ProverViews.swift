import ArgumentParser
import CommandShell
import Cryptography
import JSONRPC

struct ProverList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "All provers with their stake and standing.",
        discussion: "Example: cairn prover list")

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let provers = try await options.node().call("cairn_provers")
        let console = Console.current
        if options.json { console.json(provers.value) } else { console.line(try Self.render(provers)) }
    }

    static func render(_ provers: Answer) throws(CommandFailure) -> String {
        let list = try provers.list()
        guard !list.isEmpty else { return "no provers" }
        var table = TextTable([
            .left("owner"), .right("stake"), .right("claimable"), .right("misses"), .left("status"),
        ])
        for prover in list {
            table.add([
                try prover["owner"].address().checksummed, Rendering.amount(try prover["stake"].amount()),
                Rendering.amount(try prover["claimable"].amount()), "\(try prover["misses"].count())",
                try prover["status"].text(),
            ])
        }
        return table.text
    }
}

struct ProverShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One prover, by its owner's or operator key's address.",
        discussion: "Example: cairn prover show 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")

    @Argument(help: "The address of the owner or of the operator key.")
    var address: String

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let address = try AddressArgument.parse(address)
        let answer = try await options.node().call("cairn_prover", [.string("\(address)")])
        guard let prover = answer.ifPresent else { throw CommandFailure("\(address.checksummed) is no prover") }
        let console = Console.current
        if options.json { console.json(prover.value) } else { console.line(try Self.render(prover)) }
    }

    static func render(_ prover: Answer) throws(CommandFailure) -> String {
        var fields = FieldList()
        fields.add("owner", try prover["owner"].address().checksummed)
        fields.add("operator key", try prover["operator"].address().checksummed)
        fields.add("recipient", try prover["recipient"].address().checksummed)
        fields.add("status", try prover["status"].text())
        fields.add("stake", Rendering.amount(try prover["stake"].amount()))
        for (name, title) in [
            ("pendingStake", "not yet active"), ("unbonding", "unbonding"), ("claimable", "claimable"),
        ] {
            let amount = try prover[name].amount()
            if amount > 0 { fields.add(title, Rendering.amount(amount)) }
        }
        fields.add("active from", "block \(try prover["activeFrom"].count())")
        fields.add("misses", "\(try prover["misses"].count())")
        return fields.text
    }
}
