import ByteCodec
import ChainTypes
import Consensus
import Replica

/// Engines with disks, a network and a clock, all driven by a seed, without blocks: a hash stands for each. What a
/// signature costs is all that a height costs, so schedules of consensus itself are tried by the thousand.
package struct CoreCluster {
    package struct Faults: Sendable {
        package var lossPercent: UInt64 = 0
        package var duplicatePercent: UInt64 = 0
        /// Chance of a crash at each effect, in hundredths of a percent.
        package var crashes: UInt64 = 0
        /// Milliseconds.
        package var maxDelay: UInt64 = 40
        package var isPartitioned = false
        package init() {}

        /// Most runs have a few kinds of faults only, so that each kind is seen alone too (swarm testing).
        package init(swarm random: inout SimulationRandom) {
            if random.percent(60) { lossPercent = random.below(40) }
            if random.percent(50) { duplicatePercent = random.below(40) }
            if random.percent(60) { crashes = 1 + random.below(60) }
            if random.percent(50) { maxDelay = 1 + random.below(4_000) }
            isPartitioned = random.percent(30)
        }
    }

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
    private enum Event: Sendable {
        case deliver(ConsensusMessage, from: Int, to: Int)
        case input(ConsensusInput, height: UInt64, to: Int, life: Int)
        case restart(Int)
        case mischief
    }
    private struct BlockInfo { var height: UInt64, originRound: UInt32, isValid: Bool }

    package let committee: Committee
    package let byzantine: Int?
    package var faults: Faults
    private var random: SimulationRandom
    private var nodes: [Node]
    private var now: UInt64 = 0
    private var events = EventQueue<Event>()
    private var blocks: [Bytes32: BlockInfo] = [:]
    private var groups: [Int]
    private var record: WireRecord
    private var decisions: [UInt64: Bytes32] = [:]
    package private(set) var marks = Marks()
    package private(set) var greatestRound: UInt32 = 0

    package init(committee: Committee, byzantine: Int?, seed: UInt64, faults: Faults) {
        self.committee = committee
        self.byzantine = byzantine
        self.faults = faults
        random = SimulationRandom(seed: seed)
        nodes = committee.keys.map { _ in Node() }
        groups = committee.keys.map { _ in 0 }
        record = WireRecord()
        for index in honest { schedule(.restart(index), in: random.below(50)) }
        if byzantine != nil { schedule(.mischief, in: 10) }
    }

    package var honest: [Int] { nodes.indices.filter { $0 != byzantine } }
    /// Height that every honest node has decided.
    package var commonHeight: Int { honest.map { nodes[$0].disk.chain.count }.min() ?? 0 }
    package var greatestHeight: Int { honest.map { nodes[$0].disk.chain.count }.max() ?? 0 }

    /// Runs until the clock has moved on by `milliseconds` or the height is reached by all.
    package mutating func run(milliseconds: UInt64, untilHeight height: Int = .max) throws(SimulationFailure) {
        let end = now + milliseconds
        while commonHeight < height, let next = events.pop(by: end) {
            now = next.time
            try handle(next.event)
        }
        if commonHeight < height { now = end }
    }

    /// All faults end; the nodes are up again at once. A validator that lies goes on lying.
    package mutating func heal() {
        faults = Faults()
        groups = groups.map { _ in 0 }
    }

    /// A power cut: everything that is not on a disk is gone.
    package mutating func crashAll() {
        for index in honest where nodes[index].core != nil { crash(index) }
        events.removeAll { if case .deliver = $0 { true } else { false } }
    }

    // MARK: Events

    private mutating func schedule(_ event: Event, in delay: UInt64) { events.schedule(event, at: now + delay) }

    private mutating func handle(_ event: Event) throws(SimulationFailure) {
        if faults.isPartitioned, random.percent(1) { groups = groups.map { _ in random.index(2) } }
        switch event {
        case .deliver(let message, let from, let to): try deliver(message, from: from, to: to)
        case .input(let input, let height, let to, let life):
            guard nodes[to].life == life, nodes[to].core?.height == height else { return }
            try feed(input, to: to)
        case .restart(let index): try restart(index)
        case .mischief: mischief()
        }
    }

    private mutating func restart(_ index: Int) throws(SimulationFailure) {
        let height = UInt64(nodes[index].disk.chain.count + 1)
        nodes[index].core = committee.core(index, height: height, signState: try signState(index))
        try feed(.start, to: index)
    }

    private mutating func crash(_ index: Int) {
        marks.hit("crash")
        nodes[index].core = nil
        nodes[index].life += 1
        nodes[index].early = []
        schedule(.restart(index), in: random.below(4_000))
    }

    private mutating func mayCrash(_ index: Int) -> Bool {
        guard faults.crashes > 0, random.below(10_000) < faults.crashes else { return false }
        crash(index)
        return true
    }

    // MARK: A node

    private mutating func feed(_ input: ConsensusInput, to index: Int) throws(SimulationFailure) {
        guard let effects = nodes[index].core?.step(input) else { return }
        let life = nodes[index].life
        for effect in effects {
            guard nodes[index].life == life, !mayCrash(index) else { return }
            try carryOut(effect, index)
        }
    }

    private mutating func later(_ input: ConsensusInput, _ index: Int, in delay: UInt64) {
        guard let height = nodes[index].core?.height else { return }
        schedule(.input(input, height: height, to: index, life: nodes[index].life), in: delay)
    }

    private mutating func carryOut(_ effect: ConsensusEffect, _ index: Int) throws(SimulationFailure) {
        switch effect {
        case .enteredRound(let round): greatestRound = max(greatestRound, round)
        case .buildProposal(let height, let round):
            let hash = Committee.block("\(height) \(round) \(index)")
            blocks[hash] = BlockInfo(height: height, originRound: round, isValid: true)
            later(.proposedValue(round: round, blockHash: hash), index, in: random.below(30))
        case .sign(let request): try sign(request, index)
        case .broadcast(let message): broadcast(message, from: index)
        case .requestBlock(let hash):
            guard let info = blocks[hash] else { return }
            later(
                .blockAvailable(blockHash: hash, originRound: info.originRound, timely: true), index,
                in: random.below(60))
        case .validateBlock(let hash):
            let isValid = blocks[hash]?.isValid ?? false
            later(isValid ? .blockValid(blockHash: hash) : .blockInvalid(blockHash: hash), index, in: 5)
        case .scheduleTimeout(let kind, let height, let round, let milliseconds):
            later(.timeout(kind, height: height, round: round), index, in: milliseconds)
        case .decide(let hash, _, let certificate): try decide(hash, certificate, index)
        case .evidence(let pair):
            marks.hit("evidence")
            guard committee.set.index(of: pair.validator) == byzantine else {
                throw SimulationFailure(.accountability, "node \(index) accuses an honest validator")
            }
        case .dismissed: break
        case .halt(let fault): throw SimulationFailure(.halt, "node \(index) halts: \(fault)")
        }
    }

    private mutating func sign(_ request: SigningRequest, _ index: Int) throws(SimulationFailure) {
        let old = try signState(index)
        let signed: SignedMessage
        switch old?.maySign(request) ?? .allowed {
        case .refused: return marks.hit("signature refused")
        case .resend(let known):
            signed = known
            marks.hit("same bytes again")
        case .allowed:
            signed = committee.sign(request, index)
            nodes[index].disk.signState = SignState.recording(signed, for: request, after: old).encoded
        }
        // The power may fail between the disk and the wire.
        if mayCrash(index) { return }
        try record.note(signed, committee.address(index), committee.set)
        broadcast(signed.message, from: index)
        try receive(signed.message, index)
    }

    private mutating func receive(_ message: ConsensusMessage, _ index: Int) throws(SimulationFailure) {
        guard nodes[index].core != nil, let input = committee.input(message) else { return }
        try feed(input, to: index)
    }

    private mutating func decide(
        _ hash: Bytes32, _ certificate: Certificate, _ index: Int
    ) throws(SimulationFailure) {
        let height = certificate.height
        guard decisions[height, default: hash] == hash else {
            throw SimulationFailure(.agreement, "two blocks at height \(height)")
        }
        decisions[height] = hash
        guard height == UInt64(nodes[index].disk.chain.count + 1) else {
            throw SimulationFailure(.contiguity, "node \(index) decides height \(height) out of turn")
        }
        guard blocks[hash]?.isValid == true, blocks[hash]?.height == height else {
            throw SimulationFailure(.validity, "an invalid block was decided at height \(height)")
        }
        guard certificate.blockHash == hash,
            (try? certificate.verify(chainId: Committee.chainId, validators: committee.set)) != nil
        else { throw SimulationFailure(.certificate, "node \(index) decides height \(height) without a proof") }
        nodes[index].disk.chain.append(certificate)
        nodes[index].life += 1
        let early = nodes[index].early
        nodes[index].early = []
        nodes[index].core = committee.core(index, height: height + 1, signState: try signState(index))
        for message in early { try receive(message, index) }
        later(.start, index, in: 100)
    }

    private func signState(_ index: Int) throws(SimulationFailure) -> SignState? {
        guard let bytes = nodes[index].disk.signState else { return nil }
        guard let state = try? SignState(decoding: bytes) else {
            throw SimulationFailure(.durability, "node \(index) cannot read its own sign state")
        }
        return state
    }

    // MARK: Network

    private mutating func broadcast(_ message: ConsensusMessage, from index: Int) {
        for to in nodes.indices where to != index { send(message, from: index, to: to) }
    }

    private mutating func send(_ message: ConsensusMessage, from: Int, to: Int) {
        guard groups[from] == groups[to] || from == byzantine, !random.percent(faults.lossPercent) else { return }
        for _ in 0..<(random.percent(faults.duplicatePercent) ? 2 : 1) {
            schedule(.deliver(message, from: from, to: to), in: 1 + random.below(faults.maxDelay))
        }
    }

    private mutating func deliver(_ message: ConsensusMessage, from: Int, to: Int) throws(SimulationFailure) {
        guard to != byzantine, let core = nodes[to].core else { return }
        let height = message.height
        if height == core.height { return try receive(message, to) }
        if height == core.height + 1, nodes[to].early.count < 200 { return nodes[to].early.append(message) }
        // A lagging peer is helped with the certificate of its height.
        if case .certificate = message { return }
        guard height > 0, height < core.height, from != byzantine else { return }
        send(.certificate(nodes[to].disk.chain[Int(height) - 1]), from: to, to: from)
    }

    // MARK: The liar

    /// Says anything to anyone: two votes, two proposals, invalid blocks, far rounds.
    private mutating func mischief() {
        guard let byzantine else { return }
        schedule(.mischief, in: 20 + random.below(200))
        let target = random.pick(honest)
        guard let core = nodes[target].core else { return }
        let height = core.height
        let known = blocks.filter { $0.value.height == height }.keys.sorted()
        let round = core.round + random.pick([0, 0, 0, 0, 1, 3])
        if committee.proposer(round, height: height) == byzantine {
            for half in 0..<2 {
                let hash = Committee.block("\(height) \(round) liar \(half)")
                blocks[hash] = BlockInfo(height: height, originRound: round, isValid: half == 0)
                let proposal = ConsensusMessage.proposal(committee.proposal(byzantine, round, hash, height: height))
                for to in honest where random.percent(70) { send(proposal, from: byzantine, to: to) }
            }
        }
        for type in [VoteType.prevote, .precommit] {
            for to in honest where random.percent(80) {
                let value = known.isEmpty || random.percent(25) ? nil : random.pick(known)
                let vote = committee.vote(byzantine, type, round, value, height: height)
                record.overhear(vote)
                send(.vote(vote), from: byzantine, to: to)
            }
        }
    }
}
