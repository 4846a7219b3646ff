import ByteCodec
package import ChainTypes
import Cryptography

extension GenesisFile {
    /// The file of a genesis, complete and in a fixed order, one record a line. `parse` gives the genesis back.
    package static func write(_ genesis: Genesis) -> String {
        let document = FileNode.object([
            ("chainId", .number(genesis.chainId)), ("timestamp", .number(genesis.timestamp)),
            ("isDevnet", .scalar(genesis.isDevnet ? "true" : "false")),
            ("accounts", .array(genesis.accounts.map(node))),
            ("chain", node(genesis.chain)), ("proving", node(genesis.proving)),
            ("validating", node(genesis.validating)),
            ("validators", .array(genesis.validators.map(node))),
            ("provers", .array(genesis.provers.map(node))),
        ])
        return document.rendered(indent: "") + "\n"
    }

    private static func node(_ account: Account) -> FileNode {
        let nonce: [(String, FileNode)] = account.nonce == 0 ? [] : [("nonce", .number(account.nonce))]
        return .line([("address", .text("\(account.address)"))] + nonce + [("balance", .wei(account.balance))])
    }

    private static func node(_ validator: Validator) -> FileNode {
        .line([
            ("address", .text("\(validator.address)")),
            ("signingKey", .text(Hex.encode(validator.signingKey.compressed))),
            ("vrfKey", .text(Hex.encode(validator.vrfKey.compressed))), ("power", .number(validator.power)),
        ])
    }

    private static func node(_ prover: GenesisProver) -> FileNode {
        .line([
            ("owner", .text("\(prover.owner)")), ("operatorKey", .text("\(prover.operatorKey)")),
            ("recipient", .text("\(prover.recipient)")), ("stake", .wei(prover.stake)),
        ])
    }

    private static func node(_ chain: ChainParameters) -> FileNode {
        .object([
            ("gasLimit", .number(chain.gasLimit)), ("initialBaseFee", .wei(chain.initialBaseFee)),
            ("minBaseFee", .wei(chain.minBaseFee)), ("elasticity", .number(chain.elasticity)),
            ("baseFeeChangeDenominator", .number(chain.baseFeeChangeDenominator)),
            ("maxOperationsPerBlock", .number(UInt64(chain.maxOperationsPerBlock))),
            ("blockIntervalMilliseconds", .number(chain.blockIntervalMilliseconds)),
            (
                "gas",
                .object([
                    ("transfer", .number(chain.gas.transfer)),
                    ("calldataZeroByte", .number(chain.gas.calldataZeroByte)),
                    ("calldataNonZeroByte", .number(chain.gas.calldataNonZeroByte)),
                    ("accessListAddress", .number(chain.gas.accessListAddress)),
                    ("accessListKey", .number(chain.gas.accessListKey)),
                    ("accountCreation", .number(chain.gas.accountCreation)),
                    ("systemCall", .number(chain.gas.systemCall)),
                    ("provingBase", .number(chain.gas.provingBase)),
                    ("payloadByte", .number(chain.gas.payloadByte)),
                    ("provingWeight", .number(chain.gas.provingWeight)),
                ])
            ),
        ])
    }

    private static func node(_ proving: ProvingParameters) -> FileNode {
        .object([
            ("preset", .text(proving.preset.name)), ("proofProfile", .text(proving.proofProfile)),
            ("maxInstanceLogHeight", .number(UInt64(proving.maxInstanceLogHeight))),
            ("maxInstances", .number(UInt64(proving.maxInstances))),
            ("maxOperationsPerJob", .number(UInt64(proving.maxOperationsPerJob))),
            ("subBlockOperations", .number(UInt64(proving.subBlockOperations))),
            ("maxSubBlocks", .number(UInt64(proving.maxSubBlocks))),
            ("proversPerProof", .number(UInt64(proving.proversPerProof))),
            ("proversPerAggProof", .number(UInt64(proving.proversPerAggProof))),
            ("redundancy", .number(UInt64(proving.redundancy))),
            ("minSelected", .number(UInt64(proving.minSelected))),
            ("maxConcurrentJobs", .number(UInt64(proving.maxConcurrentJobs))),
            ("windows", node(proving.windows)), ("minWindowBlocks", .number(proving.minWindowBlocks)),
            ("earlyAdvance", .scalar(proving.earlyAdvance ? "true" : "false")),
            ("maxFullProofsPerPhase", .number(UInt64(proving.maxFullProofsPerPhase))),
            ("maxAttempts", .number(UInt64(proving.maxAttempts))), ("rewardUnit", .wei(proving.rewardUnit)),
            ("rewards", node(proving.rewards)), ("maxIssuancePerJob", .wei(proving.maxIssuancePerJob)),
            ("openReward", .number(proving.openReward)), ("openRewardStep", .number(proving.openRewardStep)),
            ("openRewardCap", .number(proving.openRewardCap)),
            ("penaltyInvalidProof", .wei(proving.penaltyInvalidProof)),
            ("minimumStake", .wei(proving.minimumStake)), ("activationDelay", .number(proving.activationDelay)),
            ("unbondingBlocks", .number(proving.unbondingBlocks)),
            ("missesToJail", .number(UInt64(proving.missesToJail))), ("jailWindow", .number(proving.jailWindow)),
            ("unjailDelay", .number(proving.unjailDelay)), ("historyBase", .number(UInt64(proving.historyBase))),
            ("historyCap", .number(UInt64(proving.historyCap))), ("proofRetention", .number(proving.proofRetention)),
            ("jobRetention", .number(proving.jobRetention)),
            ("proofBytesPerBlock", .number(proving.proofBytesPerBlock)),
            ("verifyBudgetPerBlock", .number(proving.verifyBudgetPerBlock)),
        ])
    }

