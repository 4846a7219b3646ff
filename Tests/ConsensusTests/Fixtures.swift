import ByteCodec
import ChainTypes
import Consensus
import Cryptography

/// SplitMix64 (Steele, Lea, Flood 2014): the seed is the whole schedule.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
    mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }
}

/// A validator set whose keys the tests hold, in the order of the set. Signatures are made once per content.
final class Committee {
    static let chainId: UInt64 = 7_007
    let set: ValidatorSet
    let keys: [SecretKey]
    private var votes: [UnsignedMessage: [Int: Vote]] = [:]
    private var height: UInt64 = 0

    init(powers: [UInt64]) throws {
        var members: [(Validator, SecretKey)] = []
        for (i, power) in powers.enumerated() {
            let seed = Keccak256.hash(utf8: "consensus test validator \(i)").bytes
            let key = try SecretKey(seed)
            let vrf = try VRFSecretKey(validatorSeed: seed).publicKey
            let validator = Validator(
                address: key.publicKey.address, signingKey: key.publicKey, vrfKey: vrf, power: power)
            members.append((validator, key))
        }
        members.sort { $0.0.address < $1.0.address }
        guard let set = ValidatorSet(members.map(\.0)) else { throw FixtureError.badSet }
        self.set = set
        keys = members.map(\.1)
    }

    enum FixtureError: Error { case badSet }

    var count: Int { keys.count }
    func address(_ i: Int) -> Address { set.validators[i].address }
    func power(_ i: Int) -> UInt64 { set.validators[i].power }

    func vote(_ i: Int, _ type: VoteType, _ round: UInt32, _ hash: Bytes32?, height: UInt64 = 1) -> Vote {
        if height != self.height { votes = [:] }
        self.height = height
        let content = UnsignedMessage.vote(type, round: round, blockHash: hash)
        if let known = votes[content]?[i] { return known }
        let vote = Vote.signed(
            type: type, height: height, round: round, blockHash: hash, chainId: Self.chainId, key: keys[i])
        votes[content, default: [:]][i] = vote
        return vote
    }

    func proposal(
        _ i: Int, _ round: UInt32, _ hash: Bytes32, validRound: UInt32? = nil, height: UInt64 = 1
    ) -> Proposal {
        .signed(
            height: height, round: round, validRound: validRound, blockHash: hash, chainId: Self.chainId, key: keys[i])
    }

    func proposer(_ round: UInt32, height: UInt64 = 1) -> Int {
        set.index(of: Proposer.select(set, height: height, round: round).address) ?? 0
    }

    /// Signatures of the members given, in slots of the set.
    func slots(
        _ type: VoteType, _ members: [Int], _ round: UInt32, _ hash: Bytes32, height: UInt64 = 1
    ) -> [RecoverableSignature?] {
        (0..<count).map { members.contains($0) ? vote($0, type, round, hash, height: height).signature : nil }
    }

    func polka(_ members: [Int], _ round: UInt32, _ hash: Bytes32, height: UInt64 = 1) -> PolkaCertificate {
        PolkaCertificate(
            height: height, round: round, blockHash: hash,
            signatures: slots(.prevote, members, round, hash, height: height))
    }

    func certificate(_ members: [Int], _ round: UInt32, _ hash: Bytes32, height: UInt64 = 1) -> Certificate {
        Certificate(
            height: height, round: round, blockHash: hash,
            signatures: slots(.precommit, members, round, hash, height: height))
    }

    func core(_ own: Int?, height: UInt64 = 1, signState: SignState? = nil) -> ConsensusCore {
        ConsensusCore(
            height: height, chainId: Self.chainId, validators: set, own: own.map { address($0) }, timeouts: .standard,
            signState: signState)
    }
}

func block(_ name: String) -> Bytes32 { Keccak256.hash(utf8: "block \(name)") }

extension ConsensusCore {
    /// Verifies and feeds one message.
    mutating func receive(_ vote: Vote) throws -> [ConsensusEffect] { step(.vote(try verified(vote))) }
    mutating func receive(_ proposal: Proposal) throws -> [ConsensusEffect] {
        step(.proposal(try verified(proposal)))
    }
    mutating func receive(_ polka: PolkaCertificate) throws -> [ConsensusEffect] { step(.polka(try verified(polka))) }
    mutating func receive(_ certificate: Certificate) throws -> [ConsensusEffect] {
        step(.certificate(try verified(certificate)))
    }

    /// Answers all questions about a block: it is here and valid.
    mutating func supply(_ hash: Bytes32, originRound: UInt32) -> [ConsensusEffect] {
        step(.blockAvailable(blockHash: hash, originRound: originRound, timely: true))
            + step(.blockValid(blockHash: hash))
    }

    mutating func expire(_ kind: TimeoutKind, _ round: UInt32) -> [ConsensusEffect] {
        step(.timeout(kind, height: height, round: round))
    }
}

extension [ConsensusEffect] {
    /// What these effects ask to sign.
    var signing: [UnsignedMessage] {
        compactMap { if case .sign(let request) = $0 { request.content } else { nil } }
    }
    var requests: [SigningRequest] {
        compactMap { if case .sign(let request) = $0 { request } else { nil } }
    }
    var timers: [TimeoutKind] {
        compactMap { if case .scheduleTimeout(let kind, _, _, _) = $0 { kind } else { nil } }
    }
    var rounds: [UInt32] {
        compactMap { if case .enteredRound(let round) = $0 { round } else { nil } }
    }
    var decision: Bytes32? {
        compactMap { if case .decide(let hash, _, _) = $0 { hash } else { nil } }.first
    }
    var evidence: [Equivocation] {
        compactMap { if case .evidence(let pair) = $0 { pair } else { nil } }
    }
    var dismissals: [Dismissal] {
        compactMap { if case .dismissed(let reason) = $0 { reason } else { nil } }
    }
    var fault: ConsensusFault? {
        compactMap { if case .halt(let fault) = $0 { fault } else { nil } }.first
    }
}
