import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Replica

/// Production replicas under a virtual clock, network and disk, all driven by a seed; the laws of `Law` are checked
/// while it runs. What each node does is the production code's; what happens to it is the plan's.
package struct Cluster {
    enum Event: Sendable {
        case deliver(PeerMessage, from: Address, to: Int)
        case input(Timed, to: Int, life: Int)
        /// The other end of a connection is gone.
        case linkDown(Address, at: Int)
        case tick(Int)
        case restart(Int)
        /// Once in 500 ms: transactions, partitions, clocks, adversaries.
        case world
    }

    /// What a node set for itself.
    enum Timed: Sendable {
        case timeout(TimeoutKind, height: UInt64, round: UInt32)
        case beginHeight(UInt64)
        case proceed
    }

    /// A connection, smaller address first.
    struct Link: Hashable, Sendable {
        let low: Address
        let high: Address
        init(_ one: Address, _ other: Address) { (low, high) = one < other ? (one, other) : (other, one) }
    }

    package let plan: ClusterPlan
    let chain: SimulatedChain
    var random: SimulationRandom
    var nodes: [ClusterNode]
    var now: UInt64 = 0
    var events = EventQueue<Event>()
    var trace: Trace
    package var marks = Marks()
    var isHealed = false

    // The network
    var links: Set<Link> = []
    var bannedUntil: [Link: UInt64] = [:]
    /// Ordered pairs of nodes that cannot hear each other.
    var cuts: Set<[Int]> = []
    /// Nodes that a swizzle has cut off.
    var clogged: Set<Int> = []
    var slowNode: Int?
    var slowDisk: Int?
    var slowProcessor: Int?
    /// One end of the narrow link, or the narrow node, and the other end; when the last message will have passed it.
    var narrow: (node: Int, other: Int?)?
    var narrowFreeAt: UInt64 = 0
    var past: [(message: PeerMessage, from: Address)] = []
    var outsider: Outsider?
    var nodeOfAddress: [Address: Int] = [:]
    /// The nodes that each may be linked with.
    var neighbours: [[Int]] = []

    // What the laws are about
    var record = WireRecord()
    var referee: Referee
    var digests: [UInt64: Bytes32] = [:]
    /// Validators that blocks have expelled so far.
    var expelled = 0
    /// Two honest nodes decided different blocks, as liars with a third of the power can bring about.
    package var isForked = false

    package init(plan: ClusterPlan, seed: UInt64, trace: Trace = Trace()) throws {
        self.plan = plan
        self.trace = trace
        chain = try SimulatedChain(powers: plan.powers, joiners: plan.joiners)
        random = SimulationRandom(seed: seed)
        referee = Referee(chain: chain)
        nodes = []
        for index in plan.powers.indices { addNode(validator: index) }
        for _ in 0..<plan.followers { addNode(validator: nil) }
        for joiner in 0..<plan.joiners { addNode(validator: plan.powers.count + joiner) }
        for (index, script) in plan.scripts.sorted(by: { $0.key < $1.key }) {
            nodes[index].isHonest = false
            nodes[index].script = script
            if script == .twin { addNode(validator: index, script: .twin) }
        }
        neighbours = nodes.indices.map { one in
            nodes.indices.filter { plan.areNeighbours(one, $0, of: nodes.count) }
        }
        if plan.hasSlowPeer { slowNode = random.index(nodes.count) }
        if plan.hasSlowDisk { slowDisk = random.index(nodes.count) }
        if plan.handlingTime > 0 { slowProcessor = random.index(nodes.count) }
        if plan.bandwidth != nil {
            let node = random.index(nodes.count)
            narrow = (node, plan.isNarrowNode ? nil : (node + 1 + random.index(nodes.count - 1)) % nodes.count)
        }
        if plan.hasOutsider { outsider = Outsider(chain: chain, number: 0) }
        for index in nodes.indices {
            nodes[index].clock = drawClock()
            if plan.hasStoppedClock, index == 0 { nodes[index].clock.stoppedAt = random.below(10_000) }
            if nodes[index].script == .silent { nodes[index].isDead = true }
            if !nodes[index].isDead { schedule(.restart(index), in: random.below(400)) }
            schedule(.tick(index), in: random.below(1_000))
        }
        if plan.isOverThird { split() }
        schedule(.world, in: 250)
    }

    private mutating func addNode(validator: Int?, script: ClusterPlan.Script? = nil) {
        let index = nodes.count
        let address = SimulatedChain.nodeAddresses[index]
        nodeOfAddress[address] = index
        nodes.append(
            ClusterNode(
                index: index, validator: validator, address: address, isHonest: script == nil, script: script,
                keys: validator.map { chain.keys[$0] }, disk: chain.disk))
    }

    func drawClock(_ random: inout SimulationRandom) -> SimulatedClock {
        var clock = SimulatedClock()
        if plan.skew > 0 { clock.offset = Int64(random.below(UInt64(2 * plan.skew))) - plan.skew }
        if plan.hasDrift { clock.rate = random.pick([500, 900, 1_000, 1_000, 1_100, 2_000]) }
        return clock
    }

    private mutating func drawClock() -> SimulatedClock {
        var random = self.random
        defer { self.random = random }
        return drawClock(&random)
    }

    // MARK: Running

    package var traceHash: UInt64 { trace.hash }
    /// Milliseconds of the cluster's clock.
    package var time: UInt64 { now }
    package var heights: [UInt64] { nodes.map(\.height) }

    /// Nodes that follow the protocol and have their disks.
    var core: [Int] { nodes.indices.filter { nodes[$0].isHonest } }
    package var greatestHeight: UInt64 { core.map { nodes[$0].height }.max() ?? 0 }
    package var commonHeight: UInt64 {
        var least = UInt64.max
        for index in nodes.indices where nodes[index].isHonest { least = min(least, nodes[index].height) }
        return least == .max ? 0 : least
    }

    /// Runs until the clock has moved on by `milliseconds`, or every honest node has this height.
    package mutating func run(milliseconds: UInt64, untilHeight height: UInt64 = .max) throws(SimulationFailure) {
        let end = now + milliseconds
        while !isForked, commonHeight < height, let next = events.pop(by: end) {
            now = next.time
            // In a crowd each vote passes each link.
            guard events.count < 200_000 + 20 * nodes.count * nodes.count else {
                throw SimulationFailure(.bounds, "\(events.count) messages and timers are on their way")
            }
            try handle(next.event)
        }
        if !isForked, commonHeight < height { now = end }
    }

    mutating func schedule(_ event: Event, in delay: UInt64) { events.schedule(event, at: now + delay) }

    private mutating func handle(_ event: Event) throws(SimulationFailure) {
        switch event {
        case .deliver(let message, let from, let to): try deliver(message, from: from, to: to, event)
        case .input(let timed, let to, let life):
            guard nodes[to].life == life else { return }
            if isHeld(to, event) { return }
            work(to)
            let clock = nodes[to].clock.reading(at: now)
            switch timed {
            case .timeout(let kind, let height, let round):
                trace.add(now, to, 1, height << 16 | UInt64(round) << 4 | UInt64(kind.rawValue))
                trace.tell(now, to, "timeout \(kind) at height \(height), round \(round)")
                try feed(.timeout(kind, height: height, round: round, now: clock), to)
            case .beginHeight(let height):
                trace.add(now, to, 2, height)
                trace.tell(now, to, "begins height \(height)")
                try feed(.beginHeight(height, now: clock), to)
            case .proceed: try feed(.proceed(now: clock), to)
            }
        case .tick(let index):
            schedule(.tick(index), in: max(1, nodes[index].clock.duration(1_000)))
            guard nodes[index].pausedUntil <= now else { return }
            try feed(.tick(now: nodes[index].clock.reading(at: now)), index)
        case .linkDown(let peer, let index):
            guard !links.contains(Link(peer, nodes[index].address)) else { return }
            try feed(.peerDown(peer), index)
        case .restart(let index): try start(index)
        case .world: try world()
        }
    }

    /// A process that stands still takes its inputs when it goes on.
    private mutating func isHeld(_ index: Int, _ event: Event) -> Bool {
        guard nodes[index].pausedUntil > now else { return false }
        events.schedule(event, at: nodes[index].pausedUntil)
        return true
    }

    /// Handling takes a slow processor a while: what it says leaves later, and what it hears waits.
    private mutating func work(_ index: Int) {
        guard index == slowProcessor, !isHealed else { return }
        marks.hit("handled slowly")
        nodes[index].pausedUntil = max(nodes[index].pausedUntil, now + 1 + random.below(plan.handlingTime))
    }

    private mutating func deliver(
        _ message: PeerMessage, from: Address, to: Int, _ event: Event
    ) throws(SimulationFailure) {
        guard nodes[to].isUp, links.contains(Link(from, nodes[to].address)) else { return }
        if isHeld(to, event) { return }
        if nodes[to].script != nil, handles(message, from: from, to) { return }
        work(to)
        if case .block(let proposed) = message { nodes[to].holds.insert(proposed.block.hash) }
        trace.add(now, to, 3, message.traceWord)
        trace.tell(now, to, "hears \(message.summary) from \(nodeOfAddress[from].map { "node \($0)" } ?? "nobody")")
        try feed(.message(message, from: from, now: nodes[to].clock.reading(at: now)), to)
    }

    mutating func feed(_ input: ReplicaInput, _ index: Int) throws(SimulationFailure) {
        let effects: [ReplicaEffect]
        do {
            guard let answered = try nodes[index].replica?.step(input) else { return }
            effects = answered
        } catch { throw SimulationFailure(.durability, "node \(index): \(error)") }
        let life = nodes[index].life
        for effect in effects {
            guard nodes[index].life == life, !isForked else { return }
            if try fails(index, at: effect) { return }
            try carryOut(effect, index)
        }
    }
}
