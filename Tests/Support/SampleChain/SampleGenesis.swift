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
            chain: .small, proving: .small)
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
