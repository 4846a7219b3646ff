import ByteCodec
import ChainTypes
import Consensus
import Cryptography

/// What peers say, and what they are told.
extension Replica {
    /// Milliseconds after a commit in which messages of that height are taken to be late rather than lost, and between
    /// two helps of one peer.
    private static let helpDelay: UInt64 = 500
    private static let helpInterval: UInt64 = 1_000
    /// Ticks after which peers are told again where this node is: who gave up asking it, or missed the news, asks
    /// again. A chain that stands still says nothing else, and may stand still for want of the one that gave up.
    private static let statusTicks = 10
    /// Transactions that a new peer is told of.
    private static let welcomeTransactions = 256

    /// What this node tells its peers of itself.
    package var status: PeerStatus {
        PeerStatus(height: tip.header.height, tipHash: tip.hash, baseHeight: baseHeight)
    }

    /// Peers that are connected.
    package var peerCount: Int { peers.addresses.count }

    // MARK: - Coming, going, time

    mutating func peerUp(_ peer: Address, now: UInt64, _ effects: inout [ReplicaEffect]) throws(StorageFault) {
        peers.add(peer)
        effects.append(.send(.status(status), to: peer))
        if core.isStarted {
            effects += core.gossip.filter { canServe($0) }.map { .send(.consensus($0), to: peer) }
        }
        var bytes = 8
        var pending: [[UInt8]] = []
        for transaction in try poolCandidates(limit: Self.welcomeTransactions) {
            bytes += transaction.encoded.count + 4
            guard bytes <= PeerLimits.maxTransactionsBytes else { break }
            pending.append(transaction.encoded)
        }
        if !pending.isEmpty { effects.append(.send(.transactions(pending), to: peer)) }
        askForBlocks(hint: nil, now: now, &effects)
    }

    mutating func peerDown(_ peer: Address) {
        peers.remove(peer)
        fetch.forget(peer)
        sync.forget(peer)
    }

    mutating func tick(now: UInt64, _ effects: inout [ReplicaEffect]) throws(StorageFault) {
        peers.tick()
        ticksSinceStatus += 1
        if ticksSinceStatus >= Self.statusTicks { tellStatus(&effects) }
        if let ticks = ticksToStart {
            ticksToStart = ticks - 1
            if ticks <= 1, !sync.isCatchingUp { try startHeight(now: now, &effects) }
        }
        askForBlocks(hint: nil, now: now, &effects)
        try driveSync(now: now, &effects)
    }

    mutating func tellStatus(_ effects: inout [ReplicaEffect]) {
        ticksSinceStatus = 0
        effects.append(.broadcast(.status(status), except: nil))
    }

    // MARK: - Messages

    mutating func receive(
        _ message: PeerMessage, from peer: Address, now: UInt64, _ effects: inout [ReplicaEffect]
    ) throws(StorageFault) {
        guard peers[peer] != nil else { return }
        switch message {
        case .status(let status):
            try receive(status, from: peer, now: now, &effects)
        case .consensus(let message):
            try receive(message, from: peer, now: now, &effects)
        case .blockRequest(let hash):
            guard admitsRequest(of: peer, &effects) else { return }
            serve(hash, to: peer, &effects)
        case .block(let proposed):
            try receive(proposed, from: peer, now: now, &effects)
        case .transactions(let list):
            receive(list, from: peer, &effects)
        case .proof(let transaction, let payload):
            receive(transaction, payload: payload, from: peer, &effects)
        case .blocksRequest(let from, let count):
            guard admitsRequest(of: peer, &effects) else { return }
            serve(from: from, count: count, to: peer, &effects)
        case .blocks(let blocks):
            try receive(blocks, from: peer, now: now, &effects)
        }
    }

    private mutating func admitsRequest(of peer: Address, _ effects: inout [ReplicaEffect]) -> Bool {
        peers[peer]?.requests += 1
        guard let requests = peers[peer]?.requests, requests > Peer.maxRequests else { return true }
        if requests == Peer.maxRequests + 1 { effects.append(.penalise(peer, .tooManyRequests)) }
        return false
    }

    private mutating func receive(
        _ status: PeerStatus, from peer: Address, now: UInt64, _ effects: inout [ReplicaEffect]
    ) throws(StorageFault) {
        peers[peer]?.height = status.height
        peers[peer]?.baseHeight = status.baseHeight
        peers[peer]?.isHeardAgain()
        let isLevel = status.height <= core.height
        if ticksToStart != nil, isLevel, !sync.isCatchingUp { try startHeight(now: now, &effects) }
        try driveSync(now: now, &effects)
    }

    // MARK: - Consensus

