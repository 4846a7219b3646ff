package import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Execution

/// Catching up with the chain from several peers at once. What comes is checked like any block: its certificate under
/// the set of its height, then its execution; nothing is signed before the last of it is committed.
extension Replica {
    /// Blocks by which a server may be ahead of what was last heard of it, when payloads run out of their retention.
    private static let retentionSlack: UInt64 = 32

    /// How far catching up has come; nil when this node is level with its peers.
    package var syncStatus: SyncStatus? {
        guard let start = sync.startHeight else { return nil }
        return SyncStatus(start: start, current: tip.header.height, target: sync.target)
    }

    /// Whether a block, or a run of them, was asked of this peer: only what was is worth the recovery of its senders.
    package func awaits(_ message: PeerMessage, from peer: Address) -> Bool {
        switch message {
        case .block(let proposed):
            let hash = proposed.block.hash
            return fetch.wants(hash) && peers[peer]?.owes.contains(hash) == true
        case .blocks(let blocks):
            return sync.requests.contains { $0.peer == peer && $0.from == blocks.first?.block.header.height }
        default: return false
        }
    }

    /// Transactions of a synced block that waits for its turn; none when it is not here.
    package func syncedTransactions(at height: UInt64) -> [[UInt8]] { sync.block(height)?.transactions ?? [] }

    mutating func serve(
        from: UInt64, count: UInt32, to peer: Address, _ effects: inout [ReplicaEffect]
    ) {
        guard from > 0, from <= tip.header.height else { return effects.append(.send(.blocks([]), to: peer)) }
        let left = tip.header.height - from + 1
        effects.append(.serveBlocks(from: from, count: UInt32(min(UInt64(count), left)), to: peer))
    }

    /// Puts what questions are due, drops who does not answer, and ends catching up when there is nothing more.
    mutating func driveSync(now: UInt64, _ effects: inout [ReplicaEffect]) throws(StorageFault) {
        for late in sync.expire(now: now) {
            effects.append(.penalise(late.peer, .stalled))
            peers[late.peer]?.stalls += 1
            peers[late.peer]?.height = 0
        }
        let claim = peers.highestClaim(from: tip.header.height + 1)
        sync.update(tip: tip.header.height, claim: claim, now: now)
        for request in sync.plan(tip: tip.header.height, peers: peers, now: now) {
            effects.append(.send(.blocksRequest(from: request.from, count: request.count), to: request.peer))
        }
        if sync.endsCatchingUp(tip: tip.header.height) {
            effects.append(.broadcast(.status(status), except: nil))
            scheduleHeight(now: now, &effects)
        }
    }

    mutating func receive(
        _ blocks: [SyncBlock], from peer: Address, now: UInt64, _ effects: inout [ReplicaEffect]
    ) throws(StorageFault) {
        if let fault = sync.receive(blocks, from: peer, tip: tip.header.height) {
            effects.append(.penalise(peer, fault))
            switch fault {
            case .unrequestedBlocks: break
            case .inflatedHeight:
                peers[peer]?.height = tip.header.height
                peers[peer]?.stalls += 1
            default: distrust(peer)
            }
        } else {
            peers[peer]?.stalls = 0
        }
        try proceed(now: now, &effects)
    }

    private mutating func distrust(_ peer: Address) {
        peers[peer]?.isDistrusted = true
        sync.forget(peer)
    }

    /// Executes the next block that is here. One a step: consensus messages may wait behind it, and must not wait long.
    mutating func proceed(now: UInt64, _ effects: inout [ReplicaEffect]) throws(StorageFault) {
        if let next = sync.take(tip.header.height + 1) {
            switch try check(next.block) {
            case .success(let candidate):
                ticksToStart = nil
                try commit(candidate, next.block.certificate, now: now, bySync: true, &effects)
            case .failure(.peer(let fault)):
                effects.append(.penalise(next.peer, fault))
                distrust(next.peer)
            case .failure(.chain(let rejection)):
                return halt(
                    "more than two thirds certified block \(tip.header.height + 1), which is invalid here: "
                        + "\(rejection)", &effects)
            }
            if sync.has(tip.header.height + 1) { effects.append(.proceed) }
        }
        try driveSync(now: now, &effects)
    }

    private enum SyncRejection: Error {
        case peer(PeerFault)
        /// The certificate holds and everything is here, but the block does not follow.
        case chain(BlockRejection)
    }

    private func check(_ synced: SyncBlock) throws(StorageFault) -> Result<ExecutedCandidate, SyncRejection> {
        let block = synced.block
        do throws(CertificateRejection) {
            try synced.certificate.verify(
                chainId: chainId, validators: core.validators, height: tip.header.height + 1, blockHash: block.hash)
        } catch {
            return .failure(.peer(.invalidCertificate(error)))
        }
        guard block.hasOwnBody, block.describes(synced.evidence) else { return .failure(.peer(.wrongBlockBody)) }
        let isWhole = synced.evidence.allSatisfy { if case .payload = $0 { true } else { false } }
        guard isWhole || isRetired(block.header.height) else { return .failure(.peer(.missingPayload)) }
        switch try validate(block, evidence: synced.evidence) {
        case .success(let candidate): return .success(candidate)
        case .failure(let rejection):
            return .failure(isWhole ? .chain(rejection) : .peer(.wrongFacts))
        }
    }

    /// Whether the payloads of a block may be gone (`Docs/Decisions/0005`).
    private func isRetired(_ height: UInt64) -> Bool {
        let retention = genesis.proving.proofRetention
        let slack = min(Self.retentionSlack, retention / 2)
        let (end, overflow) = height.addingReportingOverflow(retention - slack)
        return !overflow && end <= sync.target
    }
}
