import ByteCodec
import ChainTypes
import Consensus
import Replica

/// The network: links that come and go, messages that are late, lost, doubled or older than they should be.
extension Cluster {
    /// Links everyone who is up, unless a cut or a ban forbids it, and unlinks who is gone.
    mutating func connect() throws(SimulationFailure) {
        for left in nodes.indices {
            for right in neighbours[left] where left < right {
                let link = Link(nodes[left].address, nodes[right].address)
                let isUp = nodes[left].isUp && nodes[right].isUp
                let isCut = cuts.contains([left, right]) && cuts.contains([right, left])
                let isBanned = bannedUntil[link, default: 0] > now
                if links.contains(link) {
                    guard !isUp || isBanned || (isCut && random.percent(30)) else { continue }
                    links.remove(link)
                    try feed(.peerDown(nodes[right].address), left)
                    try feed(.peerDown(nodes[left].address), right)
                } else if isUp, !isCut, !isBanned {
                    links.insert(link)
                    try feed(.peerUp(nodes[right].address, now: nodes[left].clock.reading(at: now)), left)
                    try feed(.peerUp(nodes[left].address, now: nodes[right].clock.reading(at: now)), right)
                }
            }
        }
        guard let outsider else { return }
        for index in nodes.indices {
            let link = Link(nodes[index].address, outsider.address)
            if nodes[index].isUp, links.insert(link).inserted {
                try feed(.peerUp(outsider.address, now: nodes[index].clock.reading(at: now)), index)
            } else if !nodes[index].isUp {
                links.remove(link)
            }
        }
    }

    mutating func send(_ message: PeerMessage, from: Int, to: Address) {
        var messages = [message]
        if nodes[from].script != nil, !isHealed || plan.liesToTheEnd {
            messages = corrupted(message, from: from, to: to)
        }
        if !nodes[from].isHonest { for message in messages { hear(message, from: from) } }
        for message in messages { transmit(message, from: from, to: to) }
    }

    /// Puts one message on its way.
    mutating func transmit(_ message: PeerMessage, from: Int, to: Address) {
        if let outsider, outsider.address == to {
            guard let answer = outsider.answer(message, &self) else { return }
            return schedule(.deliver(answer, from: to, to: from), in: 1 + random.below(200))
        }
        guard let target = nodeOfAddress[to], nodes[target].isUp, links.contains(Link(nodes[from].address, to)) else {
            return
        }
        guard !isHealed else {
            return schedule(.deliver(message, from: nodes[from].address, to: target), in: 5 + random.below(20))
        }
        if cuts.contains([from, target]) { return }
        if plan.lossPerMille > 0, random.chance(perMille: plan.lossPerMille) { return marks.hit("message lost") }
        guard let queueing = passage(message, from, target) else { return marks.hit("queue full") }
        var copies = 1
        if plan.duplicatesPerMille > 0, random.chance(perMille: plan.duplicatesPerMille) {
            marks.hit("message doubled")
            copies = 2
        }
        var slowness: UInt64 = slowNode == from || slowNode == target ? 500 + random.below(1_500) : 0
        slowness += queueing
        if nodes[from].pausedUntil > now { slowness += nodes[from].pausedUntil - now }
        if nodes[from].script == .late { slowness += 1_000 + random.below(6_000) }
        for _ in 0..<copies {
            let delay = 1 + random.below(plan.maxDelay) + slowness
            schedule(.deliver(passed(message), from: nodes[from].address, to: target), in: delay)
        }
        if plan.replaysPerMille > 0 { replay(message, from: nodes[from].address) }
    }

    /// Milliseconds that a message waits before the narrow place and needs to pass it; nil when too many wait there.
    private mutating func passage(_ message: PeerMessage, _ from: Int, _ to: Int) -> UInt64? {
        guard let bandwidth = plan.bandwidth, let narrow, narrow.node == from || narrow.node == to,
            narrow.other == nil || narrow.other == from || narrow.other == to
        else { return 0 }
        let start = max(now, narrowFreeAt)
        guard start - now < 20_000 else { return nil }
        if start > now { marks.hit("message queued") }
        narrowFreeAt = start + UInt64(message.encoded.count) * 1_000 / bandwidth
        return narrowFreeAt - now
    }

    /// Old messages come again, from whoever sent them, to whoever it may be.
    private mutating func replay(_ message: PeerMessage, from: Address) {
        if past.count < 200 { past.append((message, from)) } else { past[random.index(past.count)] = (message, from) }
        guard random.chance(perMille: plan.replaysPerMille) else { return }
        let old = random.pick(past)
        let target = random.index(nodes.count)
        guard nodes[target].address != old.from else { return }
        marks.hit("message from the past")
        schedule(.deliver(old.message, from: old.from, to: target), in: 1 + random.below(3_000))
    }

    /// A message as it comes out of its bytes; now and then, because most of a run's time would go into it.
    private mutating func passed(_ message: PeerMessage) -> PeerMessage {
        guard random.chance(perMille: 20) else { return message }
        return (try? PeerMessage(decoding: message.encoded)) ?? message
    }

