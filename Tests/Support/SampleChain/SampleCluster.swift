package import ByteCodec
package import ChainTypes
import Circuits
package import Consensus
import Cryptography
package import Mempool
package import Replica
import STARKCore
package import SystemState

/// Several nodes, their disks, a network and a clock in one loop, in an order that only the calls decide. Every message
/// goes through its bytes.
package struct SampleCluster {
    package struct Node {
        package let address: Address
        package let keys: ValidatorKeys?
        package internal(set) var disk: SampleDisk
        /// nil while the node is down.
        package internal(set) var replica: Replica?
        /// Its starts: what was scheduled in one life does not reach into the next.
        var life = 0
        package var height: UInt64 { disk.tip.header.height }
    }

    package struct Fault: Hashable {
        package let node: Int
        package let peer: Int
        package let fault: PeerFault
    }

    package struct Halt: Hashable {
        package let node: Int
        package let reason: String
    }

    package struct Failure: Error { package let text: String }

    private struct Event {
        let time: UInt64
        let kind: Kind
    }

    private enum Kind {
        case deliver([UInt8], from: Int, to: Int)
        case timeout(TimeoutKind, height: UInt64, round: UInt32, node: Int, life: Int)
        case beginHeight(UInt64, node: Int, life: Int)
        case proceed(node: Int, life: Int)
        case tick
    }

    package let genesis: Genesis
    private let checker: ProofChecker
    package private(set) var nodes: [Node] = []
    package private(set) var now: UInt64
    /// Milliseconds that a message takes.
    package var delay: UInt64 = 10
    /// Changes what a node says to another: nothing, something else, or more.
    package var tamper: (_ message: PeerMessage, _ from: Int, _ to: Int) -> [PeerMessage] = { message, _, _ in [message]
    }
    /// Milliseconds by which a node's clock is ahead, by node.
    package var clockSkew: [Int: UInt64] = [:]
    package private(set) var faults: [Fault] = []
    /// Whether what a node puts off is forgotten: the next block is then not prepared.
    package var forgetsWhatIsPutOff = false
    /// Nodes that stopped for good, and why.
    package private(set) var halts: [Halt] = []
    /// All consensus messages of the nodes' own keys, by node, in order.
    package private(set) var said: [[ConsensusMessage]] = []
    /// How often each kind of message was sent.
    package private(set) var sent: [PeerMessage.Kind: Int] = [:]
    private var groups: [Int]
    private var events: [Event] = []

    package static func keys(_ index: Int) -> ValidatorKeys {
        guard let keys = try? ValidatorKeys(seed: Keccak256.hash(utf8: "sample cluster: validator \(index)").bytes)
        else {
            preconditionFailure("the seed of validator \(index) is no key")
        }
        return keys
    }

    /// A genesis of as many validators of equal power.
    package static func genesis(
        validators: Int, _ change: (inout Genesis) -> Void = { _ in }
    ) -> Genesis {
        SampleGenesis.make { genesis in
            genesis.validators = (0..<validators).map {
                let keys = keys($0)
                return Validator(
                    address: keys.address, signingKey: keys.signing.publicKey, vrfKey: keys.vrf.publicKey, power: 1)
            }
            change(&genesis)
        }
    }

    /// Validators first, then nodes that only follow, then second nodes with the keys of `twins`. None of them runs yet.
    package init(validators: Int, followers: Int = 0, twins: [Int] = [], _ change: (inout Genesis) -> Void = { _ in })
        throws
    {
        genesis = Self.genesis(validators: validators, change)
        guard let parameters = ProofParameters.named(genesis.proving.proofProfile) else {
            throw Failure(text: "no such proof profile")
        }
        checker = ProofChecker(program: try BlockProgram(parameters: parameters))
        now = genesis.timestamp + 1_000
        let keys =
            (0..<validators).map { Self.keys($0) } + [ValidatorKeys?](repeating: nil, count: followers)
            + twins.map { Self.keys($0) }
        groups = [Int](repeating: 0, count: keys.count)
        for (index, keys) in keys.enumerated() {
            nodes.append(
                Node(
                    address: SampleGenesis.key("node \(index)").address, keys: keys,
                    disk: try SampleDisk(genesis: genesis)))
            said.append([])
        }
        add(.tick, in: 1_000)
    }

    // MARK: - Faults

    /// Starts a node on what is on its disk.
    package mutating func start(_ index: Int) throws {
        nodes[index].life += 1
        nodes[index].replica = Replica(
            genesis: genesis, keys: nodes[index].keys, restored: try nodes[index].disk.restored(), checker: checker)
        try feed(.start(now: time(index)), index)
        for other in nodes.indices where isConnected(index, other) {
            try feed(.peerUp(nodes[other].address, now: now), index)
            try feed(.peerUp(nodes[index].address, now: now), other)
        }
    }

    package mutating func start() throws { for index in nodes.indices { try start(index) } }

    /// Ends a node as a crash does: what is on its disk stays.
    package mutating func stop(_ index: Int) throws {
        let connected = nodes.indices.filter { isConnected(index, $0) }
        nodes[index].replica = nil
        nodes[index].life += 1
        for other in connected { try feed(.peerDown(nodes[index].address), other) }
    }

    /// Nodes in different groups do not reach each other.
    package mutating func cut(_ groups: [Int]) throws {
        let before = self.groups
        self.groups = groups
        for a in nodes.indices {
            for b in nodes.indices where a != b && nodes[a].replica != nil && nodes[b].replica != nil {
                let (was, isNow) = (before[a] == before[b], groups[a] == groups[b])
                if was, !isNow { try feed(.peerDown(nodes[b].address), a) }
                if !was, isNow { try feed(.peerUp(nodes[b].address, now: now), a) }
            }
        }
    }

    package mutating func wipe(_ index: Int) throws { nodes[index].disk = try SampleDisk(genesis: genesis) }

    private func isConnected(_ a: Int, _ b: Int) -> Bool {
        a != b && nodes[a].replica != nil && nodes[b].replica != nil && groups[a] == groups[b]
    }

    /// Puts a message on the way as if `from` had sent it.
    package mutating func inject(_ message: PeerMessage, from: Int, to: Int) {
        add(.deliver(message.encoded, from: from, to: to), in: delay)
    }

    // MARK: - Running

    /// Runs until `isDone`; false when that takes more than `limit` milliseconds of the cluster's time.
    @discardableResult
    package mutating func run(atMost limit: UInt64, until isDone: (SampleCluster) -> Bool = { _ in false }) throws
        -> Bool
    {
        let end = now + limit
        while !isDone(self) {
            guard let event = events.last, event.time <= end else {
                now = end
                return false
            }
            events.removeLast()
            now = event.time
            try handle(event.kind)
        }
        return true
    }

    /// Runs until these nodes have committed `height`.
    package mutating func reach(
        _ height: UInt64, _ indices: some Collection<Int>, atMost limit: UInt64 = 120_000
    ) throws -> Bool {
        try run(atMost: limit) { cluster in indices.allSatisfy { cluster.nodes[$0].height >= height } }
    }

    private mutating func add(_ kind: Kind, in milliseconds: UInt64) {
        let event = Event(time: now + milliseconds, kind: kind)
        // Latest first, and among equals the last one added first: the next to happen is the last.
        var (low, high) = (0, events.count)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].time > event.time { low = middle + 1 } else { high = middle }
        }
        events.insert(event, at: low)
    }

    private mutating func handle(_ kind: Kind) throws {
        switch kind {
        case .deliver(let bytes, let from, let to):
            guard isConnected(from, to) else { return }
            try feed(.message(try PeerMessage(decoding: bytes), from: nodes[from].address, now: time(to)), to)
        case .timeout(let kind, let height, let round, let node, let life):
            guard nodes[node].life == life else { return }
            try feed(.timeout(kind, height: height, round: round, now: time(node)), node)
        case .beginHeight(let height, let node, let life):
            guard nodes[node].life == life else { return }
            try feed(.beginHeight(height, now: time(node)), node)
        case .proceed(let node, let life):
            guard nodes[node].life == life, !forgetsWhatIsPutOff else { return }
            try feed(.proceed(now: time(node)), node)
        case .tick:
            add(.tick, in: 1_000)
            for index in nodes.indices { try feed(.tick(now: time(index)), index) }
        }
    }

    private func time(_ index: Int) -> UInt64 { now + (clockSkew[index] ?? 0) }

    @discardableResult
    private mutating func feed(_ input: ReplicaInput, _ index: Int) throws -> [ReplicaEffect] {
        guard let effects = try nodes[index].replica?.step(input) else { return [] }
        for effect in effects { try carryOut(effect, index) }
        return effects
    }

    private mutating func carryOut(_ effect: ReplicaEffect, _ index: Int) throws {
        nodes[index].disk.carryOut(effect)
        let life = nodes[index].life
        switch effect {
        case .persistSignState, .commit, .admitted, .refused: break
        case .broadcast(let message, let except):
            if except == nil, case .consensus(let message) = message, isOwn(message, index) {
                said[index].append(message)
            }
            for other in nodes.indices where nodes[other].address != except { send(message, from: index, to: other) }
        case .send(let message, let peer):
            for other in nodes.indices where nodes[other].address == peer { send(message, from: index, to: other) }
        case .penalise(let peer, let fault):
            guard let other = nodes.firstIndex(where: { $0.address == peer }) else { return }
            faults.append(Fault(node: index, peer: other, fault: fault))
        case .serveBlocks(let from, let count, let peer):
            let blocks = nodes[index].disk.blocks.filter {
                $0.block.header.height >= from && $0.block.header.height - from < UInt64(count)
            }
            for other in nodes.indices where nodes[other].address == peer {
                send(.blocks(blocks.map { SyncBlock($0) }), from: index, to: other)
            }
        case .schedule(let kind, let height, let round, let milliseconds):
            add(.timeout(kind, height: height, round: round, node: index, life: life), in: milliseconds)
        case .scheduleHeight(let height, let milliseconds):
            add(.beginHeight(height, node: index, life: life), in: milliseconds)
        case .proceed: add(.proceed(node: index, life: life), in: 0)
        case .halt(let reason):
            halts.append(Halt(node: index, reason: reason))
            try stop(index)
        }
    }

    private mutating func send(_ message: PeerMessage, from: Int, to: Int) {
        guard isConnected(from, to) else { return }
        for message in tamper(message, from, to) {
            sent[message.kind, default: 0] += 1
            add(.deliver(message.encoded, from: from, to: to), in: delay)
        }
    }

    private func isOwn(_ message: ConsensusMessage, _ index: Int) -> Bool {
        switch message {
        case .proposal(let proposal): proposal.proposer == nodes[index].keys?.address
        case .vote(let vote): vote.validator == nodes[index].keys?.address
        case .polka, .certificate: false
        }
    }

    // MARK: - Clients

    /// Offers a transaction to a node; nil when it was taken.
    package mutating func submit(
        _ transaction: VerifiedTransaction, payload: [UInt8]? = nil, to index: Int
    ) throws -> MempoolRefusal? {
        for effect in try feed(.submit(transaction, payload: payload), index) {
            if case .refused(_, let refusal) = effect { return refusal }
        }
        return nil
    }

    package func system(_ index: Int) -> SystemState? { nodes[index].replica?.ledger.system }

    /// The hashes of a node's blocks, from block 1 on.
    package func chain(_ index: Int) -> [Bytes32] { nodes[index].disk.blocks.map(\.hash) }

    /// Whether no node ever said two things of one kind for one height and round.
    package var hasNoEquivocation: Bool {
        said.allSatisfy { messages in
            var first: [String: ConsensusMessage] = [:]
            return messages.allSatisfy { message in
                let place =
                    switch message {
                    case .proposal(let proposal): "\(proposal.height) \(proposal.round) proposal"
                    case .vote(let vote): "\(vote.height) \(vote.round) \(vote.type)"
                    case .polka, .certificate: ""
                    }
                if let other = first[place] { return other == message }
                first[place] = message
                return true
            }
        }
    }
}
