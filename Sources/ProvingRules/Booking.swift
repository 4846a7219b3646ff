package import SystemState

extension Settlement {
    /// Mints rewards as claims (a prover's to its recipient) and burns penalties from stakes, never below zero. The
    /// events carry what was really minted or burned.
    package static func book(_ payments: [Payment], job: UInt64, state: inout SystemState) -> [ProvingEvent] {
        payments.map { payment in
            if payment.isPenalty {
                let burned = state.burnFromStake(payment.account.address, payment.amount)
                return .penalised(
                    job: job, prover: payment.account.address, reason: payment.reason, amount: burned)
            }
            var payee = payment.account.address
            switch payment.account {
            case .prover(let owner): payee = state.provers[owner]?.recipient ?? owner
            case .validator(let address): payee = state.payee(ofValidator: address)
            }
            let minted = state.mint(payment.amount, to: payee)
            return .paid(job: job, account: payment.account, reason: payment.reason, amount: minted)
        }
    }
}
