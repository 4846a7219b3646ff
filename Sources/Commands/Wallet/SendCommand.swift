import ArgumentParser
import ByteCodec
import ChainTypes
import CommandShell
import Cryptography
import JSONRPC

/// Whether to wait for the receipt of what was sent.
struct WaitOptions: ParsableArguments {
    @Flag(help: "Wait until the transaction is in a block; the exit status is 1 when it reverted.")
    var wait = false

    @Option(help: "Seconds to wait; the exit status is 4 when they pass.")
    var timeout: UInt32 = 60
}

struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send CAIRN to an account.",
        discussion: """
            Examples: cairn send --from dev0 --to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --value 1.5 --wait
                      cairn send --from my.key --to dev1 --value 0.001 --json
            """)

    @OptionGroup var signer: SignerOptions

    @Option(help: "The receiver: an address, or dev0 to dev9.")
    var to: String

    @Option(help: "The amount in CAIRN, such as 1.5.")
    var value: String

    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func run() async throws {
        let receiver = try AddressArgument.parse(to)
        let amount = try AmountArgument.parse(value, option: "--value")
        let sender = TransactionSender(node: try options.node(), signer: try signer.signer())
        let sent = try await sender.send(to: receiver, value: amount, data: [])
        try await TransactionReport(sender: sender, waiting: waiting, json: options.json)
            .finish(sent, "\(Rendering.amount(amount)) to \(receiver.checksummed)")
    }
}

/// Amounts in CAIRN as people write them.
enum AmountArgument {
    static func parse(_ text: String, option: String) throws(CommandFailure) -> UInt128 {
        do { return try Unit.parse(text) } catch {
            let reason =
                switch error {
                case .empty, .malformed, .invalidCharacter: "expected an amount in CAIRN, such as 1.5"
                case .tooManyDecimals: "CAIRN has 18 digits behind the point"
                case .tooLarge: "the amount is too large"
                }
            throw .usage("\(option): \(reason)")
        }
    }
}

/// Says what was sent, waits for it when asked to, and says how it ended.
struct TransactionReport {
    let sender: TransactionSender
    let waiting: WaitOptions
    let json: Bool

    func finish(_ sent: TransactionSender.Sent, _ what: String) async throws {
        let console = Console.current
        if !json { console.line("sent \(what)\ntransaction \(sent.hash)") }
        var receipt: Answer?
        if waiting.wait {
            receipt = try await sender.receipt(of: sent.hash, timeout: .seconds(Int64(waiting.timeout)))
        }
        if json {
            let transaction = sent.transaction
            console.json([
                "transactionHash": .string("\(sent.hash)"), "from": .string("\(sender.signer.address)"),
                "to": transaction.to.map { .string("\($0)") } ?? .null,
                "value": .string(Hex.quantity(transaction.value)), "nonce": .string(Hex.quantity(transaction.nonce)),
                "receipt": receipt?.value ?? .null,
            ])
        } else if let receipt {
            console.line(try TransactionCommand.render(nil, receipt))
        }
        guard let receipt, try receipt["status"].count() == 0 else { return }
        let reason = try receipt["failure"].ifPresent.map { (r) throws(CommandFailure) in ": \(try r.text())" } ?? ""
        throw CommandFailure("the transaction reverted\(reason)")
    }
}
