package import SystemState

/// What one prover was paid and charged over a run, in wei, from the ledger's events.
package struct MarketBook: Hashable, Sendable {
    package var rewards: UInt128 = 0
    package var penalties: UInt128 = 0
    package var fees: UInt128 = 0
    /// Rewards by reason.
    package var byReason: [PaymentReason: UInt128] = [:]
    /// Attempts that it was selected for.
    package var selected = 0
    /// Jobs in which it was penalised.
    package var penalisedJobs: Set<UInt64> = []

    package init() {}

    /// Rewards less penalties and fees.
    package var net: Int128 { Int128(rewards) - Int128(penalties) - Int128(fees) }

    package static func + (a: MarketBook, b: MarketBook) -> MarketBook {
        var sum = a
        sum.rewards += b.rewards
        sum.penalties += b.penalties
        sum.fees += b.fees
        sum.byReason.merge(b.byReason, uniquingKeysWith: +)
        sum.selected += b.selected
        sum.penalisedJobs.formUnion(b.penalisedJobs)
        return sum
    }
}

/// How a market run went.
package struct MarketReport: Sendable {
    package let plan: MarketPlan
    /// By member.
    package var books: [MarketBook]
    /// Jobs begun, further attempts not counted.
    package var jobs = 0
    /// Blocks with operations, and those that were proven.
    package var blocks = 0
    package var blocksProven = 0
    /// Proven blocks by the phase of the first full proof that covers them.
    package var blocksProvenIn: [JobPhase: Int] = [:]
    /// Attempts that failed, and proven blocks that needed more than one.
    package var retries = 0
    package var blocksRetried = 0
    /// Attempts in which the canonical root of an instance was of no honest trace.
    package var captured = 0
    /// Those among them that were further attempts.
    package var capturedAgain = 0
    /// Blocks from a block to its proof, one entry a proven block.
    package var delays: [UInt64] = []
    /// Jobs whose settlement paid an attacker.
    package var attackerPaidJobs: Set<UInt64> = []

    package init(plan: MarketPlan) {
        self.plan = plan
        books = plan.members.map { _ in MarketBook() }
    }

    private func sum(_ matches: (MarketMember) -> Bool) -> MarketBook {
        zip(plan.members, books).filter { matches($0.0) }.map(\.1).reduce(MarketBook(), +)
    }

    package var attackers: MarketBook { sum(\.isAttacker) }
    package var others: MarketBook { sum { !$0.isAttacker } }

    /// The delay that `percent` of the proven blocks do not exceed; nil without any.
    package func delay(percent: Int) -> UInt64? {
        let sorted = delays.sorted()
        return sorted.isEmpty ? nil : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
    }
}
