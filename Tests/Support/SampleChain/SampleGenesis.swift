package import ByteCodec
package import ChainTypes
package import Cryptography
package import Replica
import SystemState

/// A genesis with known keys: one validator, users with money, provers. Windows are a few blocks.
package enum SampleGenesis {
    package static let chainId: UInt64 = 7_117
    package static let balance: UInt128 = 1_000 * Unit.cairn
    package static let stake: UInt128 = 500 * Unit.cairn
    package static let userCount = 8
    package static let timestamp: UInt64 = 1_700_000_000_000

    /// The key that a name stands for.
    package static func key(_ name: String) -> SecretKey {
        guard let key = try? SecretKey(Keccak256.hash(utf8: "sample chain: \(name)").bytes) else {
            preconditionFailure("the hash of \(name) is no key")
        }
        return key
    }

    package static func user(_ index: Int) -> SecretKey { key("user \(index)") }
    package static func operatorKey(_ index: Int) -> SecretKey { key("operator \(index)") }
    package static func owner(_ index: Int) -> Address { key("owner \(index)").publicKey.address }
    package static func recipient(_ index: Int) -> Address { key("recipient \(index)").publicKey.address }

    package static let validator: ValidatorKeys = {
        guard let keys = try? ValidatorKeys(seed: Keccak256.hash(utf8: "sample chain: validator").bytes) else {
            preconditionFailure("the validator's seed is no key")
        }
        return keys
    }()

    package static var proposer: Address { validator.address }

    package static let gas = GasSchedule(
        transfer: 21_000, calldataZeroByte: 4, calldataNonZeroByte: 16, accessListAddress: 2_400,
        accessListKey: 1_900, accountCreation: 25_000, systemCall: 40_000, provingBase: 50_000, payloadByte: 2,
        provingWeight: 750)

    package static let chain = ChainParameters(
        gasLimit: 30_000_000, initialBaseFee: Unit.gwei, minBaseFee: Unit.gwei, elasticity: 2,
        baseFeeChangeDenominator: 8, maxOperationsPerBlock: 64, blockIntervalMilliseconds: 1_000, gas: gas)

    package static let proving = ProvingParameters(
        preset: .devnet, proofProfile: "insecure-test", maxInstanceLogHeight: 8, maxInstances: 16,
        maxOperationsPerJob: 64, subBlockOperations: 64, maxSubBlocks: 8, proversPerProof: 200, proversPerAggProof: 5,
        redundancy: 2, minSelected: 2,
        maxConcurrentJobs: 2, windows: PhaseWindows(t1: 4, t1Extension: 3, t2: 4, t3: 4, t4: 2, t5: 2, aggProof: 4),
        minWindowBlocks: 2, earlyAdvance: true, maxFullProofsPerPhase: 4, maxAttempts: 3,
        rewardUnit: 1_000_000_000_000_000, rewards: .source, maxIssuancePerJob: 0, openReward: 20,
        openRewardStep: 1, openRewardCap: 200, penaltyInvalidProof: Unit.cairn, minimumStake: 100 * Unit.cairn,
        activationDelay: 2, unbondingBlocks: 5, missesToJail: 50, jailWindow: 200, unjailDelay: 3,
        historyBase: 100, historyCap: 100, proofRetention: 1_000, jobRetention: 200,
        proofBytesPerBlock: 1 << 24, verifyBudgetPerBlock: 64)

    package static func make(provers: Int = 4, _ change: (inout Genesis) -> Void = { _ in }) -> Genesis {
        let keys = validator
        var genesis = Genesis(
            chainId: chainId, timestamp: timestamp, isDevnet: true,
            accounts: (0..<userCount).map { Account(address: user($0).publicKey.address, balance: balance) },
            validators: [
                Validator(
                    address: keys.address, signingKey: keys.signing.publicKey, vrfKey: keys.vrf.publicKey, power: 1)
            ],
            provers: (0..<provers).map {
                GenesisProver(
                    owner: owner($0), operatorKey: operatorKey($0).publicKey.address, recipient: recipient($0),
                    stake: stake)
            },
            chain: chain, proving: proving)
        change(&genesis)
        return genesis
    }
}

extension SecretKey {
    package var address: Address { publicKey.address }

    /// A signed EIP-1559 transaction of the sample chain.
    package func transaction(
        nonce: UInt64, to: Address?, value: UInt128 = 0, data: [UInt8] = [], gasLimit: UInt64 = 200_000,
        tip: UInt128 = Unit.gwei, maxFee: UInt128 = 100 * Unit.gwei
    ) throws -> VerifiedTransaction {
        try OrdinaryTransaction(
            kind: .dynamicFee, chainId: SampleGenesis.chainId, nonce: nonce, maxPriorityFeePerGas: tip,
            maxFeePerGas: maxFee, gasLimit: gasLimit, to: to, value: value, data: data
        ).sign(with: self)
    }

    /// A signed proving transaction of the sample chain over `payload`.
    package func proving(
        _ job: Bytes32, _ phase: ProvingPhase, _ payload: [UInt8], tip: UInt128 = Unit.gwei,
        maxFee: UInt128 = 100 * Unit.gwei
    ) throws -> VerifiedTransaction {
        try ProvingTransaction(
            chainId: SampleGenesis.chainId, jobId: job, phase: phase, maxPriorityFeePerGas: tip,
            maxFeePerGas: maxFee, payloadDigest: Payload.digest(of: payload), payloadLength: UInt32(payload.count)
        ).sign(with: self)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the seed is the whole schedule.
package struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64
    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    package mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}
