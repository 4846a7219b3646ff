import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Replica

/// The machines: processes that start, stop and fail at any effect, and their disks.
extension Cluster {
    mutating func start(_ index: Int) throws(SimulationFailure) {
        guard !nodes[index].isUp, !nodes[index].isDead else { return }
        guard let restored = try read(index) else { return }
        // Where a fork is allowed, so is a disk of its other branch.
        if nodes[index].height > 0, !plan.isOverThird, let expected = digests[nodes[index].height],
            nodes[index].disk.digest != expected
        {
            throw SimulationFailure(.roots, "the disk of node \(index) is not that of its height")
        }
        nodes[index].life += 1
        nodes[index].holds = restored.proposed.map { [$0.block.hash] } ?? []
        trace.add(now, index, 4, nodes[index].height)
        trace.tell(now, index, "starts at height \(nodes[index].height)")
        nodes[index].replica = Replica(
            genesis: chain.genesis, keys: nodes[index].keys, restored: restored, checker: SimulatedChain.checker)
        nodes[index].isUp = true
        try feed(.start(now: nodes[index].clock.reading(at: now)), index)
        try connect()
    }

    /// Ends a process as a power cut does: what is on its disk stays.
    mutating func crash(_ index: Int, downFor delay: UInt64?) {
        trace.add(now, index, 5, delay ?? 0)
        trace.tell(now, index, "crashes")
        nodes[index].replica = nil
        nodes[index].isUp = false
        nodes[index].life += 1
        nodes[index].scores = [:]
        for other in neighbours[index] {
            guard links.remove(Link(nodes[other].address, nodes[index].address)) != nil else { continue }
            schedule(.linkDown(nodes[index].address, at: other), in: random.below(50))
        }
        if let outsider { links.remove(Link(outsider.address, nodes[index].address)) }
        if let delay { schedule(.restart(index), in: 50 + delay) }
    }

    /// Whether the node fails at this effect, before it is carried out or halfway through.
    mutating func fails(_ index: Int, at effect: ReplicaEffect) throws(SimulationFailure) -> Bool {
        guard !isHealed, nodes[index].isHonest || nodes[index].keys == nil else { return false }
        if plan.crashesPerMillion > 0, random.below(1_000_000) < plan.crashesPerMillion {
            // Of a record that was being written, all or nothing is read back: a torn one is cut off.
            if random.percent(50) {
                if case .commit(let block) = effect { try checkCommit(block, index) }
                carryOutOnDisk(effect, index)
            }
            marks.hit("crash at \(effect.boundary)")
            crash(index, downFor: random.below(random.percent(20) ? 15_000 : 3_000))
            return true
        }
        if plan.diskFaultsPerMillion > 0, random.below(1_000_000) < plan.diskFaultsPerMillion {
            guard effect.writes else { return false }
            // The store throws, and the node stops: nothing after this effect is carried out.
            marks.hit("disk fault at \(effect.boundary)")
            crash(index, downFor: 2_000 + random.below(8_000))
            return true
        }
        return false
    }

    /// The part of an effect that survives a crash.
    mutating func carryOutOnDisk(_ effect: ReplicaEffect, _ index: Int) {
        switch effect {
        case .persistSignState(let state, let proposed):
            nodes[index].disk.persist(state, proposed: proposed)
            if let proposed { nodes[index].holds.insert(proposed.block.hash) }
            for message in state.signedMessages { nodes[index].persisted.insert(message.message) }
        case .commit(let block): nodes[index].disk.commit(block)
        default: break
        }
    }

    mutating func carryOut(_ effect: ReplicaEffect, _ index: Int) throws(SimulationFailure) {
        let life = nodes[index].life
        switch effect {
        case .persistSignState:
            carryOutOnDisk(effect, index)
            waitForDisk(index)
        case .commit(let block):
            try checkCommit(block, index)
            guard !isForked else { return }
            carryOutOnDisk(effect, index)
            waitForDisk(index)
            try checkState(block, index)
        case .broadcast(let message, let except):
            try checkSpeech(message, index)
            for other in neighbours[index] where nodes[other].address != except {
                send(message, from: index, to: nodes[other].address)
            }
            if let outsider, outsider.address != except { send(message, from: index, to: outsider.address) }
        case .send(let message, let peer):
            try checkSpeech(message, index)
            send(message, from: index, to: peer)
        case .penalise(let peer, let fault): try penalise(peer, fault, by: index)
        case .serveBlocks(let from, let count, let peer):
            try serve(from: from, count: count, to: peer, index)
        case .schedule(let kind, let height, let round, let milliseconds):
            schedule(
                .input(.timeout(kind, height: height, round: round), to: index, life: life),
                in: nodes[index].clock.duration(milliseconds))
        case .scheduleHeight(let height, let milliseconds):
            schedule(
                .input(.beginHeight(height), to: index, life: life), in: nodes[index].clock.duration(milliseconds))
        case .proceed: schedule(.input(.proceed, to: index, life: life), in: 1)
        case .admitted: marks.hit("transaction admitted")
        case .refused: marks.hit("transaction refused")
        case .halt(let reason): try halt(index, reason)
        }
    }

