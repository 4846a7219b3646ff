import ArgumentParser
import ByteCodec
import ChainTypes
import CommandShell
import Cryptography
import JSONRPC

struct TransactionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tx", abstract: "A transaction and its receipt.",
        discussion: "Example: cairn tx 0x5c50…e1f2 --json\nThe exit status is 1 when it reverted.")

    @Argument(help: "The transaction's hash.")
    var hash: String

    @OptionGroup var options: NodeOptions

    func run() async throws {
        guard hash.hasPrefix("0x"), let hash = Bytes32(hex: hash) else {
            throw CommandFailure.usage("expected a transaction's hash: 0x and 64 hex digits")
        }
        let node = try options.node()
        let transaction = try await node.call("eth_getTransactionByHash", [.string("\(hash)")])
        let receipt = try await node.call("eth_getTransactionReceipt", [.string("\(hash)")])
        guard transaction.ifPresent != nil || receipt.ifPresent != nil else {
            throw CommandFailure("the node knows no transaction \(hash)")
        }
        let console = Console.current
        if options.json {
            console.json(["transaction": transaction.value, "receipt": receipt.value])
        } else {
            console.line(try Self.render(transaction.ifPresent, receipt.ifPresent))
        }
        if let receipt = receipt.ifPresent, try receipt["status"].count() == 0 {
            throw CommandFailure("the transaction reverted")
        }
    }

    static func kind(_ type: UInt64) -> String {
        switch type {
        case 0: "legacy"
        case 1: "access list"
        case 2: "dynamic fee"
        case UInt64(TransactionKind.proving.rawValue): "proof"
        default: "type \(type)"
        }
    }

    /// The end-of-block transitions have a receipt and no transaction.
    static func render(_ transaction: Answer?, _ receipt: Answer?) throws(CommandFailure) -> String {
        var fields = FieldList()
        if let transaction {
            fields.add("hash", try transaction["hash"].text())
            fields.add("kind", kind(try transaction["type"].count()))
            fields.add("from", try transaction["from"].address().checksummed)
            if let to = transaction["to"].ifPresent { fields.add("to", try to.address().checksummed) }
            fields.add("value", Rendering.amount(try transaction["value"].amount()))
            fields.add("nonce", "\(try transaction["nonce"].count())")
            let input = try transaction["input"].bytes()
            if !input.isEmpty { fields.add("data", Rendering.count(input.count, "byte")) }
        }
        guard let receipt else {
            fields.add("status", "pending")
            return fields.text
        }
        let isGood = try receipt["status"].count() == 1
        fields.add("status", "\(isGood ? "succeeded" : "REVERTED") in block \(try receipt["blockNumber"].count())")
        let (gas, price) = (try receipt["gasUsed"].count(), try receipt["effectiveGasPrice"].amount())
        let (fee, overflow) = UInt128(gas).multipliedReportingOverflow(by: price)
        fields.add(
            "fee", "\(overflow ? "?" : Rendering.amount(fee)) (\(gas) gas at \(Rendering.gasPrice(price)))")
        fields.add("events", "\(try receipt["logs"].list().count)")
        return fields.text
    }
}
