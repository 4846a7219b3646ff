import ByteCodec
package import ChainTypes
import Cryptography
import SystemState

/// Genesis and parameters of the lab's chains.
package enum LabGenesis {
    package static let chainId: UInt64 = 20_263

    /// The devnet's parameters with its amounts; windows as on the devnet, a phase ends early.
    package static func parameters(_ preset: RulesPreset) -> ProvingParameters {
        ProvingParameters(
            preset: preset, proofProfile: "A", maxInstanceLogHeight: 11, maxInstances: 64, maxOperationsPerJob: 512,
            subBlockOperations: 256, maxSubBlocks: 8,
            proversPerProof: 200, proversPerAggProof: 5, redundancy: 2, minSelected: 2, maxConcurrentJobs: 4,
            windows: PhaseWindows(t1: 6, t1Extension: 4, t2: 8, t3: 8, t4: 6, t5: 6, aggProof: 6), minWindowBlocks: 2,
            earlyAdvance: true, maxFullProofsPerPhase: 4, maxAttempts: 4, rewardUnit: Unit.cairn / 1_000,
            rewards: .source, maxIssuancePerJob: 0, openReward: 20, openRewardStep: 1, openRewardCap: 200,
            penaltyInvalidProof: Unit.cairn, minimumStake: 100 * Unit.cairn, activationDelay: 4,
            unbondingBlocks: 50, missesToJail: 5, jailWindow: 200, unjailDelay: 20, historyBase: 100,
            historyCap: 100, proofRetention: 5_000, jobRetention: 60, proofBytesPerBlock: 1 << 24,
            verifyBudgetPerBlock: 4_096)
    }

    static func make(
        parameters: ProvingParameters, provers: Int, stake: UInt128, balance: UInt128
    ) -> Genesis {
        let seed = Keccak256.hash(utf8: "cairn lab validator").bytes
        var validators: [Validator] = []
        if let key = try? SecretKey(seed).publicKey, let vrf = try? VRFSecretKey(validatorSeed: seed).publicKey {
            validators = [Validator(address: key.address, signingKey: key, vrfKey: vrf, power: 1)]
        }
        let gas = GasSchedule(
            transfer: 21_000, calldataZeroByte: 4, calldataNonZeroByte: 16, accessListAddress: 2_400,
            accessListKey: 1_900, accountCreation: 25_000, systemCall: 40_000, provingBase: 50_000, payloadByte: 2,
            provingWeight: 750)
        return Genesis(
            chainId: chainId, timestamp: 0, isDevnet: true, accounts: [Account(address: .zero, balance: balance)],
            validators: validators,
            provers: (0..<provers).map {
                GenesisProver(
                    owner: LabKeys.owner($0), operatorKey: LabKeys.operatorKey($0), recipient: LabKeys.recipient($0),
                    stake: stake)
            },
            chain: ChainParameters(
                gasLimit: 30_000_000, initialBaseFee: 1_000_000_000, minBaseFee: 1_000_000_000, elasticity: 2,
                baseFeeChangeDenominator: 8, maxOperationsPerBlock: 512, blockIntervalMilliseconds: 1_000, gas: gas),
            proving: parameters)
    }
}
