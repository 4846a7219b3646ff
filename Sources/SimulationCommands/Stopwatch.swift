/// Time since it was made, for rates that a person reads.
struct Stopwatch {
    private let start = ContinuousClock.now

    var seconds: Double {
        let (seconds, attoseconds) = start.duration(to: .now).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    func rate(_ count: UInt64) -> UInt64 { UInt64(Double(count) / max(seconds, 0.001)) }
}
