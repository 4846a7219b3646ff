import ArgumentParser
import ByteCodec
import CommandShell
import Cryptography
import JSONRPC

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Balance, nonce and claims of an account.",
        discussion: """
            Examples: cairn account 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266
                      cairn account dev0
            """)

    @Argument(help: "An address, or dev0 to dev9 for a devnet's funded accounts.")
    var address: String

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let account = try AddressArgument.parse(address)
        let node = try options.node()
        let name: JSONValue = .string("\(account)")
        let balance = try await node.call("eth_getBalance", [name, "latest"])
        let nonce = try await node.call("eth_getTransactionCount", [name, "latest"])
        let pending = try await node.call("eth_getTransactionCount", [name, "pending"])
        let claimable = try await Self.claimable(account, node)
        let prover = try await node.call("cairn_prover", [name])
        if options.json {
            return Console.current.json([
                "address": name, "balance": balance.value, "nonce": nonce.value, "pendingNonce": pending.value,
                "claimable": .string(Hex.quantity(claimable)), "prover": prover.value,
            ])
        }
        var fields = FieldList()
        fields.add("address", account.checksummed)
        fields.add("balance", Rendering.amount(try balance.amount()))
        let (committed, next) = (try nonce.count(), try pending.count())
        fields.add("nonce", next > committed ? "\(committed) (\(next - committed) more pending)" : "\(committed)")
        if claimable > 0 { fields.add("claimable", Rendering.amount(claimable)) }
        if let prover = prover.ifPresent {
            let stake = Rendering.amount(try prover["stake"].amount())
            fields.add("prover", "\(try prover["status"].text()), stake \(stake)")
        }
        Console.current.line(fields.text)
    }

    /// Rewards, tips and returned stake that wait to be claimed.
    private static func claimable(_ account: Address, _ node: RemoteNode) async throws -> UInt128 {
        let call = ContractCalls.claimable(account)
        let answer = try await node.call("eth_call", [call.json, "latest"])
        var reader = ABIReader(try answer.bytes())
        do { return try reader.readUInt128() } catch {
            throw CommandFailure("the node's answer cannot be read: claimable: \(error)")
        }
    }
}
