/// A token bucket: so much a second, and bursts up to its capacity. Times are milliseconds of any clock that does not
/// go back.
package struct RateMeter: Sendable {
    private let perSecond: Int
    private let capacity: Int
    private var level: Int
    private var last: UInt64

    package init(perSecond: Int, burstSeconds: Int, now: UInt64) {
        self.perSecond = max(1, perSecond)
        capacity = self.perSecond * max(1, burstSeconds)
        level = capacity
        last = now
    }

    /// Takes what has happened. Returns the milliseconds to wait before more may; 0 while the bucket is not empty.
    package mutating func take(_ amount: Int, now: UInt64) -> UInt64 {
        let passed = Int(clamping: min(now &- min(last, now), 60_000))
        let gained = passed * perSecond / 1_000
        // Below one token the time is left to count the next time.
        if gained > 0 {
            level = min(capacity, level + gained)
            last = now
        }
        level -= amount
        return level >= 0 ? 0 : UInt64(clamping: -level * 1_000 / perSecond + 1)
    }
}
