import ByteCodec
package import ChainTypes
import Circuits
package import Cryptography
package import Replica
import STARKCore
import SystemState

/// A genesis with known keys, small enough that a cluster starts in milliseconds: validators of given powers, users
/// with money, no provers (`ProvingLab` is about those).
package struct SimulatedChain: Sendable {
    package static let chainId: UInt64 = 7_118
    package static let maxNodes = 200
    package static let userCount = 6
    package static let timestamp: UInt64 = 1_700_000_000_000

    package let genesis: Genesis
    /// Keys of the validators, in the order of the powers given, then of those who may join.
    package let keys: [ValidatorKeys]
    /// The validators at genesis.
    let genesisSet: ValidatorSet
    let disk: SimulatedDisk

    package enum Failure: Error { case badGenesis, noProfile }

    /// With `joiners` the owners of all validators have money to stake, and what left is free again soon.
    package init(powers: [UInt64], joiners: Int = 0, proving: ProvingParameters = .small) throws {
        keys = Array(Self.validatorKeys.prefix(powers.count + joiners))
        var accounts = Self.users.map { Account(address: $0.publicKey.address, balance: 1_000 * Unit.cairn) }
        if joiners > 0 {
            accounts += keys.map { Account(address: $0.address, balance: 100_000 * Unit.cairn) }
        }
        let validators = zip(keys, powers).map { keys, power in
            Validator(
                address: keys.address, signingKey: keys.signing.publicKey, vrfKey: keys.vrf.publicKey, power: power)
        }
        genesis = Genesis(
            chainId: Self.chainId, timestamp: Self.timestamp, isDevnet: true, accounts: accounts,
            validators: validators, provers: [], chain: .small, proving: proving,
            validating: Self.validating(hasChurn: joiners > 0))
        guard let set = ValidatorSet(validators) else { throw Failure.badGenesis }
        genesisSet = set
        disk = try SimulatedDisk(genesis: genesis)
    }

    /// One verifier for all nodes of all clusters: it depends on the proof profile alone.
    package static let checker: ProofChecker = {
        guard let parameters = ProofParameters.named(ProvingParameters.small.proofProfile),
            let program = try? BlockProgram(parameters: parameters)
        else { preconditionFailure("the simulation's proof profile is one of those that are built in") }
        return ProofChecker(program: program)
    }()

    static let validatorKeys: [ValidatorKeys] = (0..<maxNodes).map { index in
        guard let keys = try? ValidatorKeys(seed: Keccak256.hash(utf8: "simulated validator \(index)").bytes) else {
            preconditionFailure("the seed of validator \(index) is no key")
        }
        return keys
    }

    package static let users: [SecretKey] = (0..<userCount).map { key("user \($0)") }

    /// The name under which a node is known to its peers.
    static let nodeAddresses: [Address] = (0..<maxNodes).map { key("node \($0)").publicKey.address }

    /// The key that a name stands for.
    static func key(_ name: String) -> SecretKey {
        guard let key = try? SecretKey(Keccak256.hash(utf8: "simulated chain: \(name)").bytes) else {
            preconditionFailure("the hash of \(name) is no key")
        }
        return key
    }

    /// A missed proposal costs nothing: a crash must not change who holds a third. An equivocation expels.
    private static func validating(hasChurn: Bool) -> ValidatorParameters {
        var parameters = ValidatorParameters.devnet
        parameters.missedProposalPenalty = 0
        parameters.missesToJail = 0
        parameters.maxValidators = UInt32(maxNodes)
        if hasChurn { (parameters.evidenceAge, parameters.unbondingBlocks) = (8, 10) }
        return parameters
    }
}
