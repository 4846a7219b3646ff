package import ChainTypes

/// A prover of a market run.
package struct MarketMember: Hashable, Sendable {
    package var strategy: ProverStrategy
    /// Counted as an attacker in the books.
    package var isAttacker = false
    /// Per cent of the phases of a job in which it fails to send, each drawn by itself.
    package var failures = 0
    /// Whether it can prove a whole job, which a stand-alone full proof takes.
    package var provesAlone = true
    /// Sends a stand-alone full proof in T1 in place of a commitment.
    package var sendsEarlyFullProof = false
    /// Works on another trace than the honest one: its roots have valid partial proofs, whose sums do not cancel.
    package var worksOnAnotherTrace = false
    /// Sends partial and stand-alone proofs only when their reward, and the penalty that they avoid, cover the fee.
    package var refusesLosses = false

    package init(_ strategy: ProverStrategy, isAttacker: Bool = false) {
        self.strategy = strategy
        self.isAttacker = isAttacker
    }
}

/// What a market run is made of; with its seed it is the whole run.
package struct MarketPlan: Sendable {
    package enum Work: Hashable, Sendable {
        /// This many blocks in a row with operations, then empty ones until all are proven.
        case blocks(Int)
        /// This many jobs, each begun when the one before is settled.
        case jobs(Int)
    }

    /// Validators that take turns, the first of which never include the transactions of some provers.
    package struct Censorship: Hashable, Sendable {
        package var validators: Int
        package var censors: Int
        package var victims: Set<Int>
        package init(validators: Int, censors: Int, victims: Set<Int>) {
            self.validators = validators
            self.censors = censors
            self.victims = victims
        }
    }

    package var parameters: ProvingParameters
    package var members: [MarketMember]
    package var work: Work
    package var seed: UInt64
    package var instances = 6
    package var fees = LabFees.devnet
    package var censorship: Censorship?
    /// Proposers include what is invalid.
    package var isCareless = false
    /// A further attempt may select the committers of roots that nobody proved: the rule against it is off.
    package var isExclusionOff = false
    /// Empty blocks without a proof after which what is not proven stays so.
    package var patience = 400

    package init(parameters: ProvingParameters, members: [MarketMember], work: Work, seed: UInt64) {
        self.parameters = parameters
        self.members = members
        self.work = work
        self.seed = seed
    }

    /// The same run with every attacker honest.
    package var honest: MarketPlan {
        var plan = self
        for index in members.indices where members[index].isAttacker { plan.members[index].strategy = .honest }
        return plan
    }
}