    /// A slow write holds up what the node says after it, and all that it would hear meanwhile.
    private mutating func waitForDisk(_ index: Int) {
        guard index == slowDisk, !isHealed, random.percent(10) else { return }
        marks.hit("slow write")
        nodes[index].pausedUntil = max(nodes[index].pausedUntil, now + 1_000 + random.below(9_000))
    }

    private mutating func halt(_ index: Int, _ reason: String) throws(SimulationFailure) {
        trace.tell(now, index, "halts: \(reason)")
        guard nodes[index].isHonest else {
            // A liar goes on, and so does one that was restored from an old copy: its key is caught or kept silent.
            marks.hit(nodes[index].script == nil ? "halt of a restored node" : "halt of a liar")
            if nodes[index].script == nil { nodes[index].isDead = true } else { forget(index) }
            return crash(index, downFor: nodes[index].script == nil ? nil : 500)
        }
        throw SimulationFailure(.halt, "node \(index) halts: \(reason)")
    }

    /// As if it had never signed anything.
    mutating func forget(_ index: Int) { nodes[index].disk.replaceSignState(nil) }

    // MARK: The world

    mutating func world() throws(SimulationFailure) {
        schedule(.world, in: 500)
        try connect()
        try submitTransactions()
        if !isHealed {
            try changeValidators()
            try disturb()
        }
        if let outsider, !isHealed || plan.liesToTheEnd { try outsider.act(on: &self) }
        for index in nodes.indices where nodes[index].script != nil && nodes[index].isUp {
            if !isHealed || plan.liesToTheEnd { try misbehave(index) }
        }
    }

    private mutating func disturb() throws(SimulationFailure) {
        if let partition = plan.partition, random.percent(partition == .flapping || partition == .swizzle ? 25 : 8) {
            cut(partition)
        }
        if plan.hasPauses, random.percent(10) {
            let index = random.index(nodes.count)
            nodes[index].pausedUntil = now + 1_000 + random.below(12_000)
            marks.hit("pause")
        }
        if plan.hasJumps, random.percent(10) {
            let index = random.index(nodes.count)
            nodes[index].clock.offset += Int64(random.below(80_000)) - 40_000
            marks.hit("clock set")
        }
        if let index = plan.unlucky, nodes[index].life > 0 {
            if nodes[index].backup == nil, random.percent(30) { nodes[index].backup = nodes[index].disk }
            if random.percent(10), nodes[index].keys != nil, nodes[index].isHonest {
                if plan.losesDisk { loseDisk(index) } else if plan.restoresBackup { restoreBackup(index) }
            }
            if plan.damagesDisk, random.percent(15) { damageDisk(index) }
        }
        if random.percent(2) { try flipSignStateBit(random.index(nodes.count)) }
    }

    /// All faults end; everyone whose disk is whole is up again, and clocks are near the truth.
    package mutating func heal() {
        isHealed = true
        cuts = []
        clogged = []
        bannedUntil = [:]
        slowNode = nil
        slowProcessor = nil
        trace.tell(now, 0, "the world heals")
        for index in nodes.indices {
            nodes[index].pausedUntil = 0
            nodes[index].clock = SimulatedClock(offset: Int64(random.below(4_000)) - 2_000)
            if !nodes[index].isUp { schedule(.restart(index), in: random.below(1_000)) }
        }
    }
}

extension ReplicaEffect {
    /// A name for the places where a node can fail.
    var boundary: String {
        switch self {
        case .persistSignState: "sign state"
        case .broadcast, .send, .serveBlocks: "send"
        case .commit: "commit"
        case .schedule, .scheduleHeight, .proceed: "timer"
        case .penalise, .admitted, .refused, .halt: "report"
        }
    }

    var writes: Bool {
        switch self {
        case .persistSignState, .commit: true
        default: false
        }
    }
}
