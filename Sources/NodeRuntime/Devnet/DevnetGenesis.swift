package import ChainTypes
package import Cryptography
package import Replica

/// A prover of a devnet with both its keys.
package struct DevnetProver: Sendable {
    package var owner: SecretKey
    package var operatorKey: SecretKey
}

/// A devnet that can start: its genesis and the keys of all who act in it.
package struct DevnetGenesis: Sendable {
    package var genesis: Genesis
    package var validators: [ValidatorKeys]
    package var provers: [DevnetProver]

    /// Stake of each prover at the start.
    package static let stake = 1_000 * Unit.cairn
    /// What each owner holds at the start, to pay for its calls.
    package static let ownerBalance = 100 * Unit.cairn

    /// Completes a template with public keys (`DevnetKeys`): validators of equal power, and provers that each stake
    /// 1,000 CAIRN, are paid to their owner, and whose owner holds 100 CAIRN.
    ///
    /// - Parameters:
    ///   - blockIntervalMilliseconds: nil keeps the template's.
    ///   - timestamp: of the genesis, in milliseconds since 1970.
    package static func make(
        template: Genesis, validators: Int, provers: Int, blockIntervalMilliseconds: UInt64? = nil, timestamp: UInt64
    ) throws -> DevnetGenesis {
        var genesis = template
        genesis.timestamp = timestamp
        if let blockIntervalMilliseconds { genesis.chain.blockIntervalMilliseconds = blockIntervalMilliseconds }
        let validatorKeys = try (0..<max(validators, 0)).map(DevnetKeys.validator)
        genesis.validators = validatorKeys.map {
            Validator(
                address: $0.address, signingKey: $0.signing.publicKey, vrfKey: $0.vrf.publicKey, power: 1)
        }
        let proverKeys = try (0..<max(provers, 0)).map {
            DevnetProver(owner: try DevnetKeys.key(.owner, $0), operatorKey: try DevnetKeys.key(.operator, $0))
        }
        genesis.provers = proverKeys.map {
            GenesisProver(
                owner: $0.owner.publicKey.address, operatorKey: $0.operatorKey.publicKey.address,
                recipient: $0.owner.publicKey.address, stake: stake)
        }
        genesis.accounts += genesis.provers.map { Account(address: $0.owner, balance: ownerBalance) }
        return DevnetGenesis(genesis: genesis, validators: validatorKeys, provers: proverKeys)
    }
}
