package import ByteCodec

/// How the literal source and the devnet preset differ, as named switches (`Docs/Spec/Presets.md`).
package enum RulesPreset: UInt8, Hashable, Sendable {
    /// The source's rules and numbers taken literally.
    case source = 0
    /// The literal reading's holes closed.
    case devnet = 1
}

/// Rewards and penalties of one of the aggregation phases T3, T4, T5, in reward units. Names are the source's.
package struct AggregationAmounts: Hashable, Sendable {
    /// To the sender of a full proof for each other prover whose submission it reuses, shared by the proofs' number.
    package var rewardProverReusing: UInt64
    /// To a prover for its submission, times the share of the phase's full proofs that are others' and reuse it.
    package var rewardProverReused: UInt64
    /// To the sender of each valid full proof; under preset `devnet` for its share of instances proven inline.
    package var rewardProver: UInt64
    /// To the validator that included it, for each valid full proof.
    package var rewardValidator: UInt64
    /// From a selected prover without a valid full proof in the phase (`devnet`: only after a default in T2).
    package var penaltyProver: UInt64
    /// From a prover with a submission, times the share of the phase's full proofs that are others' and leave it out.
    package var penaltyProverNotReused: UInt64
    package init(
        rewardProverReusing: UInt64, rewardProverReused: UInt64, rewardProver: UInt64, rewardValidator: UInt64,
        penaltyProver: UInt64, penaltyProverNotReused: UInt64
    ) {
        self.rewardProverReusing = rewardProverReusing
        self.rewardProverReused = rewardProverReused
        self.rewardProver = rewardProver
        self.rewardValidator = rewardValidator
        self.penaltyProver = penaltyProver
        self.penaltyProverNotReused = penaltyProverNotReused
    }
}

/// Every amount of the source under its own name, in reward units; penalties are given as positive numbers.
package struct RewardTable: Hashable, Sendable {
    /// To each selected prover when a full proof lands in T1 (`devnet`: committers and the sender).
    package var rewardFullProofProverT1: UInt64
    /// To its sender, on top.
    package var rewardFullProofSenderT1: UInt64
    /// To the validator that included it.
    package var rewardFullProofValidatorT1: UInt64
    /// To the including validator, for each commitment, when T1 has no full proof.
    package var rewardT1Validator: UInt64
    /// From a selected prover without a commitment in T1, when T1 has no full proof.
    package var penaltyT1Prover: UInt64
    /// To each selected prover when a full proof lands in T2 (`devnet`: those that submitted and the sender).
    package var rewardFullProofProverT2: UInt64
    /// To its sender, on top.
    package var rewardFullProofSenderT2: UInt64
    /// To the validator that included it.
    package var rewardFullProofValidatorT2: UInt64
    /// To a prover for its valid submission, when no full proof won before T3 and one came or could have come.
    package var rewardT2Prover: UInt64
    /// To the including validator, for each submission that is rewarded.
    package var rewardT2Validator: UInt64
    /// From a prover that owed partial proofs in T2 and sent no valid submission, in the same case.
    package var penaltyT2Prover: UInt64
    /// Amounts of a full proof in T3.
    package var t3: AggregationAmounts
    /// Amounts of a full proof in T4.
    package var t4: AggregationAmounts
    /// Amounts of a full proof in T5.
    package var t5: AggregationAmounts
    /// REWARD_AGG_PROOF_PROVER: to an aggregator of a split block (`Docs/Spec/SubBlocks.md`).
    package var rewardAggProofProver: UInt64
    /// REWARD_AGG_PROOF_VALIDATOR: to the including validator, for each valid AggProof.
    package var rewardAggProofValidator: UInt64

    /// The numbers of the source; `rewardT2Prover`, used there and never defined, is 20.
    package static let source = RewardTable(
        rewardFullProofProverT1: 9000, rewardFullProofSenderT1: 50, rewardFullProofValidatorT1: 1000,
        rewardT1Validator: 3, penaltyT1Prover: 1, rewardFullProofProverT2: 8000, rewardFullProofSenderT2: 40,
        rewardFullProofValidatorT2: 900, rewardT2Prover: 20, rewardT2Validator: 3, penaltyT2Prover: 3,
        t3: AggregationAmounts(
            rewardProverReusing: 40, rewardProverReused: 40, rewardProver: 50, rewardValidator: 1, penaltyProver: 1,
            penaltyProverNotReused: 1),
        t4: AggregationAmounts(
            rewardProverReusing: 30, rewardProverReused: 30, rewardProver: 40, rewardValidator: 1, penaltyProver: 2,
            penaltyProverNotReused: 1),
        t5: AggregationAmounts(
            rewardProverReusing: 20, rewardProverReused: 20, rewardProver: 40, rewardValidator: 1, penaltyProver: 4,
            penaltyProverNotReused: 1),
        rewardAggProofProver: 50, rewardAggProofValidator: 3)
}

