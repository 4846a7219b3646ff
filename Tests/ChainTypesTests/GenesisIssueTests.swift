import ByteCodec
import ChainTypes
import Cryptography
import Testing

@Suite struct GenesisIssueTests {
    private func expect(
        _ issue: GenesisIssue, at location: SourceLocation = #_sourceLocation, _ change: (inout Genesis) throws -> Void
    ) throws {
        var genesis = try Sample.genesis()
        try change(&genesis)
        #expect(genesis.validate().contains(issue), sourceLocation: location)
    }

    @Test func `errors of the chain's parameters`() throws {
        try expect(.chainIdZero) { $0.chainId = 0 }
        try expect(.parameterZero("gasLimit")) { $0.chain.gasLimit = 0 }
        try expect(.parameterZero("elasticity")) { $0.chain.elasticity = 0 }
        try expect(.parameterZero("baseFeeChangeDenominator")) { $0.chain.baseFeeChangeDenominator = 0 }
        try expect(.parameterTooLarge("elasticity", value: 30_000_001, limit: 30_000_000)) {
            $0.chain.elasticity = 30_000_001
        }
        try expect(.initialBaseFeeBelowMinimum) { $0.chain.initialBaseFee = 6 }
        try expect(.gasLimitBelowTransfer) { $0.chain.gasLimit = 20_999 }
        // 24 units of weight at 876 gas are more than the base, at 875 they are all of it.
        try expect(.transferBelowProvingWeight(have: 21_000, want: 21_024)) { $0.chain.gas.provingWeight = 876 }
        var exact = try Sample.genesis()
        exact.chain.gas.provingWeight = 875
        #expect(exact.validate() == [])
        try expect(.provingGasOverflow) { $0.chain.gas.payloadByte = .max }
    }

    @Test func `errors of validators`() throws {
        try expect(.noValidators) { $0.validators = [] }
        try expect(.tooManyValidators(1_025)) {
            $0.validators = [Validator](repeating: $0.validators[0], count: 1_025)
        }
        let validators = try Sample.genesis().validators
        try expect(.duplicateValidator(validators[0].address)) { $0.validators.append(validators[0]) }
        try expect(.duplicateVRFKey(validator: validators[1].address)) {
            $0.validators[1].vrfKey = validators[0].vrfKey
        }
        let signingKey = try VRFPublicKey(compressed: validators[0].signingKey.compressed)
        try expect(.vrfKeyIsSigningKey(validator: validators[1].address)) { $0.validators[1].vrfKey = signingKey }
        try expect(.validatorAddressMismatch(.zero)) { $0.validators[0].address = .zero }
        try expect(.zeroPower(validators[2].address)) { $0.validators[2].power = 0 }
        try expect(.totalPowerAboveCap) { $0.validators[2].power = .max }
    }

    @Test func `errors of validators' stake, sets and penalties`() throws {
        let validators = try Sample.genesis().validators
        try expect(.tooManyValidators(4)) { $0.validating.maxValidators = 3 }
        try expect(.parameterTooLarge("validating.maxValidators", value: 1_025, limit: 1_024)) {
            $0.validating.maxValidators = 1_025
        }
        try expect(.parameterZero("validating.powerUnit")) { $0.validating.powerUnit = 0 }
        try expect(.parameterTooLarge("validating.equivocationPenalty", value: 10_001, limit: 10_000)) {
            $0.validating.equivocationPenalty = 10_001
        }
        try expect(.validatorPowerAboveCap(validators[0].address)) {
            $0.validators[0].power = Limits.maxValidatorPower + 1
        }
        try expect(.validatorStakeBelowMinimum(validators[1].address)) {
            $0.validating.minimumStake = 10_001 * Unit.cairn
        }
        try expect(.validatorActivationTooShort(1)) { $0.validating.activationDelay = 1 }
        try expect(.unbondingNotLongerThanEvidence(have: 201, want: 202)) { $0.validating.unbondingBlocks = 201 }
        try expect(.missedProposalPenaltyTooLow(have: 25 * Unit.cairn, want: 25_452 * Unit.cairn / 1_000)) {
            $0.proving.proversPerProof = 200
            $0.validating.missedProposalPenalty = 25 * Unit.cairn
        }
    }

