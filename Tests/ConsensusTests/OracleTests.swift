import ByteCodec
import ChainTypes
import Consensus
import Testing

/// The engine among three to six peers that say anything at all, compared with the oracle after every input.
struct OracleTests {
    private struct Episode {
        let committee: Committee
        let own: Int
        var core: ConsensusCore
        var oracle: NaiveOracle
        var random: SeededGenerator
        var signState: SignState?
        var queue: [ConsensusInput] = []
        var wanted: [Bytes32] = []
        let hashes: [Bytes32]
        let origins: [UInt32]
        /// Calm peers stay near the round, so that locks are met again; the others race on.
        let isCalm: Bool

        init(committee: Committee, seed: UInt64) {
            self.committee = committee
            random = SeededGenerator(seed: seed)
            isCalm = random.chance(60)
            own = random.below(committee.count)
            core = committee.core(own)
            oracle = NaiveOracle(committee: committee, own: own, height: 1)
            hashes = (0..<3).map { block("\($0)") }
            origins = [0, 0, 1]
        }

        mutating func feed(_ input: ConsensusInput) throws {
            oracle.learn(input)
            let effects = core.step(input)
            try oracle.replay(effects, core: core)
            for effect in effects {
                switch effect {
                case .sign(let request): try sign(request)
                case .buildProposal(_, let round):
                    queue.append(.proposedValue(round: round, blockHash: random.pick(hashes)))
                case .requestBlock(let hash):
                    wanted.append(hash)
                    if isCalm { queue.append(contentsOf: answers(hash)) }
                default: break
                }
            }
        }

        /// As a replica does it: ask, sign, record, feed back.
        private mutating func sign(_ request: SigningRequest) throws {
            if let signState { #expect(signState.maySign(request) == .allowed) }
            let signed = request.signed(chainId: Committee.chainId, key: committee.keys[own])
            signState = .recording(signed, for: request, after: signState)
            switch signed {
            case .proposal(let proposal): queue.append(.proposal(try core.verified(proposal)))
            case .vote(let vote): queue.append(.vote(try core.verified(vote)))
            }
        }

        mutating func next() throws -> ConsensusInput? {
            switch random.below(100) {
            case 0..<25: return queue.isEmpty ? nil : queue.removeFirst()
            case 25..<38: return blockAnswer()
            case 38..<46:
                return .timeout(random.pick([.propose, .prevote, .precommit]), height: 1, round: nearRound())
            case 46..<56: return try proposal()
            case 56..<60: return try quorum()
            default: return try vote()
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
            guard let index = hashes.firstIndex(of: hash) else { return [] }
            let isValid = index != 2 || random.chance(30)
            return [
                .blockAvailable(blockHash: hash, originRound: origins[index], timely: !random.chance(10)),
                isValid ? .blockValid(blockHash: hash) : .blockInvalid(blockHash: hash),
            ]
        }

        private mutating func other() -> Int {
            (own + 1 + random.below(committee.count - 1)) % committee.count
        }

        private mutating func vote() throws -> ConsensusInput? {
            let value = random.chance(30) ? nil : hashes[random.pick([0, 0, 0, 1, 1, 2])]
            let vote = committee.vote(
                other(), random.pick([.prevote, .prevote, .precommit]), nearRound(), value)
            return (try? core.verified(vote)).map { .vote($0) }
        }

        private mutating func proposal() throws -> ConsensusInput? {
            let round = isCalm ? core.round : nearRound()
            let proposer = committee.proposer(round)
            guard proposer != own else { return nil }
            var validRound = random.chance(50) || round == 0 ? nil : UInt32(random.below(Int(round) + 1))
            if validRound != nil, let locked = core.locked, locked.round < round, random.chance(60) {
                validRound = random.pick([locked.round, round - 1])
            }
            let hash = random.pick(hashes)
            if let validRound, validRound < round, random.chance(60) {
                let polka = committee.polka((0..<committee.count).filter { $0 != own }, validRound, hash)
                // One that is known already is a duplicate.
                if let verified = try? core.verified(polka) { queue.append(.polka(verified)) }
            }
            let made = committee.proposal(proposer, round, hash, validRound: validRound)
            return (try? core.verified(made)).map { .proposal($0) }
        }

        private mutating func quorum() throws -> ConsensusInput? {
            let others = (0..<committee.count).filter { $0 != own }
            let round = nearRound()
            let hash = random.pick(hashes)
            if random.chance(90) {
                return (try? core.verified(committee.polka(others, round, hash))).map { .polka($0) }
            }
            return (try? core.verified(committee.certificate(others, round, hash))).map { .certificate($0) }
        }
    }

    @Test("every action is allowed and no enabled rule is left", arguments: [4, 5, 7])
    func fastAndNaiveAgree(_ count: Int) throws {
        let powers: [UInt64] = count == 5 ? [5, 4, 3, 3, 1] : Array(repeating: 1, count: count)
        let committee = try Committee(powers: powers)
        var marks: [String: Int] = [:]
        var steps = 0
        for seed in UInt64(0)..<1_500 {
            var episode = Episode(committee: committee, seed: seed &* 31 &+ UInt64(count))
            let lead = episode.random.below(6)
            for turn in 0..<160 {
                do {
                    if turn == lead { try episode.feed(.start) }
                    guard let input = try episode.next() else { continue }
                    try episode.feed(input)
                    steps += 1
                } catch {
                    Issue.record("n \(count), seed \(seed), turn \(turn): \(error)")
                    return
                }
            }
            for (name, hits) in episode.oracle.marks { marks[name, default: 0] += hits }
        }
        #expect(steps >= 90_000)
        for name in [
            "decided", "decided in past round", "committed without block", "round skipped", "round by timer", "locked",
            "precommitted nil", "valid updated in step precommit", "refused by lock", "unlocked by later polka",
            "proposed", "proposed again", "evicted",
        ] {
            #expect(marks[name, default: 0] >= 10, "\(name) was seen \(marks[name, default: 0]) times")
        }
    }
}
