import ByteCodec
import ChainTypes
import Consensus
import Cryptography

/// Nodes, disks, a network and a clock in one loop, all driven by a seed. Checks safety while it runs.
struct SimulatedCluster {
    struct Faults {
        var lossPercent = 0
        var duplicatePercent = 0
        var crashPercent = 0
        var maxDelay: UInt64 = 40
        var isPartitioned = false
    }
    struct Violation: Error { let text: String }

    /// What a node's disk holds: it survives a crash.
    private struct Disk {
        var signState: [UInt8]?
        var chain: [Certificate] = []
    }
    private struct Node {
        var disk = Disk()
        var core: ConsensusCore?
        /// Timers of an earlier life are void.
        var life = 0
        var early: [ConsensusMessage] = []
    }
    private enum Event {
        case deliver(ConsensusMessage, height: UInt64, from: Int, to: Int)
        case input(ConsensusInput, height: UInt64, to: Int, life: Int)
        case restart(Int)
        case mischief
    }
    private struct BlockInfo { var height: UInt64, originRound: UInt32, isValid: Bool }

    let committee: Committee
    let byzantine: Int?
    var faults: Faults
    private var random: SeededGenerator
    private var nodes: [Node]
    private var now: UInt64 = 0
    private var order: UInt64 = 0
    private var events: [(time: UInt64, order: UInt64, event: Event)] = []
    private var blocks: [Bytes32: BlockInfo] = [:]
    private var groups: [Int]
    private(set) var crashes = 0
    private(set) var accusations = 0
    private(set) var resent = 0
    private(set) var greatestRound: UInt32 = 0

    // What went over the wire, by honest validators and, for polkas, by all.
    private var said: [String: UnsignedMessage] = [:]
    private var precommits: [(validator: Int, height: UInt64, round: UInt32, hash: Bytes32)] = []
    private var prevotes: [UInt64: [UInt32: [Bytes32: Set<Int>]]] = [:]
    private var decisions: [UInt64: Bytes32] = [:]

    init(powers: [UInt64], byzantine: Int?, seed: UInt64, faults: Faults) throws {
        committee = try Committee(powers: powers)
        self.byzantine = byzantine
        self.faults = faults
        random = SeededGenerator(seed: seed)
        nodes = powers.map { _ in Node() }
        groups = powers.map { _ in 0 }
        for i in honest { schedule(.restart(i), in: UInt64(random.below(50))) }
        if byzantine != nil { schedule(.mischief, in: 10) }
    }

    var honest: [Int] { nodes.indices.filter { $0 != byzantine } }
    /// Height that every honest node has decided.
    var commonHeight: Int { honest.map { nodes[$0].disk.chain.count }.min() ?? 0 }
    var greatestHeight: Int { honest.map { nodes[$0].disk.chain.count }.max() ?? 0 }

    /// Runs until the clock has moved on by `milliseconds` or the height is reached by all.
    mutating func run(milliseconds: UInt64, untilHeight height: Int = .max) throws {
        let end = now + milliseconds
        while commonHeight < height, let next = popEvent(before: end) { try handle(next) }
        if commonHeight < height { now = end }
    }

    /// All faults end; the nodes are up again at once. A validator that lies goes on lying.
    mutating func heal() {
        faults = Faults()
        groups = groups.map { _ in 0 }
    }

    /// A power cut: everything that is not on a disk is gone.
    mutating func crashAll() {
        for i in honest where nodes[i].core != nil { crash(i) }
        events.removeAll { if case .deliver = $0.event { true } else { false } }
    }

    // MARK: Events

    private mutating func schedule(_ event: Event, in delay: UInt64) {
        order += 1
        let entry = (time: now + delay, order: order, event: event)
        let position = events.firstIndex { ($0.time, $0.order) < (entry.time, entry.order) } ?? events.count
        events.insert(entry, at: position)
    }

    /// The queue is sorted so that the next event is the last.
    private mutating func popEvent(before end: UInt64) -> Event? {
        guard let next = events.last, next.time <= end else { return nil }
        events.removeLast()
        now = next.time
        return next.event
    }

    private mutating func handle(_ event: Event) throws {
        if faults.isPartitioned, random.chance(1) { groups = groups.map { _ in random.below(2) } }
        switch event {
        case .deliver(let message, let height, let from, let to): try deliver(message, height, from: from, to: to)
        case .input(let input, let height, let to, let life):
            guard nodes[to].life == life, nodes[to].core?.height == height else { return }
            try feed(input, to: to)
        case .restart(let i): try restart(i)
        case .mischief: try mischief()
        }
    }

