import ArgumentParser
import ByteCodec
import ChainTypes
import CommandShell
import Cryptography

struct ValidatorDeposit: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "deposit", abstract: "Add to a validator's stake.",
        discussion: "Example: cairn validator deposit 0x7099…79C8 --from owner.key --amount 50 --wait")

    @Argument(help: "The validator's address.")
    var validator: String

    @OptionGroup var signer: SignerOptions

    @Option(help: "The amount in CAIRN.")
    var amount: String

    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String) {
        let amount = try AmountArgument.parse(amount, option: "--amount")
        let validator = try AddressArgument.parse(validator)
        return (
            ContractCall(.validators, "deposit(address)", value: amount) { $0.append(validator) },
            "\(Rendering.amount(amount)) to the stake of validator \(validator.checksummed)"
        )
    }
}

struct ValidatorLeave: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "leave", abstract: "Leave for good: the validator signs the next block and none after it.",
        discussion: """
            Example: cairn validator leave --from owner.key --wait
            The stake unbonds, can still be slashed until then, and is withdrawn with `cairn validator withdraw`.
            """)

    @OptionGroup var signer: SignerOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String) {
        (ContractCall(.validators, "leave()"), "leave of the validator of \(owner.checksummed)")
    }
}

struct ValidatorWithdraw: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "withdraw", abstract: "Book unbonded stake as a claim (see: cairn prover claim).",
        discussion: "Example: cairn validator withdraw --from owner.key --wait")

    @OptionGroup var signer: SignerOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String) {
        (ContractCall(.validators, "withdraw()"), "withdrawal of the validator of \(owner.checksummed)")
    }
}

struct ValidatorUnjail: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "unjail", abstract: "Come back after too many missed proposals.",
        discussion: "Example: cairn validator unjail --from owner.key --wait")

    @OptionGroup var signer: SignerOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String) {
        (ContractCall(.validators, "unjail()"), "unjailing of the validator of \(owner.checksummed)")
    }
}

struct ValidatorRecipient: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "set-recipient", abstract: "Change who receives the validator's tips and rewards.",
        discussion: "Example: cairn validator set-recipient 0x7099…79C8 --from owner.key --wait")

    @Argument(help: "The new recipient.")
    var recipient: String

    @OptionGroup var signer: SignerOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String) {
        let recipient = try AddressArgument.parse(recipient)
        return (
            ContractCall(.validators, "setRecipient(address)") { $0.append(recipient) },
            "recipient \(recipient.checksummed) for the validator of \(owner.checksummed)"
        )
    }
}

struct ValidatorOwner: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "set-owner", abstract: "Give the validator, with its stake, to another owner.",
        discussion: """
            Example: cairn validator set-owner 0x7099…79C8 --from validator.key --wait
            A validator of the genesis owns itself: move it to a key that is kept offline.
            """)

    @Argument(help: "The new owner: only its key can leave, withdraw and change the validator from then on.")
    var owner: String

    @OptionGroup var signer: SignerOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner current: Address) throws(CommandFailure) -> (ContractCall, String) {
        let next = try AddressArgument.parse(owner)
        return (
            ContractCall(.validators, "setOwner(address)") { $0.append(next) },
            "the validator of \(current.checksummed) to \(next.checksummed)"
        )
    }
}