    @Test func `errors of accounts and provers`() throws {
        let accounts = try Sample.genesis().accounts
        try expect(.duplicateAccount(accounts[0].address)) { $0.accounts.append(accounts[0]) }
        try expect(.accountNonceTooLarge(accounts[0].address)) { $0.accounts[0].nonce = Account.maxNonce }
        try expect(.accountIsSystemContract(SystemContract.claims.address)) {
            $0.accounts[0].address = SystemContract.claims.address
        }
        try expect(.supplyOverflow) { $0.accounts[0].balance = .max }
        try expect(.supplyOverflow) { $0.provers[0].stake = .max }
        let provers = try Sample.genesis().provers
        try expect(.duplicateOwner(provers[0].owner)) { $0.provers[1].owner = provers[0].owner }
        try expect(.duplicateOperator(provers[0].operatorKey)) { $0.provers[1].operatorKey = provers[0].operatorKey }
        try expect(.stakeBelowMinimum(owner: provers[0].owner)) { $0.provers[0].stake = 0 }
        try expect(.tooManyProvers(65_537)) { $0.provers = [GenesisProver](repeating: provers[0], count: 65_537) }
    }

    @Test func `errors of the proving market`() throws {
        try expect(.parameterZero("redundancy")) { $0.proving.redundancy = 0 }
        try expect(.parameterZero("minSelected")) { $0.proving.minSelected = 0 }
        try expect(.parameterZero("historyBase")) { $0.proving.historyBase = 0 }
        try expect(.parameterZero("proofProfile")) { $0.proving.proofProfile = "" }
        try expect(.parameterTooLarge("minSelected", value: 5, limit: 4)) { $0.proving.minSelected = 5 }
        try expect(.parameterTooLarge("maxInstances", value: 1_025, limit: 1_024)) { $0.proving.maxInstances = 1_025 }
        try expect(.parameterTooLarge("maxInstanceLogHeight", value: 21, limit: 20)) {
            $0.proving.maxInstanceLogHeight = 21
        }
        try expect(.parameterTooLarge("proversPerAggProof", value: 1_025, limit: 1_024)) {
            $0.proving.proversPerAggProof = 1_025
        }
        try expect(.windowBelowMinimum("t2", blocks: 3, minimum: 4)) { $0.proving.windows.t2 = 3 }
        try expect(.parameterTooLarge("windows.t5", value: 1 << 32, limit: (1 << 32) - 1)) {
            $0.proving.windows.t5 = 1 << 32
        }
        try expect(.proofRetentionBelowLongestJob(have: 149, want: 150)) { $0.proving.proofRetention = 149 }
        try expect(.subBlockOperationsNotPowerOfTwo(4_095)) { $0.proving.subBlockOperations = 4_095 }
        try expect(.blockAboveSubBlocks(have: 20_000, want: 16_384)) { $0.proving.maxSubBlocks = 4 }
        try expect(.parameterZero("subBlockOperations")) { $0.proving.subBlockOperations = 0 }
        try expect(.parameterTooLarge("maxSubBlocks", value: 257, limit: 256)) { $0.proving.maxSubBlocks = 257 }
        try expect(.parameterTooLarge("subBlockOperations", value: 16_384, limit: 10_000)) {
            $0.proving.subBlockOperations = 16_384
        }
        try expect(.windowBelowMinimum("aggProof", blocks: 3, minimum: 4)) { $0.proving.windows.aggProof = 3 }
        try expect(.openRewardAboveCap) { $0.proving.openReward = 1_001 }
        try expect(.rewardOverflow) { $0.proving.rewardUnit = .max / 1_000 }
    }