    /// Who gathers too many faults is dropped for a while.
    mutating func penalise(_ peer: Address, _ fault: PeerFault, by index: Int) throws(SimulationFailure) {
        trace.tell(now, index, "penalises \(nodeOfAddress[peer].map { "node \($0)" } ?? "the outsider"): \(fault)")
        marks.hit("penalty \(fault.mark)")
        if let other = nodeOfAddress[peer], nodes[other].isHonest, nodes[index].isHonest, fault.weight >= 100,
            !nodes[other].isDamaged
        {
            throw SimulationFailure(.accountability, "node \(index) bans the honest node \(other): \(fault)")
        }
        nodes[index].scores[peer, default: 0] += fault.weight
        guard nodes[index].scores[peer, default: 0] >= 100 else { return }
        nodes[index].scores[peer] = 0
        marks.hit("peer banned")
        if peer == outsider?.address {
            outsider = Outsider(chain: chain, number: (outsider?.number ?? 0) + 1)
        } else {
            bannedUntil[Link(peer, nodes[index].address)] = now + 20_000
        }
    }

    // MARK: Partitions

    mutating func cut(_ partition: ClusterPlan.Partition) {
        if partition == .swizzle { return swizzle() }
        let isWhole = cuts.isEmpty
        cuts = []
        guard isWhole || partition != .flapping, random.percent(75) else { return }
        marks.hit("partition \(partition.rawValue)")
        let count = nodes.count
        switch partition {
        case .single:
            let alone = random.index(count)
            cutPairs { ($0 == alone) != ($1 == alone) }
        case .halves, .flapping:
            let sides = nodes.indices.map { _ in random.index(2) }
            cutPairs { sides[$0] != sides[$1] }
        case .ring: cutPairs { ($0 + 1) % count != $1 && ($1 + 1) % count != $0 }
        case .bridge:
            let bridge = random.index(count)
            cutPairs { $0 != bridge && $1 != bridge && ($0 < count / 2) != ($1 < count / 2) }
        case .oneWay:
            let deaf = random.index(count)
            for other in nodes.indices where other != deaf { cuts.insert([other, deaf]) }
        case .swizzle: return
        }
    }

    /// Halves from the start on, with one process of each twin in each: later they would know of each other, and be
    /// expelled before they can do harm.
    mutating func split() {
        let sides = nodes.indices.map { index -> Int in
            guard let validator = nodes[index].validator, validator != index else { return index % 2 }
            return (validator + 1) % 2
        }
        cutPairs { sides[$0] != sides[$1] }
    }

    private mutating func swizzle() {
        let node = random.index(nodes.count)
        if clogged.remove(node) == nil { clogged.insert(node) }
        marks.hit("partition swizzle")
        let clogged = clogged
        cuts = []
        cutPairs { clogged.contains($0) || clogged.contains($1) }
    }

    private mutating func cutPairs(_ isCut: (Int, Int) -> Bool) {
        for left in nodes.indices {
            for right in nodes.indices where left != right && isCut(left, right) { cuts.insert([left, right]) }
        }
    }
}

extension PeerFault {
    /// Its name without what it carries.
    var mark: String { String("\(self)".prefix { $0 != "(" }) }
}

extension PeerMessage {
    /// What a reader of a trace wants to know.
    var summary: String {
        switch self {
        case .status(let status): "status \(status.height)"
        case .consensus(.proposal(let proposal)):
            "proposal \(proposal.height)/\(proposal.round) \(proposal.blockHash.short)"
        case .consensus(.vote(let vote)):
            "\(vote.type) \(vote.height)/\(vote.round) \(vote.blockHash?.short ?? "nil") of \(vote.validator)"
        case .consensus(.polka(let polka)): "polka \(polka.height)/\(polka.round) \(polka.blockHash.short)"
        case .consensus(.certificate(let shown)):
            "certificate \(shown.height)/\(shown.round) \(shown.blockHash.short)"
        case .blockRequest(let hash): "request of \(hash.short)"
        case .block(let proposed): "block \(proposed.block.header.height) \(proposed.block.hash.short)"
        case .blocksRequest(let from, let count): "request of \(count) blocks from \(from)"
        case .blocks(let blocks):
            "\(blocks.count) blocks from \(blocks.first.map { "\($0.block.header.height)" } ?? "nowhere")"
        default: "\(kind)"
        }
    }

    /// A word that differs where messages differ, for the trace's hash.
    var traceWord: UInt64 {
        switch self {
        case .status(let status): status.height << 8 | 1
        case .consensus(.proposal(let proposal)):
            proposal.blockHash.word0 &+ proposal.height << 8 &+ UInt64(proposal.round)
        case .consensus(.vote(let vote)):
            (vote.blockHash?.word0 ?? 7) &+ vote.height << 8 &+ UInt64(vote.round) << 1 &+ UInt64(vote.type.rawValue)
        case .consensus(.polka(let polka)): polka.blockHash.word0 ^ 3
        case .consensus(.certificate(let shown)): shown.blockHash.word0 ^ 5
        case .blockRequest(let hash): hash.word0 ^ 9
        case .block(let proposed): proposed.block.hash.word0 ^ 11
        case .blocksRequest(let from, let count): from << 8 | UInt64(count) << 40 | 13
        case .blocks(let blocks): UInt64(blocks.count) << 8 | 15
        default: UInt64(kind.rawValue) << 4
        }
    }
}

extension Bytes32 {
    fileprivate var short: String { String("\(self)".prefix(10)) }
}
