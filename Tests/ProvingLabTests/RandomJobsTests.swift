import ProvingLab
import Testing

struct RandomJobsTests {
    /// 2,000 random jobs in eight batches; `make soak-jobs` runs 100,000.
    @Test(arguments: UInt64(0)..<8) func theLawsHoldForRandomJobs(batch: UInt64) throws {
        let tally = try RandomJobs.run(seed: batch << 32, count: 250)
        #expect(tally.jobs >= 250 && tally.proven > 0)
    }

    /// Without these the laws would hold for want of cases.
    @Test func randomJobsComeToEverything() throws {
        let tally = try RandomJobs.run(seed: 1 << 40, count: 400)
        let cases = [
            tally.retried, tally.openToAll, tally.commitGaps, tally.rejected, tally.jailed, tally.withdrawn,
            tally.calls,
            tally.splitBlocks, tally.aggregated,
        ]
        #expect(cases.allSatisfy { $0 > 0 }, "\(tally)")
    }
}