    @Test func warnings() throws {
        try expect(.singleValidator) { $0.validators.removeLast(3) }
        try expect(.noFaultTolerance(validators: 3)) { $0.validators.removeLast() }
        let address = try Sample.genesis().validators[1].address
        try expect(.validatorAboveThird(address)) { $0.validators[1].power = 16 }
        try expect(.minWindowCensorable(have: 3, want: 4)) { $0.proving.minWindowBlocks = 3 }
        try expect(.payoffRises(from: "T1", to: "T2")) { $0.proving.rewards.rewardFullProofProverT2 = 9_011 }
        try expect(.payoffRises(from: "T4", to: "T5")) { $0.proving.rewards.t5.rewardProver = 1_000 }
        try expect(.rewardT2ProverTooHigh(31)) { $0.proving.rewards.rewardT2Prover = 31 }
        try expect(.submissionFeeAboveReward) { $0.proving.rewardUnit = 1 }
        try expect(.noRedundancy) { $0.proving.redundancy = 1 }
        try expect(.provingIsFree) { $0.chain.gas.provingWeight = 0 }
        // 4,096 operations: 61 · 4,096 rows of 2^11 are 122 instances, 2 · 4,096 are 4.
        try expect(.subBlockMayExceedPlan(instances: 126, limit: 64)) { $0.proving.maxInstanceLogHeight = 11 }
        try expect(.noMinimumStake) { $0.proving.minimumStake = 0 }
        try expect(.penaltyAboveMinimumStake) { $0.proving.minimumStake = Unit.cairn - 1 }
        try expect(.tooFewProvers(have: 1, want: 2)) { $0.provers.removeLast(3) }
        try expect(.sourcePresetOutsideDevnet) {
            $0.proving.preset = .source
            $0.isDevnet = false
        }
    }

    @Test func `warnings about numbers that invite an attack`() throws {
        try expect(.minSelectedBelowRedundancy(have: 2, want: 3)) { $0.proving.redundancy = 3 }
        try expect(.fullProofAboveVerifyBudget(instances: 64, budget: 63)) { $0.proving.verifyBudgetPerBlock = 63 }
        // 100 CAIRN of stake at 9,000 units of 0.001 CAIRN a job.
        try expect(.silentProversPaid(units: 9_000, jobsToEarnStake: 12)) {
            $0.proving.preset = .source
            $0.proving.rewardUnit = Unit.cairn / 1_000
            $0.proving.minimumStake = 100 * Unit.cairn
        }
        // A thief in T3: 199 others' submissions and the proof.
        try expect(.copiedProofsPaid(units: 8_010)) {
            $0.proving.preset = .source
            $0.proving.proversPerProof = 200
        }
        var genesis = try Sample.genesis()
        genesis.proving.preset = .devnet
        #expect(!genesis.validate().contains(.copiedProofsPaid(units: 170)))
    }

