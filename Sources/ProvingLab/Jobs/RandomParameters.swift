import ChainTypes

/// Parameters of a random run, over the whole range of what a genesis may say within reason.
enum RandomParameters {
    static func make(_ random: inout LabRandom) -> ProvingParameters {
        var parameters = LabGenesis.parameters(random.chance(50) ? .source : .devnet)
        parameters.redundancy = UInt32(random.pick(1...4))
        parameters.minSelected = UInt32(random.pick(1...2))
        parameters.proversPerProof = random.chance(80) ? 200 : 3
        parameters.maxConcurrentJobs = UInt32(random.pick(1...4))
        parameters.maxOperationsPerJob = UInt32(random.pick(1...20))
        parameters.subBlockOperations = random.element([2, 4, 256]) ?? 256
        parameters.maxSubBlocks = UInt32(random.pick(1...5))
        parameters.proversPerAggProof = UInt32(random.pick(0...3))
        parameters.windows.aggProof = UInt64(random.pick(1...3))
        parameters.earlyAdvance = random.chance(75)
        parameters.windows.t1 = UInt64(random.pick(1...5))
        parameters.windows.t1Extension = UInt64(random.pick(1...3))
        parameters.windows.t2 = UInt64(random.pick(1...5))
        parameters.windows.t3 = UInt64(random.pick(1...5))
        parameters.windows.t4 = UInt64(random.pick(1...3))
        parameters.windows.t5 = UInt64(random.pick(1...3))
        parameters.minWindowBlocks = UInt64(random.pick(1...2))
        parameters.maxAttempts = UInt32(random.pick(1...3))
        parameters.maxFullProofsPerPhase = UInt32(random.pick(1...4))
        parameters.maxIssuancePerJob = random.chance(30) ? parameters.rewardUnit * 77 : 0
        parameters.missesToJail = UInt32(random.pick(0...6))
        parameters.jailWindow = UInt64(random.pick(1...100))
        parameters.unjailDelay = UInt64(random.pick(0...8))
        parameters.activationDelay = UInt64(random.pick(0...4))
        parameters.unbondingBlocks = UInt64(random.pick(0...20))
        parameters.jobRetention = UInt64(random.pick(1...40))
        parameters.verifyBudgetPerBlock = random.chance(80) ? 4_096 : UInt64(random.pick(2...8))
        // Small stakes, so that penalties empty some.
        parameters.minimumStake = random.chance(30) ? parameters.rewardUnit * 8 : parameters.minimumStake
        parameters.penaltyInvalidProof = parameters.minimumStake / UInt128(random.pick(1...20))
        parameters.rewardUnit = random.chance(90) ? parameters.rewardUnit : 7
        return parameters
    }
}
