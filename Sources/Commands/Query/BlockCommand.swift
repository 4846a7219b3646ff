import ArgumentParser
import ByteCodec
import ChainTypes
import CommandShell
import JSONRPC

struct BlockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block", abstract: "A block: by height, by hash, or the latest.",
        discussion: "Examples: cairn block latest\n          cairn block 12 --json")

    @Argument(help: "A height, a hash, or latest.")
    var block = "latest"

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let (method, reference) = try Self.lookup(block)
        let answer = try await options.node().call(method, [.string(reference), true])
        guard let found = answer.ifPresent else { throw CommandFailure("the node has no block \(block)") }
        let console = Console.current
        if options.json { console.json(found.value) } else { console.line(try Self.render(found)) }
    }

    /// The method that finds a block, and its parameter.
    static func lookup(_ text: String) throws(CommandFailure) -> (method: String, reference: String) {
        if let height = UInt64(text) { return ("eth_getBlockByNumber", Hex.quantity(height)) }
        if text.hasPrefix("0x"), text.count == 66, Bytes32(hex: text) != nil { return ("eth_getBlockByHash", text) }
        if ["latest", "earliest", "finalized", "safe", "pending"].contains(text) {
            return ("eth_getBlockByNumber", text)
        }
        throw .usage("\(text) is no block: expected a height, a hash of 0x and 64 hex digits, or latest")
    }

    static func render(_ block: Answer) throws(CommandFailure) -> String {
        var fields = FieldList()
        fields.add("height", "\(try block["number"].count())")
        fields.add("hash", try block["hash"].text())
        fields.add("parent", try block["parentHash"].text())
        fields.add("time", UnixTime.text(seconds: try block["timestamp"].count()))
        fields.add("proposer", try block["miner"].text())
        fields.add(
            "gas",
            "\(try block["gasUsed"].count()) of \(try block["gasLimit"].count()), base fee "
                + Rendering.gasPrice(try block["baseFeePerGas"].amount()))
        fields.add("state root", try block["stateRoot"].text())
        let transactions = try block["transactions"].list()
        fields.add("transactions", "\(transactions.count)")
        guard !transactions.isEmpty else { return fields.text }
        var table = TextTable([.left("hash"), .left("kind"), .left("from"), .left("to"), .right("value")])
        for transaction in transactions {
            table.add([
                try transaction["hash"].text(), TransactionCommand.kind(try transaction["type"].count()),
                Rendering.short(try transaction["from"].address()),
                try transaction["to"].ifPresent.map { (to) throws(CommandFailure) in Rendering.short(try to.address()) }
                    ?? "", Rendering.amount(try transaction["value"].amount()),
            ])
        }
        return fields.text + "\n\n" + table.text
    }
}