    @Test func `warnings that follow from the size of the proofs`() throws {
        func issues(_ bytes: UInt64, _ change: (inout Genesis) -> Void) throws -> [GenesisIssue] {
            var genesis = try Sample.genesis()
            genesis.proving.maxInstances = 10
            genesis.proving.redundancy = 2
            genesis.proving.minSelected = 4
            genesis.proving.proofBytesPerBlock = 1_000_000
            genesis.chain.initialBaseFee = 1
            change(&genesis)
            return genesis.issues(largestProof: bytes)
        }
        #expect(try issues(10_000) { _ in } == [])
        // Ten proofs with 40 bytes around each, and 40 around the payload.
        #expect(try issues(100_000) { _ in } == [.fullProofAboveBlockBudget(bytes: 1_000_440, budget: 1_000_000)])
        #expect(
            try issues(250_000) { _ in } == [
                .submissionAboveBlockBudget(bytes: 1_250_240, budget: 1_000_000),
                .fullProofAboveBlockBudget(bytes: 2_500_440, budget: 1_000_000),
            ])
        // 50,000 for the transaction and 400 gas for each of 100,440 bytes.
        #expect(
            try issues(10_000) { $0.chain.gas.payloadByte = 400 } == [
                .fullProofAboveGasLimit(gas: 40_226_000, limit: 30_000_000)
            ])
        // One proof: 50,000 + 10,080 gas at 1 wei; 20 units.
        #expect(try issues(10_000) { $0.proving.rewardUnit = 3_004 } == [])
        #expect(try issues(10_000) { $0.proving.rewardUnit = 3_003 } == [.submissionFeeAboveReward])
        #expect(try issues(.max) { _ in }.contains(.fullProofAboveBlockBudget(bytes: .max, budget: 1_000_000)))
    }

    /// 20 partial proofs in T2 and 10 in each of T3 to T5, one a block, are more than the windows have.
    @Test func `the longest job counts the blocks that its load takes`() throws {
        var genesis = try Sample.genesis()
        genesis.proving.maxInstances = 10
        genesis.proving.redundancy = 2
        genesis.proving.maxAttempts = 3
        genesis.proving.windows = PhaseWindows(
            t1: 4, t1Extension: 4, t2: 4, t3: 4, t4: 4, t5: 4, aggProof: 4)
        genesis.proving.verifyBudgetPerBlock = 1
        let longest: UInt64 = 3 * (4 + 4 + 20 + 10 + 10 + 10)
        genesis.proving.proofRetention = longest
        #expect(!genesis.issues(largestProof: 1_000).contains { $0.severity == .error })
        genesis.proving.proofRetention = longest - 1
        #expect(
            genesis.issues(largestProof: 1_000)
                .contains(.proofRetentionBelowLongestJob(have: longest - 1, want: longest)))
    }

    @Test func `every warning says what to do`() throws {
        let issues: [GenesisIssue] = [
            .payoffRises(from: "T1", to: "T2"), .submissionFeeAboveReward, .noRedundancy, .noMinimumStake,
            .silentProversPaid(units: 1, jobsToEarnStake: 1), .copiedProofsPaid(units: 1),
            .minSelectedBelowRedundancy(have: 1, want: 2), .fullProofAboveVerifyBudget(instances: 1, budget: 0),
            .fullProofAboveBlockBudget(bytes: 1, budget: 0), .fullProofAboveGasLimit(gas: 1, limit: 0),
            .submissionAboveBlockBudget(bytes: 1, budget: 0), .sourcePresetOutsideDevnet,
        ]
        for issue in issues {
            #expect(issue.severity == .warning)
            #expect(["raise", "lower", "use", "set"].contains { issue.explanation.contains("\($0) ") }, "\(issue)")
        }
    }

    /// The source's numbers with 200 provers: 30 is the most that does not make waiting for T3 pay.
    @Test func `rewardT2Prover may be 30 and no more`() throws {
        var genesis = try Sample.genesis()
        genesis.proving.proversPerProof = 200
        genesis.proving.rewards.rewardT2Prover = 30
        #expect(genesis.validate() == [])
        genesis.proving.rewards.rewardT2Prover = 31
        #expect(genesis.validate() == [.payoffRises(from: "T2", to: "T3"), .rewardT2ProverTooHigh(31)])
    }

    @Test func `warnings are warnings, all others errors`() throws {
        #expect(GenesisIssue.singleValidator.severity == .warning)
        #expect(GenesisIssue.noValidators.severity == .error)
        #expect(GenesisIssue.payoffRises(from: "T1", to: "T2").severity == .warning)
        #expect(GenesisIssue.supplyOverflow.severity == .error)
    }

    @Test func `numbers at their extremes give issues, not traps`() throws {
        for value in [0, UInt64.max] {
            var genesis = try Sample.genesis()
            for path in GenesisTests.numbers64 { genesis[keyPath: path] = value }
            for path in GenesisTests.numbers32 { genesis[keyPath: path] = UInt32(truncatingIfNeeded: value) }
            genesis.proving.rewardUnit = .max
            genesis.chain.initialBaseFee = .max
            for index in genesis.validators.indices { genesis.validators[index].power = value }
            #expect(genesis.validate().contains { $0.severity == .error })
        }
    }
}
