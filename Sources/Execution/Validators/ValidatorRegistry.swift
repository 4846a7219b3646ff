package import ByteCodec
import ChainTypes
import Cryptography
package import SystemState

/// Calls of the validators' contract. Stake that a call brings was taken from the sender's account by the caller.
///
/// What a block changes acts on the set two heights later (`ValidatorElection`); registering and unjailing act
/// `activationDelay` blocks later, so that nobody can choose a VRF key for a mix that is already known. Each call
/// either changes the state and returns what happened, or is refused and changes nothing.
package enum ValidatorRegistry {
    /// What happened, or why nothing did.
    package typealias Outcome = Result<ValidatorEvent, ValidatorRefusal>

    /// What `register` is called with, as bytes of the caller's.
    package struct Registration: Hashable, Sendable {
        /// Compressed, 33 bytes each.
        package var signingKey: [UInt8]
        /// r ‖ s ‖ recovery identifier, 65 bytes.
        package var signature: [UInt8]
        /// Compressed, 33 bytes; another point than `signingKey`.
        package var vrfKey: [UInt8]
        /// 81 bytes.
        package var vrfProof: [UInt8]
        /// Whose claims tips and rewards become; not zero.
        package var recipient: Address

        /// Unchecked: `register` judges every field.
        package init(
            signingKey: [UInt8], signature: [UInt8], vrfKey: [UInt8], vrfProof: [UInt8], recipient: Address
        ) {
            self.signingKey = signingKey
            self.signature = signature
            self.vrfKey = vrfKey
            self.vrfProof = vrfProof
            self.recipient = recipient
        }
    }

    /// Cheap checks come first; both keys show by signature and proof that the owner acts with their consent.
    package static func register(
        owner: Address, _ registration: Registration, stake: UInt128, state: inout SystemState
    ) -> Outcome {
        guard owner != .zero, registration.recipient != .zero else { return .failure(.zeroAddress) }
        guard stake >= state.genesis.validating.minimumStake, stake > 0 else { return .failure(.belowMinimumStake) }
        guard !state.validatorOwners.contains(owner) else { return .failure(.ownerHasValidator) }
        guard state.registeredValidators.count < Limits.maxRegisteredValidators else {
            return .failure(.tooManyValidators)
        }
        let signingBytes = registration.signingKey
        guard signingBytes.count == 33, let signingKey = try? PublicKey(signingBytes) else {
            return .failure(.invalidSigningKey)
        }
        guard let vrfKey = try? VRFPublicKey(compressed: registration.vrfKey) else { return .failure(.invalidVRFKey) }
        guard signingKey.compressed != vrfKey.compressed else { return .failure(.sameKeyTwice) }
        let address = signingKey.address
        guard !state.tombstones.contains(address) else { return .failure(.tombstoned) }
        guard !state.registeredValidators.contains(address) else { return .failure(.alreadyRegistered) }
        guard !state.registeredValidators.values.contains(where: { $0.vrfKey == vrfKey }) else {
            return .failure(.vrfKeyInUse)
        }
        let chainId = state.genesis.chainId
        let digest = ValidatorRegistration.signingDigest(chainId: chainId, owner: owner, vrfKey: vrfKey)
        guard let signature = try? RecoverableSignature(bytes: registration.signature),
            (try? signature.recover(digest: digest)) == signingKey
        else { return .failure(.wrongSignature) }
        let context = ValidatorRegistration.possessionContext(chainId: chainId, owner: owner, address: address)
        do {
            try VRF.verifyPossession(publicKey: vrfKey, context: context, proof: registration.vrfProof)
        } catch {
            return .failure(.invalidVRFProof)
        }
        let activeFrom = activation(state)
        state.registeredValidators[address] = RegisteredValidator(
            signingKey: signingKey, vrfKey: vrfKey, owner: owner, recipient: registration.recipient, stake: stake,
            registeredAt: state.height, activeFrom: activeFrom)
        state.validatorOwners[owner] = address
        return .success(
            .registered(
                validator: address, owner: owner, recipient: registration.recipient, stake: stake,
                activeFrom: activeFrom))
    }

    /// Adds to a validator's stake; anyone may.
    package static func deposit(validator: Address, amount: UInt128, state: inout SystemState) -> Outcome {
        guard amount > 0 else { return .failure(.zeroAmount) }
        guard let found = state.registeredValidators[validator] else { return .failure(.notRegistered) }
        guard !found.isLeaving else { return .failure(.alreadyLeaving) }
        guard !found.total.addingReportingOverflow(amount).overflow else { return .failure(.amountTooLarge) }
        state.registeredValidators.update(validator) { $0.stake += amount }
        return .success(.deposited(validator: validator, amount: amount))
    }

    /// Final. The stake unbonds from this block on; the validator still signs the next one.
    package static func leave(owner: Address, state: inout SystemState) -> Outcome {
        guard let validator = validator(of: owner, state) else { return .failure(.notRegistered) }
        guard !validator.isLeaving else { return .failure(.alreadyLeaving) }
        guard ValidatorElection.hasCandidate(besides: validator.address, state: state) else {
            return .failure(.lastValidator)
        }
        let amount = validator.stake
        let releaseAt = unbond(validator.address, state: &state)
        return .success(.leaving(validator: validator.address, amount: amount, releaseAt: releaseAt))
    }

    /// Turns what finished unbonding into a claim of the owner. A validator with nothing left is forgotten.
    package static func withdraw(owner: Address, state: inout SystemState) -> Outcome {
        guard let validator = validator(of: owner, state) else { return .failure(.notRegistered) }
        let height = state.height
        let released = validator.unbonding.filter { $0.height <= height }.reduce(UInt128(0)) { $0 + $1.amount }
        // Also one of which nothing is left to withdraw, once its time is over.
        let (end, overflow) = (validator.leavingAt ?? .max).addingReportingOverflow(
            state.genesis.validating.unbondingBlocks)
        let isSpent = validator.isLeaving && validator.total == released && !overflow && height >= end
        guard released > 0 || isSpent else { return .failure(.nothingToWithdraw) }
        if isSpent {
            state.registeredValidators[validator.address] = nil
            state.validatorOwners[owner] = nil
        } else {
            state.registeredValidators.update(validator.address) { $0.unbonding.removeAll { $0.height <= height } }
        }
        state.creditClaimable(released, to: owner)
        return .success(.withdrawn(validator: validator.address, owner: owner, amount: released))
    }

    /// Changes whose claims tips and rewards become, at once. Refused: `zeroAddress`, `notRegistered`.
    package static func setRecipient(owner: Address, recipient: Address, state: inout SystemState) -> Outcome {
        guard recipient != .zero else { return .failure(.zeroAddress) }
        guard let validator = validator(of: owner, state) else { return .failure(.notRegistered) }
        state.registeredValidators.update(validator.address) { $0.recipient = recipient }
        return .success(.recipientChanged(validator: validator.address, recipient: recipient))
    }

    /// Gives the validator, with its stake, to another owner.
    package static func setOwner(owner: Address, to next: Address, state: inout SystemState) -> Outcome {
        guard next != .zero else { return .failure(.zeroAddress) }
        guard let validator = validator(of: owner, state) else { return .failure(.notRegistered) }
        guard !state.validatorOwners.contains(next) else { return .failure(.ownerHasValidator) }
        state.registeredValidators.update(validator.address) { $0.owner = next }
        state.validatorOwners[owner] = nil
        state.validatorOwners[next] = validator.address
        return .success(.ownerChanged(validator: validator.address, owner: next))
    }

    /// Ends a jail whose time is over; the validator may be in sets from `activationDelay` blocks later on. Refused:
    /// `notRegistered`, `alreadyLeaving`, `notJailed`, `jailNotOver`, `belowMinimumStake`.
    package static func unjail(owner: Address, state: inout SystemState) -> Outcome {
        guard let validator = validator(of: owner, state) else { return .failure(.notRegistered) }
        guard !validator.isLeaving else { return .failure(.alreadyLeaving) }
        guard validator.isJailed else { return .failure(.notJailed) }
        guard state.height >= validator.jailedUntil ?? 0 else { return .failure(.jailNotOver) }
        guard validator.stake >= state.genesis.validating.minimumStake else { return .failure(.belowMinimumStake) }
        let activeFrom = activation(state)
        state.registeredValidators.update(validator.address) {
            $0.jailedAt = nil
            $0.jailedUntil = nil
            $0.misses = []
            $0.activeFrom = activeFrom
        }
        return .success(.unjailed(validator: validator.address, activeFrom: activeFrom))
    }

    /// Takes the validator out of all later sets and lets its stake unbond; returns when it is free. A validator that
    /// is leaving already keeps its time.
    static func unbond(_ address: Address, state: inout SystemState) -> UInt64 {
        let height = state.height
        let (sum, overflow) = height.addingReportingOverflow(state.genesis.validating.unbondingBlocks)
        let releaseAt = overflow ? .max : sum
        return state.registeredValidators.update(address) { validator in
            guard validator.leavingAt == nil else { return validator.unbonding.last?.height ?? releaseAt }
            validator.leavingAt = height
            if validator.stake > 0 {
                validator.unbonding.append(TimedAmount(amount: validator.stake, height: releaseAt))
                validator.stake = 0
            }
            return releaseAt
        } ?? releaseAt
    }

    private static func validator(of owner: Address, _ state: SystemState) -> RegisteredValidator? {
        state.validatorOwners[owner].flatMap { state.registeredValidators[$0] }
    }

    private static func activation(_ state: SystemState) -> UInt64 {
        let delay = max(state.genesis.validating.activationDelay, SystemState.validatorSetDelay)
        let (height, overflow) = state.height.addingReportingOverflow(delay)
        return overflow ? .max : height
    }
}
