package import ByteCodec
package import ChainTypes

/// Where all money came from and went, in wei.
package struct Supply: Hashable, Sendable {
    /// Balances and stakes of the genesis.
    package var genesis: UInt128
    /// Rewards since then.
    package var minted: UInt128
    /// Base fees, penalties and slashed stake since then.
    package var burned: UInt128

    package init(genesis: UInt128, minted: UInt128 = 0, burned: UInt128 = 0) {
        self.genesis = genesis
        self.minted = minted
        self.burned = burned
    }
}

/// The provers that a job's selection chose from, encoded.
package struct RosterRecord: Hashable, Sendable {
    /// The job's number.
    package var job: UInt64
    /// Encoding of the roster, whose digest is `Job.rosterDigest` (`Docs/Spec/Market.md`).
    package var bytes: [UInt8]

    package init(job: UInt64, bytes: [UInt8]) {
        self.job = job
        self.bytes = bytes
    }
}

/// Everything that is not an account: stakes, claims, jobs, validators. A value; a copy is cheap until it is written.
package struct SystemState: Sendable {
    /// One stored row: its key, and its value or nil when the row is gone.
    package typealias Change = (key: [UInt8], value: [UInt8]?)

    /// Fixed for the life of the chain; not a record.
    package let genesis: Genesis
    /// Last executed block; while one is executed, that one.
    package var height: UInt64 = 0
    /// RANDAO mix after block `height`.
    package var mix: Bytes32
    /// The highest block below which, itself included, everything is proven.
    package var provenHeight: UInt64 = 0
    /// Sums whose difference is all money there is (`checkConservation`).
    package var supply: Supply
    /// Number that the next job gets, from 1 on.
    package var nextJobNumber: UInt64 = 1

    /// Booked rewards, tips and returned stake by who may claim them.
    package var claimable = Table<Address, UInt128>(tag: .claimable)
    /// By owner.
    package var provers = Table<Address, Prover>(tag: .provers)
    /// Owner by operator key; a pending key is reserved here too.
    package var operators = Table<Address, Address>(tag: .operators)
    /// By number.
    package var jobs = Table<UInt64, Job>(tag: .jobs)
    /// Number by job id.
    package var jobNumbers = Table<Bytes32, UInt64>(tag: .jobNumbers)
    /// The validator sets by the first height at which each is in force; read them through `validators(at:)`.
    package var validatorSets = Table<UInt64, ValidatorSet>(tag: .validatorSets)
    /// Whoever has validator stake, by the address of the signing key.
    package var registeredValidators = Table<Address, RegisteredValidator>(tag: .registeredValidators)
    /// Address of the validator by owner.
    package var validatorOwners = Table<Address, Address>(tag: .validatorOwners)
    /// Validators that were punished for an equivocation, for ever.
    package var tombstones = Table<Address, Tombstone>(tag: .tombstones)
    /// Blocks with operations that are not proven, by height.
    package var unproven = Table<UInt64, UnprovenBlock>(tag: .unproven)

    /// What the selections of block `height` chose from. No record of the state: `Job.rosterDigest` binds each, and the
    /// node keeps them beside the block.
    package var rosters: [RosterRecord] = []

    /// Scalar records as they were last taken.
    var takenScalars: [[UInt8]] = []

    /// The state before block 1. `mix` is the genesis mix.
    package init(genesis: Genesis, mix: Bytes32 = .zero) throws(SystemStateError) {
        guard let validators = ValidatorSet(genesis.validators) else { throw .invalidValidators }
        self.genesis = genesis
        self.mix = mix
        validatorSets[0] = validators
        self.supply = Supply(genesis: 0)
        var total: UInt128 = 0
        var validatorStakes: [UInt128] = []
        for validator in genesis.validators {
            guard let stake = genesis.validating.stake(ofPower: validator.power) else { throw .supplyOverflow }
            validatorStakes.append(stake)
        }
        for amount in genesis.accounts.map(\.balance) + genesis.provers.map(\.stake) + validatorStakes {
            let (sum, overflow) = total.addingReportingOverflow(amount)
            guard !overflow else { throw .supplyOverflow }
            total = sum
        }
        supply = Supply(genesis: total)
        for (validator, stake) in zip(genesis.validators, validatorStakes) {
            registeredValidators[validator.address] = RegisteredValidator(
                signingKey: validator.signingKey, vrfKey: validator.vrfKey, owner: validator.address,
                recipient: validator.address, stake: stake, registeredAt: 0, activeFrom: 1)
            validatorOwners[validator.address] = validator.address
        }
        for entry in genesis.provers {
            guard !provers.contains(entry.owner), !operators.contains(entry.operatorKey) else {
                throw .duplicateProver
            }
            provers[entry.owner] = Prover(
                owner: entry.owner, operatorKey: entry.operatorKey, recipient: entry.recipient, stake: entry.stake,
                registeredAt: 0, activeFrom: 1)
            operators[entry.operatorKey] = entry.owner
        }
    }

    /// The genesis's parameters of the proving market.
    package var parameters: ProvingParameters { genesis.proving }

    /// The prover whose operator key signs now; a key that is only pending signs nothing.
    package func prover(operatedBy key: Address) -> Prover? {
        guard let owner = operators[key], let prover = provers[owner], prover.operatorKey == key else { return nil }
        return prover
    }

    /// Nil for an id that no kept job has.
    package func job(id: Bytes32) -> Job? {
        jobNumbers[id].flatMap { jobs[$0] }
    }
}
