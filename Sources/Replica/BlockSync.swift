import ByteCodec
import ChainTypes

/// Catching up: which blocks to ask of whom, and what has come. What is true of them the replica checks; this value
/// only keeps order and bounds.
///
/// Heights come from peers' claims, so nothing but questions follows from them: a node takes part in consensus until
/// it has committed a synced block, which a certificate proves, and again as soon as nobody has more to send.
struct BlockSync: Sendable {
    struct Request: Sendable {
        let peer: Address
        let from: UInt64
        let count: UInt32
        let askedAt: UInt64
    }

    struct Received: Sendable {
        let block: SyncBlock
        let peer: Address
    }

    static let rangeBlocks: UInt64 = 32
    /// Blocks after the tip that are asked for or kept at a time.
    static let window: UInt64 = 128
    static let maxRequestsPerPeer = 2
    /// Milliseconds a peer has for an answer.
    static let patience: UInt64 = 5_000
    /// Milliseconds after which an answer to a question that was given up is not expected any more.
    static let memory: UInt64 = 60_000
    /// Milliseconds that one block's lag is left to consensus.
    static let grace: UInt64 = 1_000

    private(set) var requests: [Request] = []
    /// Questions that were given up. What answers them late is no lie, and of use where it is still missing: a node
    /// that is slow itself would else drop all that it asked for, and ban whoever sent it.
    private var givenUp: [Request] = []
    private var received: [UInt64: Received] = [:]
    /// The height at which catching up began, while it lasts.
    private(set) var startHeight: UInt64?
    private(set) var target: UInt64 = 0
    private var behindSince: UInt64?

    var isCatchingUp: Bool { startHeight != nil }

    func has(_ height: UInt64) -> Bool { received[height] != nil }
    func block(_ height: UInt64) -> Block? { received[height]?.block.block }

    // MARK: - Asking

    /// Takes note of where the tip and the peers are.
    mutating func update(tip: UInt64, claim: UInt64, now: UInt64) {
        target = max(claim, tip)
        if claim > tip { behindSince = behindSince ?? now } else { behindSince = nil }
    }

    private func isNeeded(tip: UInt64, now: UInt64) -> Bool {
        guard target > tip else { return false }
        return isCatchingUp || target > tip &+ 1 || behindSince.map { now >= $0 &+ Self.grace } ?? false
    }

    /// The questions to put now: disjoint ranges, each to the peer that has the fewest open.
    mutating func plan(tip: UInt64, peers: PeerTable, now: UInt64) -> [Request] {
        guard isNeeded(tip: tip, now: now) else { return [] }
        var planned: [Request] = []
        var height = tip &+ 1
        let last = min(target, tip &+ Self.window)
        while height <= last {
            guard isMissing(height) else {
                height += 1
                continue
            }
            guard let (address, peer) = choose(for: height, peers) else { break }
            var count: UInt64 = 1
            let end = min(last, peer.height)
            while count < Self.rangeBlocks, height + count <= end, isMissing(height + count) { count += 1 }
            let request = Request(peer: address, from: height, count: UInt32(count), askedAt: now)
            requests.append(request)
            planned.append(request)
            height += count
        }
        return planned
    }

    private func isMissing(_ height: UInt64) -> Bool {
        received[height] == nil && !requests.contains { height >= $0.from && height - $0.from < UInt64($0.count) }
    }

    private func choose(for height: UInt64, _ peers: PeerTable) -> (Address, Peer)? {
        var best: (address: Address, peer: Peer, load: Int)?
        for address in peers.addresses {
            guard let peer = peers[address], peer.maySync, peer.height >= height, peer.baseHeight <= height else {
                continue
            }
            let load = requests.count { $0.peer == address }
            guard load < Self.maxRequestsPerPeer else { continue }
            if let best, (best.peer.stalls, best.load) <= (peer.stalls, load) { continue }
            best = (address, peer, load)
        }
        return best.map { ($0.address, $0.peer) }
    }

    /// Takes out the questions that were not answered in time.
    mutating func expire(now: UInt64) -> [Request] {
        let late = requests.filter { now >= $0.askedAt &+ Self.patience }
        requests.removeAll { now >= $0.askedAt &+ Self.patience }
        givenUp.removeAll { now >= $0.askedAt &+ Self.memory }
        givenUp += late
        return late
    }

    // MARK: - Answers

    /// Takes an answer, or says what is wrong with it. An empty one answers the peer's oldest question.
    mutating func receive(_ blocks: [SyncBlock], from peer: Address, tip: UInt64) -> PeerFault? {
        let first = blocks.first?.block.header.height
        // A question may stand where a longer one from the same height was given up: each answer finds its own.
        func answers(_ request: Request) -> Bool {
            request.peer == peer && (first == nil || request.from == first && blocks.count <= Int(request.count))
        }
        func take(_ questions: inout [Request]) -> Bool {
            guard let index = questions.firstIndex(where: answers) else { return false }
            questions.remove(at: index)
            return true
        }
        // An empty answer does not say what it answers, and answers come in order.
        let match = first == nil ? take(&givenUp) || take(&requests) : take(&requests) || take(&givenUp)
        // What comes twice is no lie.
        guard match else { return .unrequestedBlocks }
        guard !blocks.isEmpty else { return .inflatedHeight }
        var parent: (height: UInt64, hash: Bytes32)?
        for synced in blocks {
            let header = synced.block.header
            let hash = header.hash
            if let parent, header.height != parent.height &+ 1 || header.parentHash != parent.hash {
                return .nonContiguousBlocks
            }
            guard synced.certificate.height == header.height else {
                return .invalidCertificate(.wrongHeight(have: synced.certificate.height, want: header.height))
            }
            guard synced.certificate.blockHash == hash else {
                return .invalidCertificate(.wrongBlock(have: synced.certificate.blockHash, want: hash))
            }
            parent = (header.height, hash)
        }
        for synced in blocks where synced.block.header.height > tip {
            received[synced.block.header.height] = Received(block: synced, peer: peer)
        }
        return nil
    }

    /// The block after the tip, if it is here.
    mutating func take(_ height: UInt64) -> Received? { received.removeValue(forKey: height) }

    /// Forgets all that a peer sent and was asked for.
    mutating func forget(_ peer: Address) {
        requests.removeAll { $0.peer == peer }
        givenUp.removeAll { $0.peer == peer }
        received = received.filter { $0.value.peer != peer }
    }

    // MARK: - Progress

    /// A block was committed, by sync or by consensus.
    mutating func committed(_ height: UInt64, bySync: Bool) {
        received = received.filter { $0.key > height }
        behindSince = nil
        if bySync { startHeight = startHeight ?? height - 1 }
    }

    /// True when catching up has come to its end: nobody has more, or nobody sends it.
    mutating func endsCatchingUp(tip: UInt64) -> Bool {
        guard isCatchingUp, target <= tip, received.isEmpty else { return false }
        startHeight = nil
        return true
    }
}

/// How far a node that catches up has come, in heights.
package struct SyncStatus: Hashable, Sendable {
    /// Height at which catching up began.
    package let start: UInt64
    /// Height of the tip.
    package let current: UInt64
    /// Highest height that a peer claims; not verified.
    package let target: UInt64

    package init(start: UInt64, current: UInt64, target: UInt64) {
        self.start = start
        self.current = current
        self.target = target
    }
}
