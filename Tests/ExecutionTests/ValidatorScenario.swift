import ByteCodec
import ChainTypes
import Cryptography
import Execution
import SampleChain
import SystemState
import Testing

/// A chain of nothing but the validators' rules, driven block by block. The key of each index is fixed.
struct ValidatorScenario {
    struct Keys {
        var signing: SecretKey
        var vrf: VRFSecretKey
        var address: Address { signing.publicKey.address }
    }

    static let unit = ValidatorParameters.devnet.powerUnit
    static let rules = ValidatorParameters(
        powerUnit: unit, minimumStake: unit / 10, maxValidators: 5, activationDelay: 3, unbondingBlocks: 12,
        evidenceAge: 8, equivocationPenalty: 500, missedProposalPenalty: 7, missesToJail: 3, jailWindow: 20,
        unjailDelay: 4)

    static func keys(_ index: Int) throws -> Keys {
        let seed = Keccak256.hash(utf8: "validator scenario \(index)").bytes
        return Keys(signing: try SecretKey(seed), vrf: try VRFSecretKey(validatorSeed: seed))
    }

    static func owner(_ index: Int) -> Address { SampleGenesis.key("validator owner \(index)").publicKey.address }
    static func recipient(_ index: Int) -> Address { SampleGenesis.key("validator payee \(index)").publicKey.address }

    var state: SystemState
    /// What all accounts hold together: stakes come from there.
    var accounts: UInt128
    /// The events of the last block.
    private(set) var events: [ValidatorEvent] = []

    /// Genesis validators have the indices of `powers`; each owns itself.
    init(powers: [UInt64], _ change: (inout ValidatorParameters) -> Void = { _ in }) throws {
        var rules = Self.rules
        change(&rules)
        let validators = try powers.enumerated().map { index, power in
            let keys = try Self.keys(index)
            return Validator(
                address: keys.address, signingKey: keys.signing.publicKey, vrfKey: keys.vrf.publicKey, power: power)
        }
        let genesis = SampleGenesis.make {
            $0.validating = rules
            $0.validators = validators
            // Enough for every stake that a test brings.
            $0.accounts[0].balance = 1_000_000 * Self.unit
        }
        state = try SystemState(genesis: genesis)
        accounts = genesis.accounts.reduce(0) { $0 + $1.balance }
    }

    func set(_ height: UInt64) throws -> ValidatorSet { try #require(state.validators(at: height)) }
    func address(_ index: Int) throws -> Address { try Self.keys(index).address }
    func validator(_ index: Int) throws -> RegisteredValidator {
        try #require(state.registeredValidators[try address(index)])
    }

    /// Executes a block: penalties, then `calls`, then the election; checks that no money was made or lost.
    mutating func block(
        originRound: UInt32 = 0, evidence: [Equivocation] = [],
        _ calls: (inout ValidatorScenario) throws -> Void = { _ in }
    ) throws {
        let verified = try EvidenceRules.verify(evidence, at: state.height + 1, state: state)
        state.height += 1
        events = ValidatorPenalties.punish(verified, state: &state)
        events += ValidatorPenalties.chargeMissedProposals(originRound: originRound, state: &state)
        try calls(&self)
        events += ValidatorElection.closeBlock(&state)
        try state.checkConservation(accountsTotal: accounts)
    }

    mutating func blocks(_ count: Int) throws {
        for _ in 0..<count { try block() }
    }

    /// A call of the contract by `owner`; a refusal changes nothing.
    @discardableResult
    mutating func call(_ call: ValidatorCall, by owner: Address, value: UInt128 = 0) -> ValidatorRefusal? {
        let root = state.rootNow
        switch call.apply(owner: owner, value: value, state: &state) {
        case .success(let event):
            accounts -= value
            events.append(event)
            return nil
        case .failure(let refusal):
            #expect(state.rootNow == root)
            return refusal
        }
    }

    func registration(
        _ index: Int, owner: Address? = nil, _ change: (inout ValidatorRegistry.Registration) -> Void = { _ in }
    ) throws -> ValidatorCall {
        let keys = try Self.keys(index)
        let (signature, proof) = try ValidatorRegistration.prove(
            signing: keys.signing, vrf: keys.vrf, chainId: state.genesis.chainId, owner: owner ?? Self.owner(index))
        var registration = ValidatorRegistry.Registration(
            signingKey: keys.signing.publicKey.compressed, signature: signature.bytes,
            vrfKey: keys.vrf.publicKey.compressed, vrfProof: proof, recipient: Self.recipient(index))
        change(&registration)
        return .register(registration)
    }

    mutating func register(_ index: Int, stake: UInt128 = unit) -> ValidatorRefusal? {
        guard let registration = try? registration(index) else {
            Issue.record("validator \(index) cannot prove possession of its keys")
            return nil
        }
        return call(registration, by: Self.owner(index), value: stake)
    }

    /// Two prevotes of one round, or two proposals.
    func equivocation(
        _ index: Int, height: UInt64, round: UInt32 = 0, _ type: VoteType? = .prevote, chainId: UInt64? = nil
    ) throws -> Equivocation {
        let key = try Self.keys(index).signing
        let chainId = chainId ?? state.genesis.chainId
        let hashes = ["left", "right"].map { Keccak256.hash(utf8: $0) }
        guard let type else {
            let pair = hashes.map {
                Proposal.signed(
                    height: height, round: round, validRound: nil, blockHash: $0, chainId: chainId, key: key)
            }
            return Equivocation.proposals(pair[0], pair[1]).canonical
        }
        let pair = hashes.map {
            Vote.signed(type: type, height: height, round: round, blockHash: $0, chainId: chainId, key: key)
        }
        return Equivocation.votes(pair[0], pair[1]).canonical
    }
}

extension SystemState {
    var rootNow: Bytes32 {
        var copy = self
        return copy.root()
    }
}
