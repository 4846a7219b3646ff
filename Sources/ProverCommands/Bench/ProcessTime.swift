import Glibc

/// Time on the wall and on all of the process's threads. On a shared machine only the second can be compared.
struct ProcessTime {
    var seconds: Double
    var cpuSeconds: Double

    /// CPU time of all threads.
    static var cpuNanoseconds: UInt64 { nanoseconds(CLOCK_PROCESS_CPUTIME_ID) }

    private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// What `body` takes.
    static func of<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) -> ProcessTime {
        let (wall, cpu) = (nanoseconds(CLOCK_MONOTONIC), cpuNanoseconds)
        try body()
        return ProcessTime(
            seconds: Double(nanoseconds(CLOCK_MONOTONIC) - wall) / 1e9,
            cpuSeconds: Double(cpuNanoseconds - cpu) / 1e9)
    }

    /// The least of `runs` runs, by CPU time.
    static func least<Failure: Error>(
        of runs: Int, _ body: () throws(Failure) -> Void
    ) throws(Failure) -> ProcessTime {
        var least = try of(body)
        for _ in 1..<max(runs, 1) {
            let time = try of(body)
            if time.cpuSeconds < least.cpuSeconds { least = time }
        }
        return least
    }
}