    private mutating func restart(_ i: Int) throws {
        let signState = try nodes[i].disk.signState.map { try SignState(decoding: $0) }
        let height = UInt64(nodes[i].disk.chain.count + 1)
        nodes[i].core = committee.core(i, height: height, signState: signState)
        try feed(.start, to: i)
    }

    private mutating func crash(_ i: Int) {
        crashes += 1
        nodes[i].core = nil
        nodes[i].life += 1
        nodes[i].early = []
        schedule(.restart(i), in: UInt64(random.below(4_000)))
    }

    // MARK: A node

    private mutating func feed(_ input: ConsensusInput, to i: Int) throws {
        guard let effects = nodes[i].core?.step(input) else { return }
        let life = nodes[i].life
        for effect in effects {
            guard nodes[i].life == life else { return }
            if faults.crashPercent > 0, random.below(10_000) < faults.crashPercent { return crash(i) }
            try carryOut(effect, i)
        }
    }

    private mutating func later(_ input: ConsensusInput, _ i: Int, in delay: UInt64) {
        guard let height = nodes[i].core?.height else { return }
        schedule(.input(input, height: height, to: i, life: nodes[i].life), in: delay)
    }

    private mutating func carryOut(_ effect: ConsensusEffect, _ i: Int) throws {
        switch effect {
        case .enteredRound(let round): greatestRound = max(greatestRound, round)
        case .buildProposal(let height, let round):
            let hash = block("\(height) \(round) \(i)")
            blocks[hash] = BlockInfo(height: height, originRound: round, isValid: true)
            later(.proposedValue(round: round, blockHash: hash), i, in: UInt64(random.below(30)))
        case .sign(let request): try sign(request, i)
        case .broadcast(let message): broadcast(message, from: i)
        case .requestBlock(let hash):
            guard let info = blocks[hash] else { return }
            later(
                .blockAvailable(blockHash: hash, originRound: info.originRound, timely: true), i,
                in: UInt64(random.below(60)))
        case .validateBlock(let hash):
            let isValid = blocks[hash]?.isValid ?? false
            later(isValid ? .blockValid(blockHash: hash) : .blockInvalid(blockHash: hash), i, in: 5)
        case .scheduleTimeout(let kind, let height, let round, let milliseconds):
            later(.timeout(kind, height: height, round: round), i, in: milliseconds)
        case .decide(let hash, _, let certificate): try decide(hash, certificate, i)
        case .evidence(let pair):
            accusations += 1
            guard committee.set.index(of: pair.validator) == byzantine else {
                throw Violation(text: "node \(i) accuses an honest validator")
            }
        case .dismissed: break
        case .halt(let fault): throw Violation(text: "node \(i) halts: \(fault)")
        }
    }

    private mutating func sign(_ request: SigningRequest, _ i: Int) throws {
        let old = try nodes[i].disk.signState.map { try SignState(decoding: $0) }
        let signed: SignedMessage
        switch old?.maySign(request) ?? .allowed {
        case .refused: return
        case .resend(let known):
            signed = known
            resent += 1
        case .allowed:
            signed = request.signed(chainId: Committee.chainId, key: committee.keys[i])
            nodes[i].disk.signState = SignState.recording(signed, for: request, after: old).encoded
        }
        let life = nodes[i].life
        // The power may fail between the disk and the wire.
        if faults.crashPercent > 0, random.below(10_000) < faults.crashPercent { return crash(i) }
        try record(signed, i)
        broadcast(signed.message, from: i)
        guard nodes[i].life == life else { return }
        try receive(signed.message, i)
    }

    private mutating func receive(_ message: ConsensusMessage, _ i: Int) throws {
        guard let core = nodes[i].core else { return }
        let input: ConsensusInput?
        switch message {
        case .proposal(let proposal): input = (try? core.verified(proposal)).map { .proposal($0) }
        case .vote(let vote): input = (try? core.verified(vote)).map { .vote($0) }
        case .polka(let polka): input = (try? core.verified(polka)).map { .polka($0) }
        case .certificate(let certificate): input = (try? core.verified(certificate)).map { .certificate($0) }
        }
        if let input { try feed(input, to: i) }
    }

    private mutating func decide(_ hash: Bytes32, _ certificate: Certificate, _ i: Int) throws {
        let height = certificate.height
        guard decisions[height, default: hash] == hash else { throw Violation(text: "two blocks at height \(height)") }
        decisions[height] = hash
        guard blocks[hash]?.isValid == true, blocks[hash]?.height == height else {
            throw Violation(text: "an invalid block was decided")
        }
        try certificate.verify(chainId: Committee.chainId, validators: committee.set)
        nodes[i].disk.chain.append(certificate)
        nodes[i].life += 1
        let early = nodes[i].early
        nodes[i].early = []
        nodes[i].core = committee.core(i, height: height + 1, signState: try signState(i))
        for message in early { try receive(message, i) }
        later(.start, i, in: 100)
    }