/// Lengths of the phases' windows, in blocks.
package struct PhaseWindows: Hashable, Sendable {
    /// Commitments.
    package var t1: UInt64
    /// The second T1 window, for instances that nobody committed.
    package var t1Extension: UInt64
    /// Partial proofs.
    package var t2: UInt64
    /// Full proofs: the first of the three aggregation phases.
    package var t3: UInt64
    /// Opened when T3 ended without a proof.
    package var t4: UInt64
    /// Opened when T4 ended without a proof; after it the attempt has failed.
    package var t5: UInt64
    /// For the proof over a block's sub-blocks.
    package var aggProof: UInt64
    package init(
        t1: UInt64, t1Extension: UInt64, t2: UInt64, t3: UInt64, t4: UInt64, t5: UInt64, aggProof: UInt64
    ) {
        self.t1 = t1
        self.t1Extension = t1Extension
        self.t2 = t2
        self.t3 = t3
        self.t4 = t4
        self.t5 = t5
        self.aggProof = aggProof
    }
}

/// Parameters of the proving market. All amounts that are not in reward units are wei; all times are blocks.
package struct ProvingParameters: Hashable, Sendable {
    /// Which reading of the source's rules is in force.
    package var preset: RulesPreset
    /// Name of the proof-parameter profile; a node refuses one under 100 bits unless it is named here.
    package var proofProfile: String
    /// log2 of the largest instance height in use.
    package var maxInstanceLogHeight: UInt8
    /// Instances of one job, 1 ... `Limits.maxInstancesPerJob`.
    package var maxInstances: UInt32
    /// Account operations of one job, 1 ... `Limits.maxOperationsPerJob`.
    package var maxOperationsPerJob: UInt32
    /// A block with more account operations is split into sub-blocks of so many, the last one of fewer, each proven by
    /// a job of its own. A power of two, so that the sub-blocks' operations trees are subtrees of the block's.
    package var subBlockOperations: UInt32
    /// Sub-blocks of one block, at most.
    package var maxSubBlocks: UInt32
    /// PROVERS_PER_PROOF.
    package var proversPerProof: UInt32
    /// PROVERS_PER_AGGPROOF.
    package var proversPerAggProof: UInt32
    /// Provers that each instance is dealt to, at least 1.
    package var redundancy: UInt32
    /// Provers without which no job opens, 1 ... `proversPerProof`.
    package var minSelected: UInt32
    /// Jobs that run at once; proven and open ones and aggregations do not count.
    package var maxConcurrentJobs: UInt32
    /// Lengths by genesis; a phase is longer when its payloads need more blocks (`PhaseLoad`).
    package var windows: PhaseWindows
    /// Blocks below which no window is, so that a proposer cannot censor a whole one.
    package var minWindowBlocks: UInt64
    /// A phase ends as soon as nothing more can arrive in it.
    package var earlyAdvance: Bool
    /// Valid full proofs that T3, T4 and T5 each take.
    package var maxFullProofsPerPhase: UInt32
    /// Attempts by selected provers before a job is open to all.
    package var maxAttempts: UInt32
    /// Wei of one reward unit; at least 1.
    package var rewardUnit: UInt128
    /// In reward units.
    package var rewards: RewardTable
    /// 0 = no cap.
    package var maxIssuancePerJob: UInt128
    /// Reward units for the proof of an open job in the first block of the open phase.
    package var openReward: UInt64
    /// Reward units that every further block adds.
    package var openRewardStep: UInt64
    /// Reward units at which the rise ends; not below `openReward`.
    package var openRewardCap: UInt64
    /// Wei burned from a prover's stake for an invalid payload.
    package var penaltyInvalidProof: UInt128
    /// Wei of active stake without which no prover is selected or registered.
    package var minimumStake: UInt128
    /// Blocks until a registration, top-up, key change, resuming or unjailing takes effect.
    package var activationDelay: UInt64
    /// Blocks from leaving, or from the end of the prover's last job after it, to `withdraw`.
    package var unbondingBlocks: UInt64
    /// Misses (no commitment, or a default in T2) within `jailWindow` that jail; 0 never jails.
    package var missesToJail: UInt32
    /// Blocks over which misses are counted.
    package var jailWindow: UInt64
    /// Blocks from jailing to the earliest `unjail`.
    package var unjailDelay: UInt64
    /// Selection weight = base + min(cap, history).
    package var historyBase: UInt32
    /// The most history that counts, in valid submissions (``HistoryScore`` of ProvingRules).
    package var historyCap: UInt32
    /// Blocks for which a payload is kept after the last transaction that brought it (`Docs/Spec/Retention.md`).
    package var proofRetention: UInt64
    /// Blocks for which a closed job stays in the state.
    package var jobRetention: UInt64
    /// Bytes of declared payloads in one block, 1 ... `Limits.maxBlockPayloadBytes`.
    package var proofBytesPerBlock: UInt64
    /// Partial proofs that one block may ask to be verified, at least 1.
    package var verifyBudgetPerBlock: UInt64

    package init(
        preset: RulesPreset, proofProfile: String, maxInstanceLogHeight: UInt8, maxInstances: UInt32,
        maxOperationsPerJob: UInt32, subBlockOperations: UInt32, maxSubBlocks: UInt32, proversPerProof: UInt32,
        proversPerAggProof: UInt32, redundancy: UInt32, minSelected: UInt32, maxConcurrentJobs: UInt32,
        windows: PhaseWindows, minWindowBlocks: UInt64,
        earlyAdvance: Bool, maxFullProofsPerPhase: UInt32, maxAttempts: UInt32, rewardUnit: UInt128,
        rewards: RewardTable, maxIssuancePerJob: UInt128, openReward: UInt64, openRewardStep: UInt64,
        openRewardCap: UInt64, penaltyInvalidProof: UInt128, minimumStake: UInt128, activationDelay: UInt64,
        unbondingBlocks: UInt64, missesToJail: UInt32, jailWindow: UInt64, unjailDelay: UInt64, historyBase: UInt32,
        historyCap: UInt32, proofRetention: UInt64, jobRetention: UInt64, proofBytesPerBlock: UInt64,
        verifyBudgetPerBlock: UInt64
    ) {
        self.preset = preset
        self.proofProfile = proofProfile
        self.maxInstanceLogHeight = maxInstanceLogHeight
        self.maxInstances = maxInstances
        self.maxOperationsPerJob = maxOperationsPerJob
        self.subBlockOperations = subBlockOperations
        self.maxSubBlocks = maxSubBlocks
        self.proversPerProof = proversPerProof
        self.proversPerAggProof = proversPerAggProof
        self.redundancy = redundancy
        self.minSelected = minSelected
        self.maxConcurrentJobs = maxConcurrentJobs
        self.windows = windows
        self.minWindowBlocks = minWindowBlocks
        self.earlyAdvance = earlyAdvance
        self.maxFullProofsPerPhase = maxFullProofsPerPhase
        self.maxAttempts = maxAttempts
        self.rewardUnit = rewardUnit
        self.rewards = rewards
        self.maxIssuancePerJob = maxIssuancePerJob
        self.openReward = openReward
        self.openRewardStep = openRewardStep
        self.openRewardCap = openRewardCap
        self.penaltyInvalidProof = penaltyInvalidProof
        self.minimumStake = minimumStake
        self.activationDelay = activationDelay
        self.unbondingBlocks = unbondingBlocks
        self.missesToJail = missesToJail
        self.jailWindow = jailWindow
        self.unjailDelay = unjailDelay
        self.historyBase = historyBase
        self.historyCap = historyCap
        self.proofRetention = proofRetention
        self.jobRetention = jobRetention
        self.proofBytesPerBlock = proofBytesPerBlock
        self.verifyBudgetPerBlock = verifyBudgetPerBlock
    }
}

