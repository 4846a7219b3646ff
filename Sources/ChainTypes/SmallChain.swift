// Parameters of a chain that fits into a test: simulations, benchmarks and tests start from these and name what they
// change. A real chain's come from its genesis file.

extension GasSchedule {
    /// Ethereum's prices (EIP-2028, EIP-2930, the yellow paper's appendix G), and for proving
    /// those of `Genesis/devnet.json`.
    package static let small = GasSchedule(
        transfer: 21_000, calldataZeroByte: 4, calldataNonZeroByte: 16, accessListAddress: 2_400,
        accessListKey: 1_900, accountCreation: 25_000, systemCall: 40_000, provingBase: 50_000, payloadByte: 2,
        provingWeight: 750)
}

extension ChainParameters {
    /// A block a second, at most 64 operations in it.
    package static let small = ChainParameters(
        gasLimit: 30_000_000, initialBaseFee: Unit.gwei, minBaseFee: Unit.gwei, elasticity: 2,
        baseFeeChangeDenominator: 8, maxOperationsPerBlock: 64, blockIntervalMilliseconds: 1_000, gas: .small)

    /// These parameters, with a change.
    package func with(_ change: (inout Self) -> Void) -> Self {
        var changed = self
        change(&changed)
        return changed
    }
}

extension ProvingParameters {
    /// The source's rewards in windows of a few blocks, with proofs that are cheap and not sound.
    package static let small = ProvingParameters(
        preset: .devnet, proofProfile: "insecure-test", maxInstanceLogHeight: 8, maxInstances: 16,
        maxOperationsPerJob: 64, subBlockOperations: 64, maxSubBlocks: 8, proversPerProof: 200, proversPerAggProof: 5,
        redundancy: 2, minSelected: 2, maxConcurrentJobs: 2,
        windows: PhaseWindows(t1: 4, t1Extension: 3, t2: 4, t3: 4, t4: 2, t5: 2, aggProof: 4),
        minWindowBlocks: 2, earlyAdvance: true, maxFullProofsPerPhase: 4, maxAttempts: 3,
        rewardUnit: Unit.cairn / 1_000, rewards: .source, maxIssuancePerJob: 0, openReward: 20, openRewardStep: 1,
        openRewardCap: 200, penaltyInvalidProof: Unit.cairn, minimumStake: 100 * Unit.cairn, activationDelay: 2,
        unbondingBlocks: 5, missesToJail: 50, jailWindow: 200, unjailDelay: 3, historyBase: 100, historyCap: 100,
        proofRetention: 1_000, jobRetention: 200, proofBytesPerBlock: 1 << 24, verifyBudgetPerBlock: 64)

    /// These parameters, with a change.
    package func with(_ change: (inout Self) -> Void) -> Self {
        var changed = self
        change(&changed)
        return changed
    }
}
