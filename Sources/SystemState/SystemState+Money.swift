package import ByteCodec

/// Why the sums of money do not agree, in wei.
package struct ConservationError: Error, Hashable, Sendable {
    /// Genesis supply and what was minted since, less what was burned.
    package var issued: UInt128
    /// Balances, stakes and claims.
    package var held: UInt128
}

extension SystemState {
    /// Stakes of all provers and validators in every state, unbonding included.
    package var totalStaked: UInt128 {
        registeredValidators.values.reduce(provers.values.reduce(0) { $0 + $1.total }) { $0 + $1.total }
    }
    /// Sum of all claims, in wei.
    package var totalClaimable: UInt128 { claimable.values.reduce(0, +) }
    /// Everything that the system state holds. No rule keeps money in escrow: what a job may cost is taken from stakes
    /// when it is due.
    package var total: UInt128 { totalStaked + totalClaimable }

    /// genesis + minted - burned = balances + stakes + claimable.
    package func checkConservation(accountsTotal: UInt128) throws(ConservationError) {
        let issued = supply.genesis &+ supply.minted &- supply.burned
        let held = accountsTotal &+ total
        guard issued == held else { throw ConservationError(issued: issued, held: held) }
    }

    /// Creates money as a claim. Returns what was created, less than `amount` only at the end of 128 bits.
    @discardableResult
    package mutating func mint(_ amount: UInt128, to address: Address) -> UInt128 {
        let (issued, overflow) = supply.genesis.addingReportingOverflow(supply.minted)
        let minted = overflow ? 0 : min(amount, UInt128.max - issued)
        guard minted > 0 else { return 0 }
        supply.minted += minted
        creditClaimable(minted, to: address)
        return minted
    }

    /// Records that money left an account for nobody, as base fees do. The caller has taken it from the account.
    package mutating func recordBurn(_ amount: UInt128) { supply.burned &+= amount }

    /// Books existing money as a claim.
    package mutating func creditClaimable(_ amount: UInt128, to address: Address) {
        guard amount > 0 else { return }
        claimable[address] = (claimable[address] ?? 0) &+ amount
    }

    /// Takes all that `address` may claim; 0 when there is nothing.
    package mutating func takeClaimable(_ address: Address) -> UInt128 {
        guard let amount = claimable[address] else { return 0 }
        claimable[address] = nil
        return amount
    }

    /// Takes up to `amount` from a prover: stake first, then top-ups, then what unbonds, each list from its end.
    /// Returns what was taken; the caller says where it goes.
    private mutating func takeStake(_ owner: Address, _ amount: UInt128) -> UInt128 {
        guard amount > 0 else { return 0 }
        return provers.update(owner) { prover in
            var left = amount
            let fromStake = min(left, prover.stake)
            prover.stake -= fromStake
            left -= fromStake
            Self.take(&left, from: &prover.pendingStake)
            Self.take(&left, from: &prover.unbonding)
            return amount - left
        } ?? 0
    }

    private static func take(_ left: inout UInt128, from parts: inout [TimedAmount]) {
        while left > 0, let last = parts.last {
            let part = min(left, last.amount)
            left -= part
            parts[parts.count - 1].amount -= part
            if parts[parts.count - 1].amount == 0 { parts.removeLast() }
        }
    }

    /// Burns up to `amount` of a prover's stake; returns what was burned.
    @discardableResult
    package mutating func burnFromStake(_ owner: Address, _ amount: UInt128) -> UInt128 {
        let taken = takeStake(owner, amount)
        supply.burned += taken
        return taken
    }

    /// Burns up to `amount` of a validator's stake, then of what unbonds; returns what was burned.
    @discardableResult
    package mutating func burnFromValidator(_ address: Address, _ amount: UInt128) -> UInt128 {
        let burned: UInt128 =
            registeredValidators.update(address) { validator -> UInt128 in
                var left = amount
                let fromStake = min(left, validator.stake)
                validator.stake -= fromStake
                left -= fromStake
                Self.take(&left, from: &validator.unbonding)
                return amount - left
            } ?? 0
        supply.burned += burned
        return burned
    }

    /// Whose claims a validator's tips and rewards become: its recipient, or itself once it is gone.
    package func payee(ofValidator address: Address) -> Address {
        registeredValidators[address]?.recipient ?? address
    }

    /// Charges the fee of a proving transaction: `burned` is destroyed, `tip` booked for `proposer`. False, with
    /// nothing changed, when the active stake does not cover both.
    package mutating func chargeFee(
        _ owner: Address, burned: UInt128, tip: UInt128, to proposer: Address
    ) -> Bool {
        let (fee, overflow) = burned.addingReportingOverflow(tip)
        guard !overflow, let stake = provers[owner]?.stake, stake >= fee else { return false }
        burnFromStake(owner, burned)
        creditClaimable(takeStake(owner, tip), to: proposer)
        return true
    }
}
