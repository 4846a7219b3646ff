import Glibc

/// CPU time as the kernel counts it, in seconds.
enum CPUTime {
    /// What a body takes of the thread that it runs on.
    static func ofThread(_ body: () throws -> Void) rethrows -> Double {
        let start = read(CLOCK_THREAD_CPUTIME_ID)
        try body()
        return read(CLOCK_THREAD_CPUTIME_ID) - start
    }

    /// What all threads of this process take while a body runs.
    static func ofProcess(_ body: () async throws -> Void) async rethrows -> Double {
        let start = read(CLOCK_PROCESS_CPUTIME_ID)
        try await body()
        return read(CLOCK_PROCESS_CPUTIME_ID) - start
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
