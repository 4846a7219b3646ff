import ByteCodec
import ChainTypes
import Cryptography
import Testing

@Suite struct GenesisTests {
    @Test func `the sample has no issues`() throws { #expect(try Sample.genesis().validate() == []) }

    /// Every leaf of the structure must be in the hash: as many changes as fields, each giving another hash.
    @Test func `each field changes the hash`() throws {
        let genesis = try Sample.genesis()
        var hashes: Set<Bytes32> = [genesis.hash]
        func expectChange(_ change: (inout Genesis) -> Void) {
            var changed = genesis
            change(&changed)
            #expect(hashes.insert(changed.hash).inserted)
        }
        let other = Sample.address("other")
        let changes: [(inout Genesis) -> Void] = [
            { $0.chainId += 1 }, { $0.timestamp += 1 }, { $0.isDevnet.toggle() }, { $0.accounts.removeLast() },
            { $0.accounts[0].address = other }, { $0.accounts[0].nonce += 1 }, { $0.accounts[0].balance += 1 },
            { $0.accounts.swapAt(0, 1) }, { $0.validators[0].address = other }, { $0.validators[0].power += 1 },
            { $0.validators[0].signingKey = $0.validators[1].signingKey },
            { $0.validators[0].vrfKey = $0.validators[1].vrfKey }, { $0.provers[0].owner = other },
            { $0.provers[0].operatorKey = other }, { $0.provers[0].recipient = other }, { $0.provers[0].stake += 1 },
            { $0.chain.initialBaseFee += 1 }, { $0.chain.minBaseFee += 1 },
            { $0.chain.maxOperationsPerBlock += 1 }, { $0.proving.preset = .source },
            { $0.proving.proofProfile += "x" }, { $0.proving.maxInstanceLogHeight += 1 },
            { $0.proving.earlyAdvance.toggle() }, { $0.proving.rewardUnit += 1 },
            { $0.proving.maxIssuancePerJob += 1 }, { $0.proving.penaltyInvalidProof += 1 },
            { $0.proving.minimumStake += 1 }, { $0.validating.powerUnit += 1 }, { $0.validating.minimumStake += 1 },
            { $0.validating.missedProposalPenalty += 1 },
        ]
        for change in changes { expectChange(change) }
        for path in Self.numbers64 { expectChange { $0[keyPath: path] += 1 } }
        for path in Self.numbers32 { expectChange { $0[keyPath: path] += 1 } }
    }

    /// Counted by reflection, so that a field added later fails here until it is hashed.
    @Test func `no field is left out of the hash`() throws {
        func leaves(_ value: Any) -> Int {
            let children = Mirror(reflecting: value).children
            if value is RulesPreset || value is String || value is UInt128 || children.isEmpty { return 1 }
            return children.reduce(0) { $0 + leaves($1.value) }
        }
        func strings(_ item: RLPItem) -> Int {
            guard case .list(let items) = item else { return 1 }
            return items.reduce(0) { $0 + strings($1) }
        }
        let genesis = try Sample.genesis()
        guard case .list(let items) = try RLPItem(decoding: genesis.encoded), items.count == 9 else {
            throw MalformedVector(text: "genesis")
        }
        #expect(Mirror(reflecting: genesis).children.count == 9)
        #expect(strings(items[6]) == leaves(genesis.chain))
        #expect(strings(items[7]) == leaves(genesis.proving))
        #expect(strings(items[8]) == leaves(genesis.validating))
    }

    private static var aggregations: [WritableKeyPath<Genesis, AggregationAmounts>] {
        [\.proving.rewards.t3, \.proving.rewards.t4, \.proving.rewards.t5]
    }

    static var numbers64: [WritableKeyPath<Genesis, UInt64>] {
        [
            \.chain.gasLimit, \.chain.elasticity, \.chain.baseFeeChangeDenominator, \.chain.blockIntervalMilliseconds,
            \.chain.gas.transfer, \.chain.gas.calldataZeroByte, \.chain.gas.calldataNonZeroByte,
            \.chain.gas.accessListAddress, \.chain.gas.accessListKey, \.chain.gas.accountCreation,
            \.chain.gas.systemCall, \.chain.gas.provingBase, \.chain.gas.payloadByte, \.chain.gas.provingWeight,
            \.proving.windows.aggProof, \.proving.windows.t1,
            \.proving.windows.t1Extension, \.proving.windows.t2, \.proving.windows.t3, \.proving.windows.t4,
            \.proving.windows.t5, \.proving.minWindowBlocks, \.proving.openReward, \.proving.openRewardStep,
            \.proving.openRewardCap, \.proving.activationDelay, \.proving.unbondingBlocks, \.proving.jailWindow,
            \.proving.unjailDelay, \.proving.proofRetention, \.proving.jobRetention, \.proving.proofBytesPerBlock,
            \.proving.verifyBudgetPerBlock, \.validating.activationDelay, \.validating.unbondingBlocks,
            \.validating.evidenceAge, \.validating.jailWindow, \.validating.unjailDelay,
            \.proving.rewards.rewardFullProofProverT1,
            \.proving.rewards.rewardFullProofSenderT1, \.proving.rewards.rewardFullProofValidatorT1,
            \.proving.rewards.rewardT1Validator, \.proving.rewards.penaltyT1Prover,
            \.proving.rewards.rewardFullProofProverT2, \.proving.rewards.rewardFullProofSenderT2,
            \.proving.rewards.rewardFullProofValidatorT2, \.proving.rewards.rewardT2Prover,
            \.proving.rewards.rewardT2Validator, \.proving.rewards.penaltyT2Prover,
            \.proving.rewards.rewardAggProofProver, \.proving.rewards.rewardAggProofValidator,
        ]
            + aggregations.flatMap { phase -> [WritableKeyPath<Genesis, UInt64>] in
                [
                    phase.appending(path: \.rewardProverReusing), phase.appending(path: \.rewardProverReused),
                    phase.appending(path: \.rewardProver), phase.appending(path: \.rewardValidator),
                    phase.appending(path: \.penaltyProver), phase.appending(path: \.penaltyProverNotReused),
                ]
            }
    }

    static var numbers32: [WritableKeyPath<Genesis, UInt32>] {
        [
            \.proving.maxInstances, \.proving.maxOperationsPerJob, \.proving.subBlockOperations, \.proving.maxSubBlocks,
            \.proving.proversPerProof,
            \.proving.proversPerAggProof, \.proving.redundancy, \.proving.minSelected, \.proving.maxConcurrentJobs,
            \.proving.maxFullProofsPerPhase, \.proving.maxAttempts, \.proving.missesToJail, \.proving.historyBase,
            \.proving.historyCap, \.validating.maxValidators, \.validating.equivocationPenalty,
            \.validating.missesToJail,
        ]
    }

    @Test func `the genesis header is of height 0 and binds the genesis`() throws {
        let genesis = try Sample.genesis()
        let root = try Sample.digest("accounts")
        let made = genesis.header(
            accountsRoot: root, systemRoot: Sample.word("system"), operationsDigest: Sample.word("none"))
        let header = try #require(made)
        #expect(header.height == 0)
        #expect(header.parentHash == genesis.hash)
        #expect(header.accountCount == 3)
        #expect(header.validatorsHash == genesis.validatorSet?.hash)
        #expect(try BlockHeader(decoding: header.encoded) == header)
        var empty = genesis
        empty.validators = []
        #expect(empty.header(accountsRoot: root, systemRoot: .zero, operationsDigest: .zero) == nil)
    }
}