    private func signState(_ i: Int) throws -> SignState? {
        try nodes[i].disk.signState.map { try SignState(decoding: $0) }
    }

    // MARK: Network

    private mutating func broadcast(_ message: ConsensusMessage, from i: Int) {
        for to in nodes.indices where to != i { send(message, from: i, to: to) }
    }

    private mutating func send(_ message: ConsensusMessage, from: Int, to: Int) {
        guard groups[from] == groups[to] || from == byzantine, !random.chance(faults.lossPercent) else { return }
        let height =
            switch message {
            case .proposal(let proposal): proposal.height
            case .vote(let vote): vote.height
            case .polka(let polka): polka.height
            case .certificate(let certificate): certificate.height
            }
        for _ in 0..<(random.chance(faults.duplicatePercent) ? 2 : 1) {
            let delay = 1 + UInt64(random.below(Int(faults.maxDelay)))
            schedule(.deliver(message, height: height, from: from, to: to), in: delay)
        }
    }

    private mutating func deliver(_ message: ConsensusMessage, _ height: UInt64, from: Int, to: Int) throws {
        guard to != byzantine, let core = nodes[to].core else { return }
        if height == core.height { return try receive(message, to) }
        if height == core.height + 1, nodes[to].early.count < 200 { return nodes[to].early.append(message) }
        // A lagging peer is helped with the certificate of its height.
        if height < core.height, from != byzantine, case .certificate = message {
        } else if height < core.height {
            send(.certificate(nodes[to].disk.chain[Int(height) - 1]), from: to, to: from)
        }
    }

    // MARK: The liar

    /// Says anything to anyone: two votes, two proposals, invalid blocks, far rounds.
    private mutating func mischief() throws {
        guard let byzantine else { return }
        schedule(.mischief, in: UInt64(20 + random.below(200)))
        let target = random.pick(honest)
        guard let core = nodes[target].core else { return }
        let height = core.height
        let known = Array(blocks.filter { $0.value.height == height }.keys).sorted()
        let round = core.round + UInt32(random.pick([0, 0, 0, 0, 1, 3]))
        if committee.proposer(round, height: height) == byzantine {
            for half in 0..<2 {
                let hash = block("\(height) \(round) liar \(half)")
                blocks[hash] = BlockInfo(height: height, originRound: round, isValid: half == 0)
                let proposal = ConsensusMessage.proposal(committee.proposal(byzantine, round, hash, height: height))
                for to in honest where random.chance(70) { send(proposal, from: byzantine, to: to) }
            }
        }
        for type in [VoteType.prevote, .precommit] {
            for to in honest where random.chance(80) {
                let value = known.isEmpty || random.chance(25) ? nil : random.pick(known)
                let vote = committee.vote(byzantine, type, round, value, height: height)
                note(vote, byzantine)
                send(.vote(vote), from: byzantine, to: to)
            }
        }
    }

    // MARK: Invariants on the wire

    /// No equivocation over all lives of a node, and the lock rule: a prevote against an own precommit needs a polka.
    private mutating func record(_ signed: SignedMessage, _ i: Int) throws {
        let content = signed.content
        let place = "\(i) \(signed.height) \(content.round) \(content.step)"
        guard said[place, default: content] == content else { throw Violation(text: "honest equivocation: \(place)") }
        said[place] = content
        guard case .vote(let vote) = signed else { return }
        note(vote, i)
        guard let hash = vote.blockHash else { return }
        if vote.type == .precommit { return precommits.append((i, vote.height, vote.round, hash)) }
        for lock in precommits
        where lock.validator == i && lock.height == vote.height && lock.round < vote.round && lock.hash != hash {
            let rounds = prevotes[vote.height, default: [:]].filter { $0.key >= lock.round && $0.key < vote.round }
            let isFreed = rounds.values.contains { round in
                committee.set.isQuorum(round[hash, default: []].reduce(0) { $0 + committee.power($1) })
            }
            guard isFreed else { throw Violation(text: "validator \(i) broke its lock at height \(vote.height)") }
        }
    }

    private mutating func note(_ vote: Vote, _ i: Int) {
        guard vote.type == .prevote, let hash = vote.blockHash else { return }
        prevotes[vote.height, default: [:]][vote.round, default: [:]][hash, default: []].insert(i)
    }
}
