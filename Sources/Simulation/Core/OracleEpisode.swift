import ByteCodec
import ChainTypes
import Consensus

/// One height of one engine, fed with what peers could send, in any order.
struct OracleEpisode {
    let committee: Committee
    let own: Int
    private(set) var core: ConsensusCore
    private(set) var oracle: NaiveOracle
    var random: SimulationRandom
    private var signState: SignState?
    private var queue: [ConsensusInput] = []
    private var wanted: [Bytes32] = []
    private static let hashes = (0..<3).map { Committee.block("\($0)") }
    private static let origins: [UInt32] = [0, 0, 1]
    /// Calm peers stay near the round, so that locks are met again; the others race on.
    private let isCalm: Bool

    enum Failure: Error { case unsignable(SignState.Answer), ownMessageRefused(SignedMessage) }

    init(committee: Committee, seed: UInt64) {
        self.committee = committee
        random = SimulationRandom(seed: seed)
        isCalm = random.percent(60)
        own = random.index(committee.count)
        core = committee.core(own)
        oracle = NaiveOracle(committee: committee, own: own, height: 1)
    }

    mutating func feed(_ input: ConsensusInput) throws {
        oracle.learn(input)
        let effects = core.step(input)
        try oracle.replay(effects, core: core)
        for effect in effects {
            switch effect {
            case .sign(let request): try sign(request)
            case .buildProposal(_, let round):
                queue.append(.proposedValue(round: round, blockHash: random.pick(Self.hashes)))
            case .requestBlock(let hash):
                wanted.append(hash)
                if isCalm { queue.append(contentsOf: answers(hash)) }
            default: break
            }
        }
    }

    /// As a replica does it: ask, sign, record, feed back.
    private mutating func sign(_ request: SigningRequest) throws {
        let answer = signState?.maySign(request) ?? .allowed
        guard answer == .allowed else { throw Failure.unsignable(answer) }
        let signed = committee.sign(request, own)
        signState = .recording(signed, for: request, after: signState)
        guard let input = committee.input(signed.message) else { throw Failure.ownMessageRefused(signed) }
        queue.append(input)
    }

    mutating func next() -> ConsensusInput? {
        switch random.index(100) {
        case 0..<25: queue.isEmpty ? nil : queue.removeFirst()
        case 25..<38: blockAnswer()
        case 38..<46: .timeout(random.pick([.propose, .prevote, .precommit]), height: 1, round: nearRound())
        case 46..<56: proposal()
        case 56..<60: quorum()
        default: vote()
        }
    }

    private mutating func nearRound() -> UInt32 {
        let offset =
            isCalm
            ? random.pick([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -1])
            : random.pick([0, 0, 0, 0, 0, 0, 1, 1, 2, 4, -1, -1, -2])
        return UInt32(max(0, Int(core.round) + offset))
    }

    private mutating func blockAnswer() -> ConsensusInput? {
        wanted.isEmpty ? nil : random.pick(answers(random.pick(wanted)))
    }

    /// The last block is rarely valid; a block is rarely late.
    private mutating func answers(_ hash: Bytes32) -> [ConsensusInput] {
        guard let index = Self.hashes.firstIndex(of: hash) else { return [.blockInvalid(blockHash: hash)] }
        let isValid = index != 2 || random.percent(30)
        return [
            .blockAvailable(blockHash: hash, originRound: Self.origins[index], timely: !random.percent(10)),
            isValid ? .blockValid(blockHash: hash) : .blockInvalid(blockHash: hash),
        ]
    }

    private mutating func other() -> Int { (own + 1 + random.index(committee.count - 1)) % committee.count }

    private mutating func vote() -> ConsensusInput? {
        let value = random.percent(30) ? nil : Self.hashes[random.pick([0, 0, 0, 1, 1, 2])]
        let type: VoteType = random.pick([.prevote, .prevote, .precommit])
        return committee.input(.vote(committee.vote(other(), type, nearRound(), value)))
    }

    private mutating func proposal() -> ConsensusInput? {
        let round = isCalm ? core.round : nearRound()
        let proposer = committee.proposer(round)
        guard proposer != own else { return nil }
        var validRound = random.percent(50) || round == 0 ? nil : UInt32(random.index(Int(round) + 1))
        if validRound != nil, let locked = core.locked, locked.round < round, random.percent(60) {
            validRound = random.pick([locked.round, round - 1])
        }
        let hash = random.pick(Self.hashes)
        if let validRound, validRound < round, random.percent(60) {
            let polka = committee.polka((0..<committee.count).filter { $0 != own }, validRound, hash)
            if let input = committee.input(.polka(polka)) { queue.append(input) }
        }
        return committee.input(.proposal(committee.proposal(proposer, round, hash, validRound: validRound)))
    }

    private mutating func quorum() -> ConsensusInput? {
        let others = (0..<committee.count).filter { $0 != own }
        let round = nearRound()
        let hash = random.pick(Self.hashes)
        return random.percent(90)
            ? committee.input(.polka(committee.polka(others, round, hash)))
            : committee.input(.certificate(committee.certificate(others, round, hash)))
    }
}
