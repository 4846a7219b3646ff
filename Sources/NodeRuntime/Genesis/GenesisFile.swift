package import ChainTypes
import JSONRPC

/// The genesis file: strict JSON, documented field by field in `Genesis/README.md`.
package enum GenesisFile {
    /// Reads a complete genesis. Whether its numbers make sense is `Genesis.validate()`'s to say.
    package static func parse(_ bytes: [UInt8]) throws(GenesisFileError) -> Genesis {
        try read(bytes, isTemplate: false)
    }

    /// Reads a genesis whose `timestamp` may be missing (0 then): a devnet puts in its own, with its validators.
    package static func parseTemplate(_ bytes: [UInt8]) throws(GenesisFileError) -> Genesis {
        try read(bytes, isTemplate: true)
    }

    /// An account takes five values; no list of accounts is refused for its length here.
    private static var limits: JSONLimits {
        var limits = JSONLimits()
        limits.values = .max
        return limits
    }

    private static func read(_ bytes: [UInt8], isTemplate: Bool) throws(GenesisFileError) -> Genesis {
        let document: JSONValue
        do {
            document = try JSONParser.parse(bytes, limits: limits)
        } catch {
            let path = JSONPlace.path(at: error.offset, in: bytes)
            guard error.reason != .duplicateKey else { throw .duplicate(path: path) }
            let place = JSONPlace.line(at: error.offset, in: bytes)
            throw .malformed(path: path, "\(error.reason.rawValue) at line \(place.line), byte \(place.column)")
        }
        var root = try GenesisFields(document, path: "")
        let chainId: UInt64 = try root.integer("chainId")
        let timestamp: UInt64 = isTemplate && !root.contains("timestamp") ? 0 : try root.integer("timestamp")
        let genesis = Genesis(
            chainId: chainId, timestamp: timestamp, isDevnet: try root.bool("isDevnet"),
            accounts: try root.objects("accounts") { fields throws(GenesisFileError) in try account(&fields) },
            validators: try root.objects("validators") { fields throws(GenesisFileError) in try validator(&fields) },
            provers: try root.objects("provers") { fields throws(GenesisFileError) in try prover(&fields) },
            chain: try root.object("chain") { fields throws(GenesisFileError) in try chain(&fields) },
            proving: try root.object("proving") { fields throws(GenesisFileError) in try proving(&fields) },
            validating: try root.object("validating") { fields throws(GenesisFileError) in try validating(&fields) })
        try root.finish()
        return genesis
    }

    private static func account(_ fields: inout GenesisFields) throws(GenesisFileError) -> Account {
        Account(
            address: try fields.address("address"), nonce: fields.contains("nonce") ? try fields.integer("nonce") : 0,
            balance: try fields.wei("balance"))
    }

    private static func validator(_ fields: inout GenesisFields) throws(GenesisFileError) -> Validator {
        Validator(
            address: try fields.address("address"), signingKey: try fields.signingKey("signingKey"),
            vrfKey: try fields.vrfKey("vrfKey"), power: try fields.integer("power"))
    }

    private static func prover(_ fields: inout GenesisFields) throws(GenesisFileError) -> GenesisProver {
        GenesisProver(
            owner: try fields.address("owner"), operatorKey: try fields.address("operatorKey"),
            recipient: try fields.address("recipient"), stake: try fields.wei("stake"))
    }

    private static func chain(_ fields: inout GenesisFields) throws(GenesisFileError) -> ChainParameters {
        ChainParameters(
            gasLimit: try fields.integer("gasLimit"), initialBaseFee: try fields.wei("initialBaseFee"),
            minBaseFee: try fields.wei("minBaseFee"), elasticity: try fields.integer("elasticity"),
            baseFeeChangeDenominator: try fields.integer("baseFeeChangeDenominator"),
            maxOperationsPerBlock: try fields.integer("maxOperationsPerBlock"),
            blockIntervalMilliseconds: try fields.integer("blockIntervalMilliseconds"),
            gas: try fields.object("gas") { fields throws(GenesisFileError) in try gas(&fields) })
    }

    private static func gas(_ fields: inout GenesisFields) throws(GenesisFileError) -> GasSchedule {
        GasSchedule(
            transfer: try fields.integer("transfer"), calldataZeroByte: try fields.integer("calldataZeroByte"),
            calldataNonZeroByte: try fields.integer("calldataNonZeroByte"),
            accessListAddress: try fields.integer("accessListAddress"),
            accessListKey: try fields.integer("accessListKey"),
            accountCreation: try fields.integer("accountCreation"), systemCall: try fields.integer("systemCall"),
            provingBase: try fields.integer("provingBase"), payloadByte: try fields.integer("payloadByte"),
            provingWeight: try fields.integer("provingWeight"))
    }

    private static func proving(_ fields: inout GenesisFields) throws(GenesisFileError) -> ProvingParameters {
        let presetName = try fields.text("preset")
        guard let preset = RulesPreset(name: presetName) else {
            throw .wrongType(
                path: fields.path(of: "preset"), expected: "\"source\" or \"devnet\"", found: "\"\(presetName)\"")
        }
        return ProvingParameters(
            preset: preset, proofProfile: try fields.text("proofProfile"),
            maxInstanceLogHeight: try fields.integer("maxInstanceLogHeight"),
            maxInstances: try fields.integer("maxInstances"),
            maxOperationsPerJob: try fields.integer("maxOperationsPerJob"),
            subBlockOperations: try fields.integer("subBlockOperations"),
            maxSubBlocks: try fields.integer("maxSubBlocks"),
            proversPerProof: try fields.integer("proversPerProof"),
            proversPerAggProof: try fields.integer("proversPerAggProof"),
            redundancy: try fields.integer("redundancy"), minSelected: try fields.integer("minSelected"),
            maxConcurrentJobs: try fields.integer("maxConcurrentJobs"),
            windows: try fields.object("windows") { fields throws(GenesisFileError) in try windows(&fields) },
            minWindowBlocks: try fields.integer("minWindowBlocks"), earlyAdvance: try fields.bool("earlyAdvance"),
            maxFullProofsPerPhase: try fields.integer("maxFullProofsPerPhase"),
            maxAttempts: try fields.integer("maxAttempts"), rewardUnit: try fields.wei("rewardUnit"),
            rewards: try fields.object("rewards") { fields throws(GenesisFileError) in try rewards(&fields) },
            maxIssuancePerJob: try fields.wei("maxIssuancePerJob"), openReward: try fields.integer("openReward"),
            openRewardStep: try fields.integer("openRewardStep"), openRewardCap: try fields.integer("openRewardCap"),
            penaltyInvalidProof: try fields.wei("penaltyInvalidProof"),
            minimumStake: try fields.wei("minimumStake"), activationDelay: try fields.integer("activationDelay"),
            unbondingBlocks: try fields.integer("unbondingBlocks"), missesToJail: try fields.integer("missesToJail"),
            jailWindow: try fields.integer("jailWindow"), unjailDelay: try fields.integer("unjailDelay"),
            historyBase: try fields.integer("historyBase"), historyCap: try fields.integer("historyCap"),
            proofRetention: try fields.integer("proofRetention"), jobRetention: try fields.integer("jobRetention"),
            proofBytesPerBlock: try fields.integer("proofBytesPerBlock"),
            verifyBudgetPerBlock: try fields.integer("verifyBudgetPerBlock"))
    }

    private static func validating(
        _ fields: inout GenesisFields
    ) throws(GenesisFileError) -> ValidatorParameters {
        ValidatorParameters(
            powerUnit: try fields.wei("powerUnit"), minimumStake: try fields.wei("minimumStake"),
            maxValidators: try fields.integer("maxValidators"),
            activationDelay: try fields.integer("activationDelay"),
            unbondingBlocks: try fields.integer("unbondingBlocks"), evidenceAge: try fields.integer("evidenceAge"),
            equivocationPenalty: try fields.integer("equivocationPenalty"),
            missedProposalPenalty: try fields.wei("missedProposalPenalty"),
            missesToJail: try fields.integer("missesToJail"), jailWindow: try fields.integer("jailWindow"),
            unjailDelay: try fields.integer("unjailDelay"))
    }

    private static func windows(_ fields: inout GenesisFields) throws(GenesisFileError) -> PhaseWindows {
        PhaseWindows(
            t1: try fields.integer("t1"), t1Extension: try fields.integer("t1Extension"),
            t2: try fields.integer("t2"), t3: try fields.integer("t3"), t4: try fields.integer("t4"),
            t5: try fields.integer("t5"), aggProof: try fields.integer("aggProof"))
    }

    private static func rewards(_ fields: inout GenesisFields) throws(GenesisFileError) -> RewardTable {
        // Every field is overwritten: the table has no initialiser outside its module.
        var table = RewardTable.source
        table.rewardFullProofProverT1 = try fields.integer("rewardFullProofProverT1")
        table.rewardFullProofSenderT1 = try fields.integer("rewardFullProofSenderT1")
        table.rewardFullProofValidatorT1 = try fields.integer("rewardFullProofValidatorT1")
        table.rewardT1Validator = try fields.integer("rewardT1Validator")
        table.penaltyT1Prover = try fields.integer("penaltyT1Prover")
        table.rewardFullProofProverT2 = try fields.integer("rewardFullProofProverT2")
        table.rewardFullProofSenderT2 = try fields.integer("rewardFullProofSenderT2")
        table.rewardFullProofValidatorT2 = try fields.integer("rewardFullProofValidatorT2")
        table.rewardT2Prover = try fields.integer("rewardT2Prover")
        table.rewardT2Validator = try fields.integer("rewardT2Validator")
        table.penaltyT2Prover = try fields.integer("penaltyT2Prover")
        table.t3 = try fields.object("t3") { fields throws(GenesisFileError) in try aggregation(&fields) }
        table.t4 = try fields.object("t4") { fields throws(GenesisFileError) in try aggregation(&fields) }
        table.t5 = try fields.object("t5") { fields throws(GenesisFileError) in try aggregation(&fields) }
        table.rewardAggProofProver = try fields.integer("rewardAggProofProver")
        table.rewardAggProofValidator = try fields.integer("rewardAggProofValidator")
        return table
    }

    private static func aggregation(_ fields: inout GenesisFields) throws(GenesisFileError) -> AggregationAmounts {
        AggregationAmounts(
            rewardProverReusing: try fields.integer("rewardProverReusing"),
            rewardProverReused: try fields.integer("rewardProverReused"),
            rewardProver: try fields.integer("rewardProver"),
            rewardValidator: try fields.integer("rewardValidator"),
            penaltyProver: try fields.integer("penaltyProver"),
            penaltyProverNotReused: try fields.integer("penaltyProverNotReused"))
    }
}

extension RulesPreset {
    /// Name in files and answers.
    package var name: String { "\(self)" }

    init?(name: String) {
        switch name {
        case RulesPreset.source.name: self = .source
        case RulesPreset.devnet.name: self = .devnet
        default: return nil
        }
    }
}