    private static func node(_ validating: ValidatorParameters) -> FileNode {
        .object([
            ("powerUnit", .wei(validating.powerUnit)), ("minimumStake", .wei(validating.minimumStake)),
            ("maxValidators", .number(UInt64(validating.maxValidators))),
            ("activationDelay", .number(validating.activationDelay)),
            ("unbondingBlocks", .number(validating.unbondingBlocks)),
            ("evidenceAge", .number(validating.evidenceAge)),
            ("equivocationPenalty", .number(UInt64(validating.equivocationPenalty))),
            ("missedProposalPenalty", .wei(validating.missedProposalPenalty)),
            ("missesToJail", .number(UInt64(validating.missesToJail))),
            ("jailWindow", .number(validating.jailWindow)), ("unjailDelay", .number(validating.unjailDelay)),
        ])
    }

    private static func node(_ windows: PhaseWindows) -> FileNode {
        .line([
            ("t1", .number(windows.t1)), ("t1Extension", .number(windows.t1Extension)), ("t2", .number(windows.t2)),
            ("t3", .number(windows.t3)), ("t4", .number(windows.t4)), ("t5", .number(windows.t5)),
            ("aggProof", .number(windows.aggProof)),
        ])
    }

    private static func node(_ rewards: RewardTable) -> FileNode {
        .object([
            ("rewardFullProofProverT1", .number(rewards.rewardFullProofProverT1)),
            ("rewardFullProofSenderT1", .number(rewards.rewardFullProofSenderT1)),
            ("rewardFullProofValidatorT1", .number(rewards.rewardFullProofValidatorT1)),
            ("rewardT1Validator", .number(rewards.rewardT1Validator)),
            ("penaltyT1Prover", .number(rewards.penaltyT1Prover)),
            ("rewardFullProofProverT2", .number(rewards.rewardFullProofProverT2)),
            ("rewardFullProofSenderT2", .number(rewards.rewardFullProofSenderT2)),
            ("rewardFullProofValidatorT2", .number(rewards.rewardFullProofValidatorT2)),
            ("rewardT2Prover", .number(rewards.rewardT2Prover)),
            ("rewardT2Validator", .number(rewards.rewardT2Validator)),
            ("penaltyT2Prover", .number(rewards.penaltyT2Prover)), ("t3", node(rewards.t3)), ("t4", node(rewards.t4)),
            ("t5", node(rewards.t5)), ("rewardAggProofProver", .number(rewards.rewardAggProofProver)),
            ("rewardAggProofValidator", .number(rewards.rewardAggProofValidator)),
        ])
    }

    private static func node(_ amounts: AggregationAmounts) -> FileNode {
        .line([
            ("rewardProverReusing", .number(amounts.rewardProverReusing)),
            ("rewardProverReused", .number(amounts.rewardProverReused)),
            ("rewardProver", .number(amounts.rewardProver)), ("rewardValidator", .number(amounts.rewardValidator)),
            ("penaltyProver", .number(amounts.penaltyProver)),
            ("penaltyProverNotReused", .number(amounts.penaltyProverNotReused)),
        ])
    }
}

/// A JSON document with its layout.
private indirect enum FileNode {
    case scalar(String)
    case array([FileNode])
    /// An object with a field a line.
    case object([(String, FileNode)])
    /// An object on one line.
    case line([(String, FileNode)])

    static func number(_ value: UInt64) -> FileNode { .scalar("\(value)") }
    static func wei(_ value: UInt128) -> FileNode { .scalar("\"\(value)\"") }

    /// A text of printable characters; the quotation mark and the backslash are escaped, control characters dropped.
    static func text(_ value: String) -> FileNode {
        var quoted = "\""
        for character in value.unicodeScalars where character.value >= 0x20 {
            if character == "\"" || character == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(character)
        }
        return .scalar(quoted + "\"")
    }

    func rendered(indent: String) -> String {
        let inner = indent + "  "
        switch self {
        case .scalar(let text): return text
        case .array(let items):
            guard !items.isEmpty else { return "[]" }
            return "[\n" + items.map { inner + $0.rendered(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let fields):
            let lines = fields.map { "\(inner)\"\($0.0)\": \($0.1.rendered(indent: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        case .line(let fields):
            return "{ " + fields.map { "\"\($0.0)\": \($0.1.rendered(indent: inner))" }.joined(separator: ", ") + " }"
        }
    }
}
