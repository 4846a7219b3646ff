import ArgumentParser
import ByteCodec
import CommandShell
import Cryptography

/// A command that sends one call to a system contract, signed by the owner of a prover or a validator.
protocol OwnerCall: AsyncParsableCommand {
    var signer: SignerOptions { get }
    var waiting: WaitOptions { get }
    var options: NodeOptions { get }
    /// The call of `owner`, and its description.
    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String)
}

extension OwnerCall {
    mutating func run() async throws {
        let signer = try signer.signer()
        let (call, what) = try call(owner: signer.address)
        let sender = TransactionSender(node: try options.node(), signer: signer)
        let sent = try await sender.send(to: call.to, value: call.value, data: call.data)
        try await TransactionReport(sender: sender, waiting: waiting, json: options.json).finish(sent, what)
    }
}
