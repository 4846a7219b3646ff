/// A node's wall clock: it is off, runs fast or slow, and may be set. Consensus must not depend on it.
struct SimulatedClock: Sendable {
    /// Milliseconds that it is ahead, or behind.
    var offset: Int64 = 0
    /// Thousandths of the true speed.
    var rate: UInt64 = 1_000
    /// Since then it shows the same; timers run on, because they use another clock.
    var stoppedAt = UInt64.max

    /// What the clock shows at a time of the simulation, in milliseconds since 1970.
    func reading(at now: UInt64) -> UInt64 {
        let shown = Int64(SimulatedChain.timestamp + 100_000 + min(now, stoppedAt) * rate / 1_000) + offset
        return UInt64(max(shown, 0))
    }

    /// How long a timer set by this clock takes.
    func duration(_ milliseconds: UInt64) -> UInt64 { milliseconds * 1_000 / rate }
}
