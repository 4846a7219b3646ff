package import ByteCodec
package import ChainTypes
package import Consensus
package import Cryptography
import Replica

/// A validator set whose keys are held here, in the order of the set. Signatures are deterministic and verdicts on
/// them depend on the message alone, so each is made once and checked once, however many nodes hear it.
package final class Committee {
    package static let chainId: UInt64 = 7_007

    package enum Failure: Error { case badSet }

    private struct VoteContent: Hashable {
        var index: Int
        var type: VoteType
        var height: UInt64
        var round: UInt32
        var blockHash: Bytes32?
    }

    package let set: ValidatorSet
    package let keys: [SecretKey]
    private var votes: [VoteContent: Vote] = [:]
    private var inputs: [ConsensusMessage: ConsensusInput] = [:]
    private var proposers: [UInt64: [UInt32: Int]] = [:]
    /// A core that has heard nothing: it verifies for all others of its height.
    private var reader: ConsensusCore
    /// Entries kept; a full cache is emptied.
    private static let capacity = 200_000

    package init(powers: [UInt64]) throws {
        var members: [(validator: Validator, key: SecretKey)] = []
        for (index, power) in powers.enumerated() {
            let seed = Keccak256.hash(utf8: "consensus test validator \(index)").bytes
            let key = try SecretKey(seed)
            let vrf = try VRFSecretKey(validatorSeed: seed).publicKey
            let validator = Validator(
                address: key.publicKey.address, signingKey: key.publicKey, vrfKey: vrf, power: power)
            members.append((validator, key))
        }
        members.sort { $0.validator.address < $1.validator.address }
        guard let set = ValidatorSet(members.map(\.validator)) else { throw Failure.badSet }
        self.set = set
        keys = members.map(\.key)
        reader = Self.makeCore(set, own: nil, height: 1, signState: nil)
    }

    package var count: Int { keys.count }
    package func address(_ index: Int) -> Address { set.validators[index].address }
    package func power(_ index: Int) -> UInt64 { set.validators[index].power }

    // MARK: Saying

    package func vote(
        _ index: Int, _ type: VoteType, _ round: UInt32, _ hash: Bytes32?, height: UInt64 = 1
    ) -> Vote {
        let content = VoteContent(index: index, type: type, height: height, round: round, blockHash: hash)
        if let known = votes[content] { return known }
        let vote = Vote.signed(
            type: type, height: height, round: round, blockHash: hash, chainId: Self.chainId, key: keys[index])
        if votes.count >= Self.capacity { votes = [:] }
        votes[content] = vote
        return vote
    }

    package func proposal(
        _ index: Int, _ round: UInt32, _ hash: Bytes32, validRound: UInt32? = nil, height: UInt64 = 1
    ) -> Proposal {
        .signed(
            height: height, round: round, validRound: validRound, blockHash: hash, chainId: Self.chainId,
            key: keys[index])
    }

    /// The signed form of a request of the member, as its key makes it.
    package func sign(_ request: SigningRequest, _ index: Int) -> SignedMessage {
        guard case .vote(let type, let round, let hash) = request.content else {
            return request.signed(chainId: Self.chainId, key: keys[index])
        }
        return .vote(vote(index, type, round, hash, height: request.height))
    }

    /// Index of who proposes in a round.
    package func proposer(_ round: UInt32, height: UInt64 = 1) -> Int {
        if let known = proposers[height]?[round] { return known }
        let index = set.index(of: Proposer.select(set, height: height, round: round).address) ?? 0
        if proposers.count >= Self.capacity { proposers = [:] }
        proposers[height, default: [:]][round] = index
        return index
    }

    /// Signatures of the members given, in slots of the set.
    package func slots(
        _ type: VoteType, _ members: [Int], _ round: UInt32, _ hash: Bytes32, height: UInt64 = 1
    ) -> [RecoverableSignature?] {
        (0..<count).map { members.contains($0) ? vote($0, type, round, hash, height: height).signature : nil }
    }

    package func polka(_ members: [Int], _ round: UInt32, _ hash: Bytes32, height: UInt64 = 1) -> PolkaCertificate {
        PolkaCertificate(
            height: height, round: round, blockHash: hash,
            signatures: slots(.prevote, members, round, hash, height: height))
    }

    package func certificate(_ members: [Int], _ round: UInt32, _ hash: Bytes32, height: UInt64 = 1) -> Certificate {
        Certificate(
            height: height, round: round, blockHash: hash,
            signatures: slots(.precommit, members, round, hash, height: height))
    }

    // MARK: Hearing

    package func core(_ own: Int?, height: UInt64 = 1, signState: SignState? = nil) -> ConsensusCore {
        Self.makeCore(set, own: own.map { address($0) }, height: height, signState: signState)
    }

    private static func makeCore(
        _ set: ValidatorSet, own: Address?, height: UInt64, signState: SignState?
    ) -> ConsensusCore {
        ConsensusCore(
            height: height, chainId: chainId, validators: set, own: own, timeouts: .standard, signState: signState)
    }

    /// What a core of the message's height makes of it; nil when it is refused. A repeated message is let through:
    /// the core itself knows it again.
    package func input(_ message: ConsensusMessage) -> ConsensusInput? {
        if let known = inputs[message] { return known }
        if reader.height != message.height {
            reader = Self.makeCore(set, own: nil, height: message.height, signState: nil)
        }
        let verified: ConsensusInput? =
            switch message {
            case .proposal(let proposal): (try? reader.verified(proposal)).map { .proposal($0) }
            case .vote(let vote): (try? reader.verified(vote)).map { .vote($0) }
            case .polka(let polka): (try? reader.verified(polka)).map { .polka($0) }
            case .certificate(let certificate): (try? reader.verified(certificate)).map { .certificate($0) }
            }
        if inputs.count >= Self.capacity { inputs = [:] }
        if let verified { inputs[message] = verified }
        return verified
    }

    /// The hash that stands for a block in runs where no block is needed.
    package static func block(_ name: String) -> Bytes32 { Keccak256.hash(utf8: "block \(name)") }
}
