import ByteCodec
import ChainTypes
import Consensus
import Replica
import SystemState

/// Disks that are lost, restored from a copy, or damaged.
extension Cluster {
    /// One validator's machine is replaced: its disk is empty, and its operator starts it without the signing key,
    /// because what it signed is not known any more.
    mutating func loseDisk(_ index: Int) {
        marks.hit("disk lost")
        crash(index, downFor: 500)
        nodes[index].disk = chain.disk
        nodes[index].keys = nil
    }

    /// The operator puts back an old copy, sign state and all. From here on the validator counts as faulty: it may
    /// contradict itself.
    mutating func restoreBackup(_ index: Int) {
        guard let backup = nodes[index].backup, backup.signState != nil else { return }
        marks.hit("old backup restored")
        crash(index, downFor: 500)
        nodes[index].disk = backup
        nodes[index].isHonest = false
    }

    /// A flipped bit in the sign state must be noticed; the operator then starts the node without its key.
    mutating func flipSignStateBit(_ index: Int) throws(SimulationFailure) {
        guard let bytes = nodes[index].disk.signState else { return }
        var damaged = bytes
        damaged[random.index(bytes.count)] ^= 1 << UInt8(random.below(8))
        guard (try? SignState(decoding: damaged)) == nil else {
            throw SimulationFailure(.durability, "a sign state with a flipped bit is read")
        }
        marks.hit("damaged sign state refused")
    }

    // MARK: Damage

    /// Something on the disk changes. What is read at a start is read at once: the process ends, and starts anew.
    mutating func damageDisk(_ index: Int) {
        guard nodes[index].isUp, let (what, isOfStart) = nodes[index].disk.damage(plan.damage, &random) else { return }
        trace.tell(now, index, "has damage on its disk: \(what)")
        marks.hit("damage: \(what)")
        nodes[index].isDamaged = true
        if isOfStart { crash(index, downFor: 500) }
    }

    /// What a node reads when it starts; nil when it refuses. Its operator then deletes what is there, and the node
    /// begins anew with what it signed, which lies apart.
    mutating func read(_ index: Int) throws(SimulationFailure) -> RestoredChain? {
        let restored: RestoredChain
        do throws(StorageFault) { restored = try nodes[index].disk.restored() } catch {
            guard nodes[index].isDamaged else {
                throw SimulationFailure(.durability, "node \(index) cannot read its own disk: \(error)")
            }
            marks.hit("damaged disk refused")
            syncAnew(index)
            return nil
        }
        if let fault = falsehood(in: restored) {
            throw SimulationFailure(.durability, "node \(index) starts with \(fault)")
        }
        return restored
    }

    /// What a node must not believe of its disk, whatever it says; roots are compared by `start`.
    private func falsehood(in restored: RestoredChain) -> String? {
        let (height, tip) = (restored.tip.header.height, restored.tip)
        guard height > 0, height <= referee.disk.height else { return nil }
        guard let certificate = tip.certificate, let set = restored.ledger.system.validators(at: height) else {
            return "a tip without a certificate"
        }
        if let fault = CertificateLaw.violation(
            certificate, of: tip.hash, height: height, set: set, chainId: chain.genesis.chainId)
        {
            return "a certificate that proves nothing: \(fault)"
        }
        if height == referee.disk.height, restored.ledger.operations != referee.disk.heldOperations {
            return "other operations than were executed"
        }
        guard let block = restored.proposed?.block else { return nil }
        return block.header.transactionsRoot == Block.transactionsRoot(block.transactions)
            ? nil : "a proposed block with another body"
    }

    private mutating func syncAnew(_ index: Int) {
        let signed = nodes[index].disk.signState
        crash(index, downFor: 500)
        nodes[index].disk = chain.disk
        nodes[index].disk.replaceSignState(signed)
        nodes[index].isDamaged = false
    }

    /// Answers a peer from the disk; a node that finds damage there stops.
    mutating func serve(
        from: UInt64, count: UInt32, to peer: Address, _ index: Int
    ) throws(SimulationFailure) {
        let blocks = nodes[index].disk.blocks(from: from, count: count)
        for (offset, synced) in blocks.enumerated() where !synced.isWhole(at: from + UInt64(offset)) {
            guard nodes[index].isDamaged else {
                throw SimulationFailure(.durability, "node \(index) wrote block \(from) \(offset) as it was not")
            }
            marks.hit("damaged block not served")
            return syncAnew(index)
        }
        for synced in blocks where synced.block.header.height <= referee.disk.height && nodes[index].isDamaged {
            guard synced.block == referee.disk.blocks[Int(synced.block.header.height) - 1].block else {
                throw SimulationFailure(.durability, "node \(index) serves what is no block of the chain")
            }
        }
        send(.blocks(blocks), from: index, to: peer)
    }
}
