package import ByteCodec
package import ChainTypes

/// What happened to validators, with every field that its ABI event has. Validators are named by the address of their
/// signing key.
package enum ValidatorEvent: Hashable, Sendable {
    case registered(
        validator: Address, owner: Address, recipient: Address, stake: UInt128, activeFrom: UInt64)
    case deposited(validator: Address, amount: UInt128)
    /// `amount` wei may be withdrawn from `releaseAt` on.
    case leaving(validator: Address, amount: UInt128, releaseAt: UInt64)
    case withdrawn(validator: Address, owner: Address, amount: UInt128)
    case recipientChanged(validator: Address, recipient: Address)
    case ownerChanged(validator: Address, owner: Address)
    case jailed(validator: Address, until: UInt64)
    case unjailed(validator: Address, activeFrom: UInt64)
    /// Wei burned for a round that passed with its proposal missing.
    case missedProposal(validator: Address, round: UInt32, amount: UInt128)
    /// Wei burned for an equivocation.
    case slashed(Fault, amount: UInt128)
    /// The set from `height` on.
    case setChanged(height: UInt64, hash: Bytes32, validators: Int, totalPower: UInt64)
}

/// Why a call of the validators' contract is refused.
package enum ValidatorRefusal: Error, Hashable, Sendable {
    case zeroAddress
    case invalidSigningKey
    case invalidVRFKey
    case sameKeyTwice
    case wrongSignature
    case invalidVRFProof
    case alreadyRegistered
    case ownerHasValidator
    case vrfKeyInUse
    /// Its signing key was punished for an equivocation: it is never admitted again.
    case tombstoned
    case tooManyValidators
    case belowMinimumStake
    case notRegistered
    case zeroAmount
    case amountTooLarge
    case alreadyLeaving
    /// Without it no set could be made.
    case lastValidator
    case nothingToWithdraw
    case notJailed
    case jailNotOver
}

extension ValidatorRefusal {
    /// Name and sentence, as a revert tells them.
    package var reason: String { "\(self): \(sentence)" }

    private var sentence: String {
        switch self {
        case .zeroAddress: "the zero address cannot be an owner or a recipient"
        case .invalidSigningKey: "the signing key is not a compressed secp256k1 key of 33 bytes"
        case .invalidVRFKey: "the VRF key is not a compressed secp256k1 key of 33 bytes"
        case .sameKeyTwice: "one key cannot both sign and prove: it would leak"
        case .wrongSignature: "the signature is not the signing key's for this chain, owner and VRF key"
        case .invalidVRFProof: "the proof does not show possession of the VRF key for this chain and owner"
        case .alreadyRegistered: "this signing key is registered already"
        case .ownerHasValidator: "this owner has a validator already"
        case .vrfKeyInUse: "another validator uses this VRF key"
        case .tombstoned: "this signing key was used for an equivocation and is never admitted again"
        case .tooManyValidators: "the chain has as many registered validators as it takes"
        case .belowMinimumStake: "the stake is below the chain's minimum"
        case .notRegistered: "there is no such validator"
        case .zeroAmount: "the amount is zero"
        case .amountTooLarge: "the stake would pass 2^128 wei"
        case .alreadyLeaving: "the validator is leaving"
        case .lastValidator: "no other validator could carry the chain on"
        case .nothingToWithdraw: "no stake has finished unbonding"
        case .notJailed: "the validator is not jailed"
        case .jailNotOver: "the jail time is not over"
        }
    }
}