    private mutating func receive(
        _ message: ConsensusMessage, from peer: Address, now: UInt64, _ effects: inout [ReplicaEffect]
    ) throws(StorageFault) {
        let height = message.height
        if height > 1 { peers.note(peer, reaches: height - 1) }
        if height == core.height { return try judge(message, from: peer, now: now, &effects) }
        guard height < core.height else {
            keepEarly(message, from: peer)
            return try driveSync(now: now, &effects)
        }
        collectLate(message, &effects)
        guard !isHalted else { return }
        help(peer, at: height, now: now, &effects)
    }

    /// Checks a message of this height, uses it, and passes on what was new. An honest peer has done the same, so what
    /// fails the check is the sender's fault, whoever signed it.
    private mutating func judge(
        _ message: ConsensusMessage, from peer: Address, now: UInt64, _ effects: inout [ReplicaEffect]
    ) throws(StorageFault) {
        let input: ConsensusInput
        do throws(MessageRejection) {
            input = try verified(message)
        } catch {
            switch error {
            case .duplicate, .otherHeight: return
            default: return effects.append(.penalise(peer, .invalidMessage(error)))
            }
        }
        // Sent on first: the message may end the height.
        let place = effects.count
        let dismissal = try drive(input, hint: peer, now: now, &effects)
        guard !isHalted else { return }
        switch dismissal {
        case nil where !canServe(message): hold(message, from: peer)
        case nil: effects.insert(.broadcast(.consensus(message), except: peer), at: place)
        case .validRoundNotEarlier: effects.append(.penalise(peer, .validRoundNotEarlier))
        case .otherHeight, .notAValidator, .duplicate, .tooFarAhead: break
        }
    }

    /// Whoever hears a proposal asks its sender for the block. So it is passed on by those who have the block: nodes
    /// that passed on what they lack would wait for one another.
    func canServe(_ message: ConsensusMessage) -> Bool {
        guard case .proposal(let proposal) = message, proposal.height == core.height else { return true }
        return known(proposal.blockHash) != nil
    }

    private func verified(_ message: ConsensusMessage) throws(MessageRejection) -> ConsensusInput {
        switch message {
        case .proposal(let proposal): .proposal(try core.verified(proposal))
        case .vote(let vote): .vote(try core.verified(vote))
        case .polka(let polka): .polka(try core.verified(polka))
        case .certificate(let certificate): .certificate(try core.verified(certificate))
        }
    }

    /// The most messages of the next height that are kept of one peer.
    package var maxEarlyMessages: Int { 4 * core.validators.validators.count + 8 }

    /// Messages of the next height that wait, over all peers.
    package var earlyMessages: Int { peers.addresses.reduce(0) { $0 + (peers[$1]?.early.count ?? 0) } }

    /// Messages of the next height wait until this one is committed, a bounded number of each peer.
    private mutating func keepEarly(_ message: ConsensusMessage, from peer: Address) {
        guard message.height == core.height + 1, let known = peers[peer], known.early.count < maxEarlyMessages
        else { return }
        peers[peer]?.early.append(message)
    }

    /// Takes up what came early for the height that begins.
    mutating func replayEarly(now: UInt64, _ effects: inout [ReplicaEffect]) throws(StorageFault) {
        for peer in peers.addresses {
            guard let early = peers[peer]?.early, !early.isEmpty else { continue }
            peers[peer]?.early = []
            for message in early where message.height == core.height && !isHalted {
                try judge(message, from: peer, now: now, &effects)
            }
        }
    }

    /// Until the next height starts, late precommits still go into the tip's certificate: who signed is counted by it.
    private mutating func collectLate(_ message: ConsensusMessage, _ effects: inout [ReplicaEffect]) {
        guard case .vote(let vote) = message, vote.type == .precommit, !core.isStarted,
            let verified = try? decided?.verified(vote)
        else { return }
        for effect in decided?.step(.vote(verified)) ?? [] {
            switch effect {
            case .evidence(let equivocation): evidence.add(equivocation, state: ledger.system)
            case .halt(let fault): return halt(fault, &effects)
            default: continue
            }
        }
        if let certificate = decided?.seenCertificate { tip.certificate = certificate }
    }

    /// A peer that still decides a height which is decided here gets the certificate; it asks for the block if it
    /// lacks it.
    private mutating func help(
        _ peer: Address, at height: UInt64, now: UInt64, _ effects: inout [ReplicaEffect]
    ) {
        guard let known = peers[peer], known.height < height, let certificate = recent.certificate(at: height),
            now >= (known.helpedAt ?? 0) &+ Self.helpInterval,
            height < tip.header.height || now >= tip.header.timestamp &+ Self.helpDelay
        else { return }
        peers[peer]?.helpedAt = now
        effects.append(.send(.consensus(.certificate(certificate)), to: peer))
    }
}

extension ConsensusMessage {
    /// The height that the message speaks of.
    package var height: UInt64 {
        switch self {
        case .proposal(let proposal): proposal.height
        case .vote(let vote): vote.height
        case .polka(let polka): polka.height
        case .certificate(let certificate): certificate.height
        }
    }
}
