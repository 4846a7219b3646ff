import ByteCodec
package import ChainTypes
import Cryptography
import SystemState

/// Genesis and parameters of the lab's chains.
package enum LabGenesis {
    package static let chainId: UInt64 = 20_263

    /// The devnet's parameters with its amounts; windows as on the devnet, a phase ends early.
    package static func parameters(_ preset: RulesPreset) -> ProvingParameters {
        ProvingParameters.small.with {
            $0.preset = preset
            $0.proofProfile = "A"
            $0.maxInstanceLogHeight = 11
            $0.maxInstances = 64
            $0.maxOperationsPerJob = 512
            $0.subBlockOperations = 256
            $0.maxConcurrentJobs = 4
            $0.windows = PhaseWindows(t1: 6, t1Extension: 4, t2: 8, t3: 8, t4: 6, t5: 6, aggProof: 6)
            $0.maxAttempts = 4
            $0.activationDelay = 4
            $0.unbondingBlocks = 50
            $0.missesToJail = 5
            $0.unjailDelay = 20
            $0.proofRetention = 5_000
            $0.jobRetention = 60
            $0.verifyBudgetPerBlock = 4_096
        }
    }

    /// What a genesis with these parameters is refused or warned for.
    package static func issues(_ parameters: ProvingParameters) -> [GenesisIssue] {
        make(parameters: parameters, provers: 4, stake: parameters.minimumStake, balance: 0).validate()
    }

    static func make(
        parameters: ProvingParameters, provers: Int, stake: UInt128, balance: UInt128
    ) -> Genesis {
        let seed = Keccak256.hash(utf8: "cairn lab validator").bytes
        var validators: [Validator] = []
        if let key = try? SecretKey(seed).publicKey, let vrf = try? VRFSecretKey(validatorSeed: seed).publicKey {
            validators = [Validator(address: key.address, signingKey: key, vrfKey: vrf, power: 1)]
        }
        return Genesis(
            chainId: chainId, timestamp: 0, isDevnet: true, accounts: [Account(address: .zero, balance: balance)],
            validators: validators,
            provers: (0..<provers).map {
                GenesisProver(
                    owner: LabKeys.owner($0), operatorKey: LabKeys.operatorKey($0), recipient: LabKeys.recipient($0),
                    stake: stake)
            },
            chain: ChainParameters.small.with {
                $0.maxOperationsPerBlock = min(512, parameters.subBlockOperations * parameters.maxSubBlocks)
            },
            proving: parameters)
    }
}
