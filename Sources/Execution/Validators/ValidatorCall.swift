package import ByteCodec
import ChainTypes
package import SystemState

/// A decoded call of the validators' contract that changes state. Signatures stand in `Genesis/abi/Validators.json`.
package enum ValidatorCall: Hashable, Sendable {
    case register(ValidatorRegistry.Registration)
    case deposit(validator: Address)
    case leave
    case withdraw
    case unjail
    case setRecipient(Address)
    case setOwner(Address)

    /// Whether the call may carry value.
    package var isPayable: Bool {
        switch self {
        case .register, .deposit: true
        default: false
        }
    }

    /// Carries out the call of `owner`, who brings `value` in wei.
    package func apply(owner: Address, value: UInt128, state: inout SystemState) -> ValidatorRegistry.Outcome {
        switch self {
        case .register(let registration):
            ValidatorRegistry.register(owner: owner, registration, stake: value, state: &state)
        case .deposit(let validator): ValidatorRegistry.deposit(validator: validator, amount: value, state: &state)
        case .leave: ValidatorRegistry.leave(owner: owner, state: &state)
        case .withdraw: ValidatorRegistry.withdraw(owner: owner, state: &state)
        case .unjail: ValidatorRegistry.unjail(owner: owner, state: &state)
        case .setRecipient(let recipient):
            ValidatorRegistry.setRecipient(owner: owner, recipient: recipient, state: &state)
        case .setOwner(let next): ValidatorRegistry.setOwner(owner: owner, to: next, state: &state)
        }
    }
}

extension ContractCall {
    /// The functions of the validators' contract.
    static let validators: [(selector: [UInt8], read: Arguments)] = [
        entry("register(bytes,bytes,bytes,bytes,address)") { reader throws(ABIError) in
            .validator(
                .register(
                    ValidatorRegistry.Registration(
                        signingKey: try reader.readBytes(maxCount: 33), signature: try reader.readBytes(maxCount: 65),
                        vrfKey: try reader.readBytes(maxCount: 33), vrfProof: try reader.readBytes(maxCount: 81),
                        recipient: try reader.readAddress())))
        },
        entry("deposit(address)") { reader throws(ABIError) in
            .validator(.deposit(validator: try reader.readAddress()))
        },
        entry("leave()") { _ throws(ABIError) in .validator(.leave) },
        entry("withdraw()") { _ throws(ABIError) in .validator(.withdraw) },
        entry("unjail()") { _ throws(ABIError) in .validator(.unjail) },
        entry("setRecipient(address)") { reader throws(ABIError) in
            .validator(.setRecipient(try reader.readAddress()))
        },
        entry("setOwner(address)") { reader throws(ABIError) in .validator(.setOwner(try reader.readAddress())) },
    ]
}
