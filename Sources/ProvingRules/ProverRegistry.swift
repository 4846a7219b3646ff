package import ByteCodec
import ChainTypes
package import SystemState

/// Calls of the prover registry by an owner. Stake that a call brings was taken from the owner's account by the caller.
///
/// Registering, topping up, resuming, unjailing and key changes act `activationDelay` blocks later, so that nobody
/// enters a selection whose seed is already known. Each call either changes the state and returns what happened, or is
/// refused and changes nothing.
package enum ProverRegistry {
    /// What happened, or why nothing did.
    package typealias Outcome = Result<ProvingEvent, RegistryRefusal>

    /// Registers a prover, from `activationDelay` blocks later on. Refused: `zeroAddress`, `alreadyRegistered`,
    /// `tooManyProvers`, `operatorKeyInUse`, `belowMinimumStake`.
    package static func register(
        owner: Address, operatorKey: Address, recipient: Address, stake: UInt128, state: inout SystemState
    ) -> Outcome {
        guard owner != .zero, operatorKey != .zero, recipient != .zero else { return .failure(.zeroAddress) }
        guard !state.provers.contains(owner) else { return .failure(.alreadyRegistered) }
        guard state.provers.count < Limits.maxProvers else { return .failure(.tooManyProvers) }
        guard !state.operators.contains(operatorKey) else { return .failure(.operatorKeyInUse) }
        guard stake >= state.parameters.minimumStake else { return .failure(.belowMinimumStake) }
        state.provers[owner] = Prover(
            owner: owner, operatorKey: operatorKey, recipient: recipient, stake: stake, registeredAt: state.height,
            activeFrom: actsAt(state))
        state.operators[operatorKey] = owner
        return .success(
            .proverRegistered(owner: owner, operatorKey: operatorKey, recipient: recipient, stake: stake))
    }

    /// Adds `amount` wei, which count as active stake `activationDelay` blocks later. Refused: `zeroAmount`,
    /// `notRegistered`, `alreadyLeaving`, `amountTooLarge`.
    package static func deposit(owner: Address, amount: UInt128, state: inout SystemState) -> Outcome {
        guard amount > 0 else { return .failure(.zeroAmount) }
        guard let prover = state.provers[owner] else { return .failure(.notRegistered) }
        guard !prover.isLeaving else { return .failure(.alreadyLeaving) }
        guard !prover.total.addingReportingOverflow(amount).overflow else { return .failure(.amountTooLarge) }
        let height = actsAt(state)
        state.provers.update(owner) { prover in
            if let last = prover.pendingStake.indices.last, prover.pendingStake[last].height == height {
                prover.pendingStake[last].amount += amount
            } else {
                prover.pendingStake.append(TimedAmount(amount: amount, height: height))
            }
        }
        return .success(.deposited(owner: owner, amount: amount, activeFrom: height))
    }

    /// Takes the prover out of selection at once, without leaving.
    package static func pause(owner: Address, state: inout SystemState) -> Outcome {
        guard let prover = state.provers[owner] else { return .failure(.notRegistered) }
        guard !prover.paused || prover.resumesAt != nil else { return .failure(.alreadyPaused) }
        state.provers.update(owner) {
            $0.paused = true
            $0.resumesAt = nil
        }
        return .success(.paused(owner: owner))
    }

    /// Puts a paused prover back, `activationDelay` blocks later. Refused: `notRegistered`, `notPaused`.
    package static func resume(owner: Address, state: inout SystemState) -> Outcome {
        guard let prover = state.provers[owner] else { return .failure(.notRegistered) }
        guard prover.paused, prover.resumesAt == nil else { return .failure(.notPaused) }
        let height = actsAt(state)
        state.provers.update(owner) { $0.resumesAt = height }
        return .success(.resumed(owner: owner, activeFrom: height))
    }

    /// Final: no new selection; the stake unbonds once all jobs of the prover are settled.
    package static func leave(owner: Address, state: inout SystemState) -> Outcome {
        guard let prover = state.provers[owner] else { return .failure(.notRegistered) }
        guard !prover.isLeaving else { return .failure(.alreadyLeaving) }
        let height = state.height
        state.provers.update(owner) { $0.leavingAt = height }
        return .success(.leaving(owner: owner))
    }

    /// Turns what finished unbonding into a claim of the owner. A prover with nothing left is removed.
    package static func withdraw(owner: Address, state: inout SystemState) -> Outcome {
        guard let prover = state.provers[owner] else { return .failure(.notRegistered) }
        let height = state.height
        let released = prover.unbonding.filter { $0.height <= height }.reduce(UInt128(0)) { $0 + $1.amount }
        let isSpent =
            prover.isLeaving && prover.assignedJob == nil && prover.total == released
            && !JobLifecycle.isLiable(owner, state: state)
        guard released > 0 || isSpent else { return .failure(.nothingToWithdraw) }
        if isSpent {
            state.provers[owner] = nil
            state.operators[prover.operatorKey] = nil
            if let pending = prover.pendingOperator { state.operators[pending.key] = nil }
        } else {
            state.provers.update(owner) { $0.unbonding.removeAll { $0.height <= height } }
        }
        state.creditClaimable(released, to: owner)
        return .success(.withdrawn(owner: owner, amount: released))
    }

    /// Changes the operator key, `activationDelay` blocks later; until then the old one signs and both are taken.
    /// Refused: `zeroAddress`, `notRegistered`, `changePending`, `operatorKeyInUse`.
    package static func setOperator(
        owner: Address, operatorKey: Address, state: inout SystemState
    ) -> Outcome {
        guard operatorKey != .zero else { return .failure(.zeroAddress) }
        guard let prover = state.provers[owner] else { return .failure(.notRegistered) }
        guard prover.pendingOperator == nil else { return .failure(.changePending) }
        guard !state.operators.contains(operatorKey) else { return .failure(.operatorKeyInUse) }
        let height = actsAt(state)
        state.operators[operatorKey] = owner
        state.provers.update(owner) { $0.pendingOperator = PendingKey(key: operatorKey, height: height) }
        return .success(.operatorChanged(owner: owner, operatorKey: operatorKey, activeFrom: height))
    }

    /// Changes whose claims rewards become, `activationDelay` blocks later. Refused: `zeroAddress`, `notRegistered`,
    /// `changePending`.
    package static func setRecipient(owner: Address, recipient: Address, state: inout SystemState) -> Outcome {
        guard recipient != .zero else { return .failure(.zeroAddress) }
        guard let prover = state.provers[owner] else { return .failure(.notRegistered) }
        guard prover.pendingRecipient == nil else { return .failure(.changePending) }
        let height = actsAt(state)
        state.provers.update(owner) { $0.pendingRecipient = PendingKey(key: recipient, height: height) }
        return .success(.recipientChanged(owner: owner, recipient: recipient, activeFrom: height))
    }

    /// Ends a jail whose time is over, `activationDelay` blocks later. Refused: `notRegistered`, `notJailed`,
    /// `unjailPending`, `jailNotOver`, `belowMinimumStake`.
    package static func unjail(owner: Address, state: inout SystemState) -> Outcome {
        guard let prover = state.provers[owner] else { return .failure(.notRegistered) }
        guard prover.isJailed else { return .failure(.notJailed) }
        guard prover.unjailsAt == nil else { return .failure(.unjailPending) }
        guard state.height >= prover.jailedUntil ?? 0 else { return .failure(.jailNotOver) }
        guard prover.stake >= state.parameters.minimumStake else { return .failure(.belowMinimumStake) }
        let height = actsAt(state)
        state.provers.update(owner) { $0.unjailsAt = height }
        return .success(.unjailed(owner: owner, activeFrom: height))
    }

    private static func actsAt(_ state: SystemState) -> UInt64 {
        let (height, overflow) = state.height.addingReportingOverflow(state.parameters.activationDelay)
        return overflow ? .max : height
    }
}
