import ByteCodec
import ChainTypes
package import Consensus

/// Algorithm 1 of arXiv 1807.04938 a second time, without regard to cost: all facts are kept in flat lists, each
/// `upon` rule is recomputed from them by comprehension, and the engine's effects are replayed against the rules.
package struct NaiveOracle {
    struct VoteFact: Hashable {
        var sender: Int
        var type: VoteType
        var round: UInt32
        var value: Bytes32?
    }
    struct Claim: Hashable {
        var type: VoteType
        var round: UInt32
        var hash: Bytes32
    }
    struct BlockFact {
        var originRound: UInt32?
        var timely = false
        var valid: Bool?
    }
    enum Action: Hashable {
        case decide(Bytes32, UInt32)
        case haltInvalid
        case enter(UInt32)
        case prevote(Bytes32?)
        case precommit(Bytes32?)
        case rememberValid(Bytes32)
        case timer(TimeoutKind)
        case proposeAgain(Bytes32, UInt32)
        case build
    }
    enum Violation: Error {
        case notAllowed(ConsensusEffect, enabled: [Action])
        case unserved([Action])
        case state(String)
    }

    let committee: Committee
    let own: Int
    let height: UInt64

    var proposals: [Proposal] = []
    /// In order of arrival; later contradictions are left out, they count in claims only.
    var votes: [VoteFact] = []
    var claims: [Claim] = []
    var accused: Set<VoteFact> = []
    var accusedProposals: Set<UInt32> = []
    var blocks: [Bytes32: BlockFact] = [:]

    var started = false
    var ended = false
    var halted = false
    var round: UInt32 = 0
    var step = ConsensusCore.Step.propose
    var locked: (round: UInt32, hash: Bytes32)?
    var valid: (round: UInt32, hash: Bytes32)?
    var committed: (round: UInt32, hash: Bytes32)?
    var built: Bytes32?
    var proposedRounds: Set<UInt32> = []
    var polkaRounds: Set<UInt32> = []
    var timersSet: [UInt32: Set<TimeoutKind>] = [:]
    /// Made possible by the input alone: a timer that fired, a proposal being due.
    var due: [Action] = []
    var expectedEvidence = 0
    /// How often each rule was seen.
    package private(set) var marks = Marks()

    package init(committee: Committee, own: Int, height: UInt64) {
        self.committee = committee
        self.own = own
        self.height = height
    }

    // MARK: Comprehensions

    private func power(_ senders: Set<Int>) -> UInt128 { senders.reduce(0) { $0 + UInt128(committee.power($1)) } }
    private var total: UInt128 { power(Set(0..<committee.count)) }
    private func isQuorum(_ senders: Set<Int>) -> Bool { power(senders) * 3 > total * 2 }
    private func isThird(_ senders: Set<Int>) -> Bool { power(senders) * 3 > total }

    private func senders(_ type: VoteType?, _ round: UInt32) -> Set<Int> {
        Set(votes.filter { $0.round == round && (type == nil || $0.type == type) }.map(\.sender))
    }
    private func hasQuorum(_ type: VoteType, _ round: UInt32, _ value: Bytes32?) -> Bool {
        if let value, claims.contains(Claim(type: type, round: round, hash: value)) { return true }
        return isQuorum(
            Set(votes.filter { $0.round == round && $0.type == type && $0.value == value }.map(\.sender)))
    }
    private func quorums(_ type: VoteType, _ round: UInt32) -> [Bytes32] {
        blocks.keys.filter { hasQuorum(type, round, $0) }.sorted()
    }
    private var knownRounds: [UInt32] { Set(votes.map(\.round) + claims.map(\.round)).sorted() }
    private var proposal: Proposal? { proposals.first { $0.round == round } }
    private func isProposer(_ round: UInt32) -> Bool { committee.proposer(round, height: height) == own }

    /// Every rule that is enabled now.
    var enabled: [Action] {
        guard started, !ended else { return [] }
        if let committed {
            switch blocks[committed.hash]?.valid {
            case true?: return [.decide(committed.hash, committed.round)]
            case false?: return [.haltInvalid]
            case nil: return []
            }
        }
        var actions: [Action] = []
        for later in knownRounds where later > round && isThird(senders(nil, later)) { actions.append(.enter(later)) }
        if let vote = line22 ?? line28 { actions.append(vote) }
        if step >= .prevote, !polkaRounds.contains(round) {
            for hash in quorums(.prevote, round) where blocks[hash]?.valid == true {
                actions.append(step == .prevote ? .precommit(hash) : .rememberValid(hash))
            }
        }
        if step == .prevote, hasQuorum(.prevote, round, nil) { actions.append(.precommit(nil)) }
        let timers = timersSet[round] ?? []
        if step == .prevote, isQuorum(senders(.prevote, round)), !timers.contains(.prevote) {
            actions.append(.timer(.prevote))
        }
        if isQuorum(senders(.precommit, round)), !timers.contains(.precommit) { actions.append(.timer(.precommit)) }
        return actions
    }

    private var line22: Action? {
        guard step == .propose, let proposal, proposal.validRound == nil, let fact = blocks[proposal.blockHash],
            let isValid = fact.valid
        else { return nil }
        let acceptable = isValid && fact.timely && fact.originRound == round
        return .prevote(acceptable && (locked.map { $0.hash == proposal.blockHash } ?? true) ? proposal.blockHash : nil)
    }

    private var line28: Action? {
        guard step == .propose, let proposal, let vr = proposal.validRound, vr < round,
            hasQuorum(.prevote, vr, proposal.blockHash), let fact = blocks[proposal.blockHash],
            let isValid = fact.valid, let origin = fact.originRound
        else { return nil }
        let free = locked.map { $0.round <= vr || $0.hash == proposal.blockHash } ?? true
        return .prevote(isValid && origin <= vr && free ? proposal.blockHash : nil)
    }

    // MARK: Facts

    /// The fact an input states, as far as the engine may use it.
    package mutating func learn(_ input: ConsensusInput) {
        due = []
        expectedEvidence = 0
        if halted { return }
        switch input {
        case .start:
            if !started { due = [.enter(0)] }
            started = true
        case .proposal(let verified): learn(verified.proposal)
        case .vote(let verified):
            let vote = verified.vote
            guard let sender = committee.set.index(of: vote.validator) else { break }
            learn(vote.type, vote.round, vote.blockHash, sender: sender, admit: true)
        case .polka(let verified):
            learn(.prevote, verified.polka.round, verified.polka.blockHash, verified.polka.signatures.map { $0 != nil })
        case .certificate(let verified):
            let shown = verified.certificate
            learn(.precommit, shown.round, shown.blockHash, shown.signatures.map { $0 != nil })
        case .proposedValue(let round, let hash):
            let open = started && !ended && committed == nil && round == self.round && step == .propose
            if open, isProposer(round), !proposedRounds.contains(round) {
                due = [.build]
                built = hash
            }
        case .blockAvailable(let hash, let originRound, let timely):
            if blocks[hash] != nil, blocks[hash]?.originRound == nil {
                blocks[hash]?.originRound = originRound
                blocks[hash]?.timely = timely
            }
        case .blockValid(let hash): judge(hash, true)
        case .blockInvalid(let hash): judge(hash, false)
        case .timeout(let kind, _, let round):
            guard started, !ended, committed == nil, round == self.round else { break }
            if kind == .propose, step == .propose { due = [.prevote(nil)] }
            if kind == .prevote, step == .prevote { due = [.precommit(nil)] }
            if kind == .precommit { due = [.enter(round + 1)] }
        }
    }

    private mutating func judge(_ hash: Bytes32, _ valid: Bool) {
        if let fact = blocks[hash], fact.originRound != nil, fact.valid == nil { blocks[hash]?.valid = valid }
    }

    private mutating func admit(_ sender: Int, _ messageRound: UInt32) -> Bool {
        guard messageRound > round else { return true }
        let held = Set(
            votes.filter { $0.sender == sender && $0.round > round }.map(\.round)
                + proposals.filter { $0.proposer == committee.address(sender) && $0.round > round }.map(\.round))
        guard !held.contains(messageRound), held.count >= 2, let oldest = held.min() else { return true }
        guard messageRound > oldest else { return false }
        votes.removeAll { $0.sender == sender && $0.round == oldest }
        if committee.proposer(oldest, height: height) == sender {
            proposals.removeAll { $0.round == oldest }
            accusedProposals.remove(oldest)
        }
        accused = accused.filter { !($0.sender == sender && $0.round == oldest) }
        mark("evicted")
        return true
    }

    private mutating func learn(_ proposal: Proposal) {
        if let vr = proposal.validRound, vr >= proposal.round { return }
        guard let sender = committee.set.index(of: proposal.proposer), admit(sender, proposal.round) else { return }
        if let first = proposals.first(where: { $0.round == proposal.round }) {
            if first != proposal, accusedProposals.insert(proposal.round).inserted { expectedEvidence += 1 }
        } else {
            proposals.append(proposal)
        }
    }

    private mutating func learn(_ type: VoteType, _ round: UInt32, _ value: Bytes32?, sender: Int, admit bounded: Bool)
    {
        if bounded, !admit(sender, round) { return }
        let first = votes.first { $0.sender == sender && $0.type == type && $0.round == round }
        guard let first else {
            return votes.append(VoteFact(sender: sender, type: type, round: round, value: value))
        }
        if first.value != value, accused.insert(first).inserted { expectedEvidence += 1 }
    }

    private mutating func learn(_ type: VoteType, _ round: UInt32, _ hash: Bytes32, _ present: [Bool]) {
        for sender in present.indices where present[sender] { learn(type, round, hash, sender: sender, admit: false) }
        if !claims.contains(where: { $0.type == type && $0.round == round }) {
            claims.append(Claim(type: type, round: round, hash: hash))
        }
    }

    // MARK: Replay

    /// Checks the effects of one input, in order, and that nothing enabled is left.
    package mutating func replay(_ effects: [ConsensusEffect], core: ConsensusCore) throws {
        var seenEvidence = 0
        preferredCommit = core.committed?.blockHash
        preferredValid = core.valid
        settle(effects)
        for effect in effects {
            rememberSilently()
            switch effect {
            case .enteredRound(let newRound): try enter(newRound, effect)
            case .buildProposal(let height, let round):
                try take(.build, effect, height == self.height && round == self.round && valid == nil)
            case .sign(let request): try sign(request, effect)
            case .scheduleTimeout(.rebroadcast, _, _, _): break
            case .scheduleTimeout(let kind, _, let round, _):
                try take(.timer(kind), effect, round == self.round)
                timersSet[round, default: []].insert(kind)
            case .decide(let hash, let round, let certificate):
                try take(.decide(hash, round), effect, certificate.blockHash == hash)
                ended = true
                mark(round < self.round ? "decided in past round" : "decided")
            case .halt(.certifiedBlockInvalid):
                try take(.haltInvalid, effect, true)
                ended = true
                halted = true
            case .evidence: seenEvidence += 1
            case .requestBlock, .validateBlock, .dismissed: break
            case .broadcast, .halt: throw Violation.notAllowed(effect, enabled: enabled)
            }
        }
        rememberSilently()
        if !enabled.isEmpty || !due.isEmpty { throw Violation.unserved(enabled + due) }
        guard seenEvidence == expectedEvidence else { throw Violation.state("evidence \(seenEvidence)") }
        try compare(core)
    }

    private mutating func mark(_ name: String) { marks.hit(name) }

    /// Blocks become known through requests; a quorum of precommits then ends all other rules.
    private mutating func settle(_ effects: [ConsensusEffect]) {
        for case .requestBlock(let hash) in effects where blocks[hash] == nil { blocks[hash] = BlockFact() }
        guard committed == nil, started, !ended else { return }
        for round in knownRounds {
            let candidates = Set(votes.compactMap(\.value) + claims.map(\.hash)).sorted()
            let hashes = candidates.filter { hasQuorum(.precommit, round, $0) }
            if let hash = hashes.first(where: { $0 == preferredCommit }) ?? hashes.first {
                committed = (round, hash)
                if blocks[hash]?.valid == nil { mark("committed without block") }
                return
            }
        }
    }

    /// With a third of equivocators one round can have two quorums, and either may be taken: the engine's choices.
    private var preferredCommit: Bytes32?
    private var preferredValid: ConsensusCore.BlockInRound?

    private mutating func rememberSilently() {
        let candidates = enabled.compactMap { if case .rememberValid(let hash) = $0 { hash } else { nil } }
        let isPreferred = { (hash: Bytes32) in hash == preferredValid?.blockHash && round == preferredValid?.round }
        if let hash = candidates.first(where: isPreferred) ?? candidates.first {
            valid = (round, hash)
            polkaRounds.insert(round)
            mark("valid updated in step precommit")
        }
    }

    private mutating func take(_ action: Action, _ effect: ConsensusEffect, _ holds: Bool) throws {
        if let position = due.firstIndex(of: action), holds {
            due.remove(at: position)
        } else if !(enabled.contains(action) && holds) {
            throw Violation.notAllowed(effect, enabled: enabled + due)
        }
    }

    private mutating func enter(_ newRound: UInt32, _ effect: ConsensusEffect) throws {
        mark(due.contains(.enter(newRound)) ? "round by timer" : "round skipped")
        try take(.enter(newRound), effect, true)
        round = newRound
        step = .propose
        due = [.timer(.propose)]
        if isProposer(newRound) { due.append(valid.map { .proposeAgain($0.hash, $0.round) } ?? .build) }
    }

    private mutating func sign(_ request: SigningRequest, _ effect: ConsensusEffect) throws {
        switch request.content {
        case .proposal(let round, let validRound, let hash):
            let action = validRound.map { Action.proposeAgain(hash, $0) } ?? .build
            try take(action, effect, round == self.round && isProposer(round) && (validRound != nil || hash == built))
            proposedRounds.insert(round)
            mark(validRound == nil ? "proposed" : "proposed again")
        case .vote(.prevote, let round, let value):
            if value == nil, locked != nil, proposal != nil, !due.contains(.prevote(nil)) { mark("refused by lock") }
            if value != nil, let locked, locked.hash != value { mark("unlocked by later polka") }
            try take(.prevote(value), effect, round == self.round && step == .propose)
            step = .prevote
        case .vote(.precommit, let round, let value):
            try take(.precommit(value), effect, round == self.round && step == .prevote)
            step = .precommit
            guard let value else { return mark("precommitted nil") }
            locked = (round, value)
            valid = (round, value)
            polkaRounds.insert(round)
            guard request.lock?.round == round, request.lock?.blockHash == value else {
                throw Violation.state("a precommit without its polka")
            }
            mark("locked")
        }
    }

    private func compare(_ core: ConsensusCore) throws {
        let same =
            core.round == round && core.step == step && core.locked?.round == locked?.round
            && core.locked?.blockHash == locked?.hash && core.valid?.round == valid?.round
            && core.valid?.blockHash == valid?.hash
        guard same else { throw Violation.state("engine \(core.round) \(core.step), oracle \(round) \(step)") }
        if let locked, let valid, locked.round > valid.round { throw Violation.state("lockedRound > validRound") }
        if locked != nil, valid == nil { throw Violation.state("locked without valid value") }
    }
}
