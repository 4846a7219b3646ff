/// Random runs one after the other until there were enough jobs.
package enum RandomJobs {
    /// - Parameters:
    ///   - seed: of the first run; the next ones follow by one.
    ///   - count: jobs at least.
    ///   - progress: called after every run with what there is so far.
    package static func run(
        seed: UInt64, count: Int, progress: (RandomJobsTally) -> Void = { _ in }
    ) throws(RandomJobsFailure) -> RandomJobsTally {
        var tally = RandomJobsTally()
        while tally.jobs < count {
            let next = seed &+ UInt64(tally.runs)
            // One run in sixteen is played twice.
            tally = tally + (next % 16 == 0 ? try RandomRun.runTwice(seed: next) : try RandomRun.run(seed: next))
            progress(tally)
        }
        return tally
    }
}