/// Prices of what a transaction does, in gas.
package struct GasSchedule: Hashable, Sendable {
    /// Base of every ordinary transaction (Ethereum: 21,000).
    package var transfer: UInt64
    /// A zero byte of call data (EIP-2028: 4).
    package var calldataZeroByte: UInt64
    /// Any other byte of call data (EIP-2028: 16).
    package var calldataNonZeroByte: UInt64
    /// An address in an access list (EIP-2930: 2,400).
    package var accessListAddress: UInt64
    /// A storage key in an access list (EIP-2930: 1,900).
    package var accessListKey: UInt64
    /// Appending a leaf to the account tree.
    package var accountCreation: UInt64
    /// Any call of a system contract, on top of the base.
    package var systemCall: UInt64
    /// Base of a proving transaction.
    package var provingBase: UInt64
    /// Per byte of declared payload.
    package var payloadByte: UInt64
    /// A unit of proving weight (``OperationWeight``). It is no price on top: the base of a transaction must cover the
    /// weight of all the account operations that it can make, which `Genesis.validate()` sees to.
    package var provingWeight: UInt64
    package init(
        transfer: UInt64, calldataZeroByte: UInt64, calldataNonZeroByte: UInt64, accessListAddress: UInt64,
        accessListKey: UInt64, accountCreation: UInt64, systemCall: UInt64, provingBase: UInt64, payloadByte: UInt64,
        provingWeight: UInt64
    ) {
        self.transfer = transfer
        self.calldataZeroByte = calldataZeroByte
        self.calldataNonZeroByte = calldataNonZeroByte
        self.accessListAddress = accessListAddress
        self.accessListKey = accessListKey
        self.accountCreation = accountCreation
        self.systemCall = systemCall
        self.provingBase = provingBase
        self.payloadByte = payloadByte
        self.provingWeight = provingWeight
    }
}

