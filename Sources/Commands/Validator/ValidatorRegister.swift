import ArgumentParser
import ByteCodec
import ChainTypes
import CommandShell
import Cryptography
import Replica

struct ValidatorRegister: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Register a validator: the signer becomes its owner and gives its stake.",
        discussion: """
            Example: cairn validator register --from owner.key --key-file validator.key --stake 1000 --wait
            The key file is the one that `cairn node --key-file` signs with; it stays here, and only its public keys \
            with proofs of possession are sent. Let the node catch up before the validator becomes active.
            """)

    @OptionGroup var signer: SignerOptions

    @Option(help: "The file with the validator's key (see: cairn key new).")
    var keyFile: String

    @Option(help: "The stake in CAIRN.")
    var stake: String

    @Option(help: "Who receives tips and rewards; the owner when not given.")
    var recipient: String?

    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func run() async throws {
        let signer = try signer.signer()
        let stake = try AmountArgument.parse(stake, option: "--stake")
        let recipient = try recipient.map(AddressArgument.parse) ?? signer.address
        guard let keys = try? ValidatorKeys(seed: try KeyFile.secret(keyFile)) else {
            throw CommandFailure("the key file \(keyFile) does not hold a secp256k1 key")
        }
        let node = try options.node()
        let chainId = try await node.call("eth_chainId").count()
        let (signature, proof): (RecoverableSignature, [UInt8])
        do {
            (signature, proof) = try ValidatorRegistration.prove(
                signing: keys.signing, vrf: keys.vrf, chainId: chainId, owner: signer.address)
        } catch {
            throw CommandFailure("the key in \(keyFile) cannot prove possession: \(error)")
        }
        let call = ContractCall(.validators, "register(bytes,bytes,bytes,bytes,address)", value: stake) {
            $0.append(keys.signing.publicKey.compressed)
            $0.append(signature.bytes)
            $0.append(keys.vrf.publicKey.compressed)
            $0.append(proof)
            $0.append(recipient)
        }
        let sender = TransactionSender(node: node, signer: signer)
        let sent = try await sender.send(to: call.to, value: call.value, data: call.data)
        try await TransactionReport(sender: sender, waiting: waiting, json: options.json).finish(
            sent, "registration of validator \(keys.address.checksummed) with a stake of \(Rendering.amount(stake))")
    }
}
