import ChainTypes
import CommandShell
import Cryptography
import JSONRPC
import NodeRuntime
import ProvingRules

/// What a devnet says of itself when it has started.
enum Banner {
    private static let warning =
        "These keys are public: everybody has them. Never send anything of value to these addresses, on any chain."

    static func text(_ plan: DevnetPlan, height: UInt64) throws(CommandFailure) -> String {
        var fields = FieldList()
        fields.add("chain id", "\(plan.genesis.chainId)")
        fields.add("JSON-RPC", plan.node(for: 0).url)
        fields.add("block time", Rendering.seconds(milliseconds: plan.genesis.chain.blockIntervalMilliseconds))
        fields.add("validators", "\(plan.nodes.count), a node each")
        fields.add("provers", provers(plan))
        fields.add("traffic", plan.traffic > 0 ? "\(plan.traffic) transfers per second" : "none")
        fields.add("data", plan.directory.path)
        fields.add("logs", plan.directory.log("*"))
        var accounts = TextTable([.left("account"), .left("address"), .left("private key")])
        for index in 0..<DevnetKeys.accountCount {
            accounts.add([
                "dev\(index)", try AddressArgument.devnetKey(index).publicKey.address.checksummed,
                DevnetKeys.accountLiterals[index],
            ])
        }
        // Their directories are those of their names below the data.
        var nodes = TextTable([.left("node"), .left("JSON-RPC")] + (plan.nodes.count > 1 ? [.left("peers")] : []))
        for node in plan.nodes { nodes.add([node.name, node.url, "\(node.address)@\(node.listen)"]) }
        let balance = plan.genesis.accounts.first.map { Rendering.amount($0.balance) } ?? ""
        return """
            Cairn devnet, \(plan.isNew ? "a new chain" : "resumed at block \(height)")

            \(fields.text)

            \(nodes.text)

            \(accounts.text)

            Each held \(balance) at the start.
            \(Rendering.wrapped(warning, width: Console.current.width).joined(separator: "\n"))

            """
    }

    /// With too few of them the chain would go on and prove nothing, without a word.
    private static func provers(_ plan: DevnetPlan) -> String {
        guard plan.provers > 0 else { return "none: blocks go on, proofs wait" }
        if let needed = Selection.neededToOpen(plan.genesis.proving), plan.provers < needed {
            return "\(plan.provers): too few, a job opens with \(needed) or more; until then proofs wait"
        }
        return "\(plan.provers), \(Rendering.count(plan.threadsPerProver, "thread")) each"
    }

    static func json(_ plan: DevnetPlan, height: UInt64) throws(CommandFailure) -> JSONValue {
        var accounts: [JSONValue] = []
        for index in 0..<DevnetKeys.accountCount {
            let address = try AddressArgument.devnetKey(index).publicKey.address
            accounts.append([
                "name": .string("dev\(index)"), "address": .string("\(address)"),
                "privateKey": .string(DevnetKeys.accountLiterals[index]),
            ])
        }
        return [
            "event": "started", "chainId": JSONValue(plan.genesis.chainId), "rpc": .string(plan.node(for: 0).url),
            "nodes": .array(
                plan.nodes.map { node in
                    [
                        "name": .string(node.name), "rpc": .string(node.url), "node": .string("\(node.address)"),
                        "listen": .string(node.listen), "dataDir": .string(plan.directory.node(node.index)),
                    ]
                }),
            "height": JSONValue(height), "isNew": .bool(plan.isNew), "provers": .integer(Int64(plan.provers)),
            "dataDir": .string(plan.directory.path), "logs": .array(logs(plan).map { .string($0) }),
            "warning": .string(warning), "accounts": .array(accounts),
        ]
    }

    private static func logs(_ plan: DevnetPlan) -> [String] {
        let names =
            plan.nodes.map(\.name) + (0..<plan.provers).map { "prover-\($0)" } + (plan.traffic > 0 ? ["traffic"] : [])
        return names.map(plan.directory.log)
    }
}
