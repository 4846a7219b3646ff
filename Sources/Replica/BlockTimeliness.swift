/// Whether a proposer's timestamp is close enough to the local clock (PBTS). Asked for first proposals only: a block
/// proposed again, synced or replayed was judged when it was new.
package enum BlockTimeliness {
    /// Milliseconds that a clock may be ahead of this one (go-ethereum's allowance for future blocks), and that a block
    /// may take to be built, sent and fetched, on a clock that is behind.
    package static let maxAhead: UInt64 = 15_000
    /// See `maxAhead`.
    package static let maxBehind: UInt64 = 60_000

    /// `parent`: a timestamp right after the parent's is as early as any can be, so it is never too far behind.
    package static func isTimely(_ timestamp: UInt64, parent: UInt64, now: UInt64) -> Bool {
        if timestamp > now { return timestamp - now <= maxAhead || timestamp == parent &+ 1 }
        return now - timestamp <= maxBehind
    }
}
