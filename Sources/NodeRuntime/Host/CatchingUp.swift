package import Replica

/// How far a node has come that fetches blocks from its peers, and how fast.
package struct CatchingUp: Hashable, Sendable {
    package let start: UInt64
    package let current: UInt64
    package let target: UInt64
    /// When it began, by the node's clock.
    private let since: UInt64
    package let milliseconds: UInt64
    /// Whether the node is level with its peers now.
    package let isOver: Bool

    /// What a committed block adds; nil when the node neither catches up nor did before.
    package init?(after last: CatchingUp?, _ status: SyncStatus?, tip: UInt64, now: UInt64) {
        guard let start = last?.start ?? status?.start else { return nil }
        self.start = start
        current = tip
        target = max(tip, status?.target ?? tip)
        since = last?.since ?? now
        milliseconds = now > since ? now - since : 0
        isOver = status == nil
    }

    package var blocksPerSecond: Double { Double(current - start) * 1_000 / Double(max(1, milliseconds)) }
}
