package import ByteCodec
package import ChainTypes
import Cryptography
package import ProvingRules
package import SystemState

/// A decoded call of a system contract that changes state. Signatures stand in `Genesis/abi`.
package enum ContractCall: Hashable, Sendable {
    /// The sender becomes the owner of a prover, the value its stake.
    case register(operatorKey: Address, recipient: Address)
    /// Adds the value to the stake of this owner's prover.
    case deposit(owner: Address)
    case setOperator(Address)
    case setRecipient(Address)
    case pause
    case resume
    case leave
    case withdraw
    case unjail
    /// Pays the sender's claims into its account.
    case claim
    /// Pays this address's claims into its own account; anyone may call it.
    case claimFor(Address)
    case validator(ValidatorCall)

    /// Whether the call may carry value.
    package var isPayable: Bool {
        switch self {
        case .register, .deposit: true
        case .validator(let call): call.isPayable
        default: false
        }
    }
}

/// Why a call's data is not a call of the contract it was sent to.
package enum ContractCallRejection: Error, Hashable, Sendable {
    case noSelector
    case unknownFunction
    case malformedArguments(ABIError)

    /// The reason a person reads in a revert.
    package var reason: String {
        switch self {
        case .noSelector: "this system contract takes calls, not plain transfers"
        case .unknownFunction: "the system contract has no function with this selector"
        case .malformedArguments(let error): "malformed arguments: \(error)"
        }
    }
}

extension ContractCall {
    private static let registry: [(selector: [UInt8], read: Arguments)] = [
        entry("register(address,address)") { reader throws(ABIError) in
            .register(operatorKey: try reader.readAddress(), recipient: try reader.readAddress())
        },
        entry("deposit(address)") { reader throws(ABIError) in .deposit(owner: try reader.readAddress()) },
        entry("setOperator(address)") { reader throws(ABIError) in .setOperator(try reader.readAddress()) },
        entry("setRecipient(address)") { reader throws(ABIError) in .setRecipient(try reader.readAddress()) },
        entry("pause()") { _ throws(ABIError) in .pause },
        entry("resume()") { _ throws(ABIError) in .resume },
        entry("leave()") { _ throws(ABIError) in .leave },
        entry("withdraw()") { _ throws(ABIError) in .withdraw },
        entry("unjail()") { _ throws(ABIError) in .unjail },
    ]

    private static let claims: [(selector: [UInt8], read: Arguments)] = [
        entry("claim()") { _ throws(ABIError) in .claim },
        entry("claimFor(address)") { reader throws(ABIError) in .claimFor(try reader.readAddress()) },
    ]

    typealias Arguments = @Sendable (inout ABIReader) throws(ABIError) -> ContractCall

    static func entry(
        _ signature: String, _ read: @escaping Arguments
    ) -> (selector: [UInt8], read: Arguments) {
        (ABI.selector(signature), read)
    }

    /// Decodes `data` as a call of `contract`. Total.
    package static func decode(
        _ data: [UInt8], to contract: SystemContract
    ) throws(ContractCallRejection) -> ContractCall {
        guard data.count >= 4 else { throw .noSelector }
        let table =
            switch contract {
            case .proverRegistry: registry
            case .claims: claims
            case .provingJobs: [(selector: [UInt8], read: Arguments)]()
            case .validators: validators
            }
        guard let match = table.first(where: { data.starts(with: $0.selector) }) else { throw .unknownFunction }
        var reader = ABIReader(data, at: 4)
        do {
            let call = try match.read(&reader)
            try reader.expectEnd()
            return call
        } catch {
            throw .malformedArguments(error)
        }
    }
}

/// Why a call that was understood does nothing.
package enum ContractRefusal: Error, Hashable, Sendable {
    case prover(RegistryRefusal)
    case validator(ValidatorRefusal)
    /// A claim is paid by the executor, which has the accounts.
    case notACallOfStake

    /// Name and sentence, as a revert tells them.
    package var reason: String {
        switch self {
        case .prover(let refusal): refusal.reason
        case .validator(let refusal): refusal.reason
        case .notACallOfStake: "claims are paid to accounts"
        }
    }
}

extension ContractCall {
    /// Carries out a call of the prover registry or of the validators' contract by `owner`, who brings `value` in wei.
    /// Claims are not its business. Returns the log of what happened.
    package func apply(owner: Address, value: UInt128, state: inout SystemState) -> Result<Log, ContractRefusal> {
        let outcome: ProverRegistry.Outcome
        switch self {
        case .register(let operatorKey, let recipient):
            outcome = ProverRegistry.register(
                owner: owner, operatorKey: operatorKey, recipient: recipient, stake: value, state: &state)
        case .deposit(let prover): outcome = ProverRegistry.deposit(owner: prover, amount: value, state: &state)
        case .setOperator(let key): outcome = ProverRegistry.setOperator(owner: owner, operatorKey: key, state: &state)
        case .setRecipient(let recipient):
            outcome = ProverRegistry.setRecipient(owner: owner, recipient: recipient, state: &state)
        case .pause: outcome = ProverRegistry.pause(owner: owner, state: &state)
        case .resume: outcome = ProverRegistry.resume(owner: owner, state: &state)
        case .leave: outcome = ProverRegistry.leave(owner: owner, state: &state)
        case .withdraw: outcome = ProverRegistry.withdraw(owner: owner, state: &state)
        case .unjail: outcome = ProverRegistry.unjail(owner: owner, state: &state)
        case .claim, .claimFor: return .failure(.notACallOfStake)
        case .validator(let call):
            return call.apply(owner: owner, value: value, state: &state)
                .map { ValidatorLogs.log($0) }.mapError { .validator($0) }
        }
        return outcome.map { EventLogs.log($0, state: state) }.mapError { .prover($0) }
    }
}