/// Parameters of blocks and fees.
package struct ChainParameters: Hashable, Sendable {
    /// Gas of one block, at least `gas.transfer`.
    package var gasLimit: UInt64
    /// Wei per gas in block 1; not below `minBaseFee`.
    package var initialBaseFee: UInt128
    /// Wei per gas below which the base fee never falls.
    package var minBaseFee: UInt128
    /// EIP-1559: gas target = gasLimit / elasticity.
    package var elasticity: UInt64
    /// EIP-1559: at most 1/denominator of change per block.
    package var baseFeeChangeDenominator: UInt64
    /// Account operations of one block; builders stop at it.
    package var maxOperationsPerBlock: UInt32
    /// From a block's timestamp to the start of the next height, 1 ms to a day.
    package var blockIntervalMilliseconds: UInt64
    /// Prices in gas.
    package var gas: GasSchedule
    package init(
        gasLimit: UInt64, initialBaseFee: UInt128, minBaseFee: UInt128, elasticity: UInt64,
        baseFeeChangeDenominator: UInt64, maxOperationsPerBlock: UInt32, blockIntervalMilliseconds: UInt64,
        gas: GasSchedule
    ) {
        self.gasLimit = gasLimit
        self.initialBaseFee = initialBaseFee
        self.minBaseFee = minBaseFee
        self.elasticity = elasticity
        self.baseFeeChangeDenominator = baseFeeChangeDenominator
        self.maxOperationsPerBlock = maxOperationsPerBlock
        self.blockIntervalMilliseconds = blockIntervalMilliseconds
        self.gas = gas
    }
}

/// A prover that exists from the start, active at height 1.
package struct GenesisProver: Hashable, Sendable {
    /// Identity of the prover: withdraws and changes the other keys. Unique.
    package var owner: Address
    /// Signs proving transactions. Unique.
    package var operatorKey: Address
    /// Whose claims the rewards become.
    package var recipient: Address
    /// Wei, at least `proving.minimumStake`.
    package var stake: UInt128
    package init(owner: Address, operatorKey: Address, recipient: Address, stake: UInt128) {
        self.owner = owner
        self.operatorKey = operatorKey
        self.recipient = recipient
        self.stake = stake
    }
}

/// A chain's beginning: everything that its nodes must agree on. Its hash is the parent hash of block 1's parent.
package struct Genesis: Hashable, Sendable {
    /// EIP-155 chain id, not 0.
    package var chainId: UInt64
    /// Milliseconds since 1970.
    package var timestamp: UInt64
    /// Test tools (faults, faucets, misbehaving strategies) are allowed on this chain.
    package var isDevnet: Bool
    /// In the order of their leaves; balances count into the supply.
    package var accounts: [Account]
    /// In force at height 1. Each owns itself, is its own recipient, and has `validating.powerUnit` of stake for each
    /// unit of power.
    package var validators: [Validator]
    /// At most `Limits.maxProvers`; their stakes count into the supply.
    package var provers: [GenesisProver]
    /// Blocks and fees.
    package var chain: ChainParameters
    /// The proving market.
    package var proving: ProvingParameters
    /// Stake, sets and penalties of validators.
    package var validating: ValidatorParameters
    package init(
        chainId: UInt64, timestamp: UInt64, isDevnet: Bool, accounts: [Account], validators: [Validator],
        provers: [GenesisProver], chain: ChainParameters, proving: ProvingParameters,
        validating: ValidatorParameters = .devnet
    ) {
        self.chainId = chainId
        self.timestamp = timestamp
        self.isDevnet = isDevnet
        self.accounts = accounts
        self.validators = validators
        self.provers = provers
        self.chain = chain
        self.proving = proving
        self.validating = validating
    }
}
