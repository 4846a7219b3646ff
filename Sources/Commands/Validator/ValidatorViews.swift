import ArgumentParser
import CommandShell
import Cryptography
import JSONRPC

struct ValidatorList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "All registered validators, or the set of a height.",
        discussion: """
            Example: cairn validator list
            Example: cairn validator list --height 812
            """)

    @Option(help: "Show the set that signs this block.")
    var height: UInt64?

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let node = try options.node()
        let answer =
            if let height {
                try await node.call("cairn_validators", [JSONValue(height)])
            } else {
                try await node.call("cairn_registeredValidators")
            }
        let console = Console.current
        if options.json { return console.json(answer.value) }
        console.line(height == nil ? try Self.render(registered: answer) : try Self.render(set: answer))
    }

    static func render(registered answer: Answer) throws(CommandFailure) -> String {
        var table = TextTable([
            .left("validator"), .right("stake"), .right("power"), .right("misses"), .left("status"),
        ])
        for validator in try answer.list() {
            table.add([
                try validator["address"].address().checksummed, Rendering.amount(try validator["stake"].amount()),
                "\(try validator["power"].count())", "\(try validator["misses"].count())",
                try validator["status"].text(),
            ])
        }
        return table.text
    }

    static func render(set answer: Answer) throws(CommandFailure) -> String {
        var table = TextTable([.left("validators of block \(try answer["height"].count())"), .right("power")])
        for validator in try answer["validators"].list() {
            table.add([try validator["address"].address().checksummed, "\(try validator["power"].count())"])
        }
        return table.text + "\ntotal power \(try answer["totalPower"].count()), set \(try answer["hash"].text())"
    }
}

struct ValidatorStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "One validator, by its own or its owner's address.",
        discussion: "Example: cairn validator status 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")

    @Argument(help: "The address of the validator or of its owner.")
    var address: String

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let address = try AddressArgument.parse(address)
        let answer = try await options.node().call("cairn_validator", [.string("\(address)")])
        guard let validator = answer.ifPresent else {
            throw CommandFailure("\(address.checksummed) is no validator and owns none")
        }
        let console = Console.current
        if options.json { console.json(validator.value) } else { console.line(try Self.render(validator)) }
    }

    static func render(_ validator: Answer) throws(CommandFailure) -> String {
        var fields = FieldList()
        fields.add("validator", try validator["address"].address().checksummed)
        fields.add("owner", try validator["owner"].address().checksummed)
        fields.add("recipient", try validator["recipient"].address().checksummed)
        fields.add("status", try validator["status"].text())
        fields.add("stake", Rendering.amount(try validator["stake"].amount()))
        fields.add("power", "\(try validator["power"].count())")
        for (name, title) in [("unbonding", "unbonding"), ("claimable", "claimable")] {
            let amount = try validator[name].amount()
            if amount > 0 { fields.add(title, Rendering.amount(amount)) }
        }
        if let height = validator["withdrawableAt"].ifPresent {
            fields.add("withdrawable", "from block \(try height.count())")
        }
        fields.add("active from", "block \(try validator["activeFrom"].count())")
        fields.add("missed proposals", "\(try validator["misses"].count())")
        return fields.text
    }
}
