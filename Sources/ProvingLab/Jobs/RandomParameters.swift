package import ChainTypes
package import SeededRandom

/// Parameters of a random run, over the whole range of what a genesis may say within reason.
package enum RandomParameters {
    /// Operations of a block, at most.
    package static let maxOperations = 12

    package static func make(_ random: inout SplitMix64) -> ProvingParameters {
        var parameters = LabGenesis.parameters(random.percent(50) ? .source : .devnet)
        parameters.redundancy = UInt32(random.pick(1...4))
        parameters.minSelected = UInt32(random.pick(1...2))
        parameters.proversPerProof = random.percent(80) ? 200 : 3
        parameters.maxConcurrentJobs = UInt32(random.pick(1...4))
        parameters.subBlockOperations = random.pick([1, 2, 4, 16, 16, 16])
        // A job holds at least one part, and a block is cut into no more parts than genesis allows.
        parameters.maxOperationsPerJob = parameters.subBlockOperations + UInt32(random.pick(0...16))
        let parts = (maxOperations - 1) / Int(parameters.subBlockOperations) + 1
        parameters.maxSubBlocks = UInt32(parts + random.pick(0...2))
        parameters.proversPerAggProof = UInt32(random.pick(0...3))
        parameters.earlyAdvance = random.percent(75)
        let shortest = random.pick(1...2)
        func window(_ longest: Int, _ random: inout SplitMix64) -> UInt64 { UInt64(random.pick(shortest...longest)) }
        parameters.minWindowBlocks = UInt64(shortest)
        parameters.windows = PhaseWindows(
            t1: window(5, &random), t1Extension: window(3, &random), t2: window(5, &random), t3: window(5, &random),
            t4: window(3, &random), t5: window(3, &random), aggProof: window(3, &random))
        parameters.maxAttempts = UInt32(random.pick(1...3))
        parameters.maxFullProofsPerPhase = UInt32(random.pick(1...4))
        parameters.maxIssuancePerJob = random.percent(30) ? parameters.rewardUnit * 77 : 0
        parameters.missesToJail = UInt32(random.pick(0...6))
        parameters.jailWindow = UInt64(random.pick(1...100))
        parameters.unjailDelay = UInt64(random.pick(0...8))
        parameters.activationDelay = UInt64(random.pick(0...4))
        parameters.unbondingBlocks = UInt64(random.pick(0...20))
        parameters.jobRetention = UInt64(random.pick(1...40))
        parameters.verifyBudgetPerBlock = random.percent(80) ? 4_096 : UInt64(random.pick(2...8))
        // Small stakes, so that penalties empty some.
        parameters.minimumStake = random.percent(30) ? parameters.rewardUnit * 8 : parameters.minimumStake
        parameters.penaltyInvalidProof = parameters.minimumStake / UInt128(random.pick(1...20))
        parameters.rewardUnit = random.percent(90) ? parameters.rewardUnit : 7
        return parameters
    }
}
