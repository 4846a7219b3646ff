/// Kinds of traffic between two peers, most urgent first. Each has its own queue and limits, so that a block on its way
/// does not hold up a vote.
package enum PeerChannel: UInt8, CaseIterable, Hashable, Sendable {
    /// Proposals, votes, certificates, status.
    case consensus = 1
    /// Blocks with their payloads, for the height being decided.
    case block
    /// Proving transactions with their payloads.
    case proof
    /// Ordinary transactions.
    case transaction
    /// Old blocks for peers that catch up.
    case sync
    /// State for peers that join.
    case snapshot
}
