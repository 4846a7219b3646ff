import ByteCodec
import CommandShell
import JSONRPC
import NodeRuntime

/// Does for the devnet's provers what their owners would do: brings them back after a jail term, which they get for
/// missing too many phases, for example while they were stopped.
struct ProverOwner: Sendable {
    /// At least one; asked in turn, since one of them may be down.
    let nodes: [RemoteNode]
    let report: DevnetReport
    /// Provers that run, the first ones of the genesis.
    let provers: Int

    private static let interval = Duration.seconds(5)

    /// Never returns; what the node refuses, such as a call that comes too early, is tried again.
    func run() async throws {
        var turn = 0
        while true {
            try await Task.sleep(for: Self.interval)
            let node = nodes[turn % nodes.count]
            turn &+= 1
            for index in 0..<provers {
                guard let key = try? DevnetKeys.key(.owner, index) else { continue }
                await unjail(Signer(key: key, isPublic: true), name: "prover-\(index)", node)
            }
        }
    }

    private func unjail(_ signer: Signer, name: String, _ node: RemoteNode) async {
        guard let prover = try? await node.call("cairn_prover", [.string("\(signer.address)")]).ifPresent,
            (try? prover["jailed"].flag()) == true
        else { return }
        let call = ContractCalls.registry("unjail")
        let sender = TransactionSender(node: node, signer: signer)
        guard (try? await sender.send(to: call.to, value: 0, data: call.data)) != nil else { return }
        await report.note("\(name) was jailed for missing phases; its owner has asked to unjail it")
    }
}
