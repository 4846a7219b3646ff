import ArgumentParser
import ByteCodec
import CommandShell
import Cryptography

struct ProverRegister: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Register a prover: the signer becomes its owner and gives its stake.",
        discussion: """
            Example: cairn prover register --from owner.key --operator 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 \
            --stake 1000 --wait
            Then run: cairn-prover run --key-file operator.key --data-dir prover
            """)

    @OptionGroup var signer: SignerOptions

    @Option(name: .customLong("operator"), help: "Address of the key that the sidecar signs with.")
    var operatorKey: String

    @Option(help: "Who receives the rewards; the owner when not given.")
    var recipient: String?

    @Option(help: "The stake in CAIRN.")
    var stake: String

    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String) {
        let operatorKey = try AddressArgument.parse(operatorKey)
        let recipient = try recipient.map(AddressArgument.parse) ?? owner
        let stake = try AmountArgument.parse(stake, option: "--stake")
        return (
            ContractCalls.register(operatorKey: operatorKey, recipient: recipient, stake: stake),
            "registration of prover \(owner.checksummed) with a stake of \(Rendering.amount(stake))"
        )
    }
}

struct ProverDeposit: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "deposit", abstract: "Add to a prover's stake.",
        discussion: "Example: cairn prover deposit --from owner.key --amount 50 --wait")

    @OptionGroup var signer: SignerOptions

    @Option(help: "The amount in CAIRN.")
    var amount: String

    @Option(help: "Owner of the prover that receives it; the signer when not given.")
    var owner: String?

    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner signer: Address) throws(CommandFailure) -> (ContractCall, String) {
        let amount = try AmountArgument.parse(amount, option: "--amount")
        let owner = try owner.map(AddressArgument.parse) ?? signer
        return (
            ContractCalls.deposit(owner: owner, amount: amount),
            "\(Rendering.amount(amount)) to the stake of \(owner.checksummed)"
        )
    }
}

struct ProverClaim: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "claim", abstract: "Pay booked rewards and returned stake out into an account.",
        discussion: "Example: cairn prover claim --from owner.key --wait")

    @OptionGroup var signer: SignerOptions

    @Option(name: .customLong("for"), help: "Whose claims to pay out, to their own account; the signer when not given.")
    var beneficiary: String?

    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String) {
        guard let beneficiary else { return (ContractCalls.claim, "claim of \(owner.checksummed)") }
        let account = try AddressArgument.parse(beneficiary)
        return (ContractCalls.claim(for: account), "claim of \(account.checksummed)")
    }
}

struct ProverLeave: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "leave", abstract: "Leave for good: the stake is unbonded, and can be withdrawn later.",
        discussion: "Example: cairn prover leave --from owner.key --wait")

    @OptionGroup var signer: SignerOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String) {
        (ContractCalls.registry("leave"), "leave of prover \(owner.checksummed)")
    }
}

struct ProverPause: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Take no further jobs; a job in progress is finished.",
        discussion: "Example: cairn prover pause --from owner.key --wait")

    @OptionGroup var signer: SignerOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String) {
        (ContractCalls.registry("pause"), "pause of prover \(owner.checksummed)")
    }
}

struct ProverResume: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Take jobs again.",
        discussion: "Example: cairn prover resume --from owner.key --wait")

    @OptionGroup var signer: SignerOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String) {
        (ContractCalls.registry("resume"), "resume of prover \(owner.checksummed)")
    }
}

struct ProverWithdraw: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "withdraw", abstract: "Book unbonded stake as a claim.",
        discussion: "Example: cairn prover withdraw --from owner.key --wait")

    @OptionGroup var signer: SignerOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String) {
        (ContractCalls.registry("withdraw"), "withdraw of prover \(owner.checksummed)")
    }
}

struct ProverUnjail: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "unjail", abstract: "Come back after too many misses.",
        discussion: "Example: cairn prover unjail --from owner.key --wait")

    @OptionGroup var signer: SignerOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String) {
        (ContractCalls.registry("unjail"), "unjail of prover \(owner.checksummed)")
    }
}

struct ProverOperator: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "set-operator", abstract: "Change the key that signs for the prover.",
        discussion: """
            Example: cairn prover set-operator "$(cairn key address new-operator.key)" --from owner.key --wait
            The new key signs from a block on that comes activationDelay blocks later (see the genesis); \
            the old key is nobody's then, and jobs in progress are the new one's to finish.
            """)

    @Argument(help: "The address of the new key.")
    var operatorKey: String

    @OptionGroup var signer: SignerOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String) {
        let key = try AddressArgument.parse(operatorKey)
        return (ContractCalls.registry("setOperator", key), "operator \(key.checksummed) for \(owner.checksummed)")
    }
}

struct ProverRecipient: OwnerCall {
    static let configuration = CommandConfiguration(
        commandName: "set-recipient", abstract: "Change who receives the prover's rewards.",
        discussion: "Example: cairn prover set-recipient 0x7099…79C8 --from owner.key --wait")

    @Argument(help: "The new recipient.")
    var recipient: String

    @OptionGroup var signer: SignerOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: NodeOptions

    func call(owner: Address) throws(CommandFailure) -> (ContractCall, String) {
        let recipient = try AddressArgument.parse(recipient)
        return (
            ContractCalls.registry("setRecipient", recipient),
            "recipient \(recipient.checksummed) for prover \(owner.checksummed)"
        )
    }
}
