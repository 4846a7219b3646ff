import ChainTypes
import ProvingLab
import SeededRandom
import Testing

struct RandomJobsTests {
    /// 4,000 random jobs in four batches; `make soak-jobs` runs 100,000.
    @Test(arguments: UInt64(0)..<4) func theLawsHoldForRandomJobs(batch: UInt64) throws {
        let tally = try RandomJobs.run(seed: batch << 32, count: 1_000)
        #expect(tally.jobs >= 1_000 && tally.proven > 0 && tally.retried > 0)
    }

    /// What a genesis would refuse tells nothing about the rules.
    @Test func randomParametersAreThoseOfAGenesis() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<1_000 {
            let parameters = RandomParameters.make(&random)
            let errors = LabGenesis.issues(parameters).filter { $0.severity == .error }
            #expect(errors.isEmpty, "\(errors)")
        }
    }

    /// Without these the laws would hold for want of cases.
    @Test func randomJobsComeToEverything() throws {
        let tally = try RandomJobs.run(seed: 1 << 40, count: 2_000)
        let cases = [
            tally.retried, tally.openToAll, tally.commitGaps, tally.rejected, tally.jailed, tally.withdrawn,
            tally.calls,
            tally.splitBlocks, tally.aggregated,
        ]
        #expect(cases.allSatisfy { $0 > 0 }, "\(tally)")
    }
}
