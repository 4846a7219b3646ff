/// The laws that a simulated run must keep; each names the checker that found it broken.
package enum Law: String, CaseIterable, Sendable {
    /// No two nodes decide different blocks at a height.
    case agreement
    /// What is decided was valid, by an independent check.
    case validity
    /// Heights are decided once each, without gaps.
    case contiguity
    /// A stored certificate proves its block under the set of its height.
    case certificate
    /// After a precommit for a block, a prevote for another one needs a polka in between.
    case lock
    /// Over all its lives, an honest validator signs one message for a height, round and type.
    case equivocation
    /// Whoever is accused is guilty, and a fork has culprits with a third of the power.
    case accountability
    /// After healing, every honest node goes on.
    case liveness
    /// Without faults, every height is decided in round 0.
    case calm
    /// Accounts, stakes and pots sum to what genesis and issuance gave.
    case supply
    /// The same height has the same state on all nodes, after crashes and sync too.
    case roots
    /// Who passes on a proposal has its block.
    case service
    /// Queues and tables stay within their bounds.
    case bounds
    /// What a disk gives back is what the node wrote, or the node refuses to start.
    case durability
    /// A node does not stop by itself unless its world is broken.
    case halt
    /// The engine does what the naive reading of the algorithm allows, all of it.
    case oracle
    /// One seed, one run.
    case determinism
    /// A message that only a cheat sends is refused.
    case refusal
}

/// A law that was broken, and how.
package struct SimulationFailure: Error, CustomStringConvertible, Sendable {
    package let law: Law
    package let text: String
    package init(_ law: Law, _ text: String) {
        self.law = law
        self.text = text
    }
    package var description: String { "\(law.rawValue): \(text)" }
}
