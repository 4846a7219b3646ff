package import ByteCodec
package import ChainTypes

/// What a peer did wrong while it served a snapshot. Weights are those of `PeerFault`.
package enum SnapshotFault: Hashable, Sendable {
    case malformed(SnapshotMessageRejection)
    /// An answer to nothing that was asked.
    case unrequested
    /// A header that does not belong to the chain, or to what was asked for.
    case invalidManifest(SnapshotRejection)
    /// More bytes than the state of its header can have.
    case oversize
    /// Other bytes than the digest that this peer itself named.
    case wrongChunk
    /// Every chunk had its digest, and together they are not the state of the header.
    case wrongState(SnapshotRejection)
    case stalled
    case tooManyRequests

    /// How heavy the fault is; a peer that gathers 100 is banned (`PeerFault.weight`), and one fault of 100 ends all
    /// questions to it here.
    package var weight: Int {
        switch self {
        case .malformed, .invalidManifest, .oversize, .wrongChunk, .wrongState: 100
        case .unrequested: 20
        case .tooManyRequests: 10
        case .stalled: 5
        }
    }
}

/// How far a download has come.
package struct SnapshotProgress: Hashable, Sendable {
    /// Height of the snapshot.
    package var height: UInt64
    /// Chunks that are here.
    package var chunks: Int
    /// Chunks of the manifest.
    package var ofChunks: Int
    /// Bytes that are here.
    package var bytes: UInt64
    /// Bytes of all chunks.
    package var ofBytes: UInt64
    /// Peers that have it.
    package var sources: Int
}

/// Fetching a snapshot from several peers: which to take, what to ask of whom, and what has come.
///
/// A header is believed for its certificate and what is trusted. The list of chunks beside it is only its sender's word
/// until the whole is verified: peers that name the same list serve it together, and answer for it together.
package struct SnapshotDownload: Sendable {
    /// What the runtime must do, in the order given.
    package enum Effect: Hashable, Sendable {
        case send(SnapshotMessage, to: Address)
        case penalise(Address, SnapshotFault)
        /// All chunks are here (``manifest``, ``chunks``): verify them, and say ``rejected(_:now:)`` if they do not
        /// hold.
        case complete
    }

    private struct Source: Sendable {
        /// When it was last asked for a manifest, and whether it has not answered.
        var askedAt: UInt64 = 0
        var isAsked = false
        /// What it serves, by `Offer.key`.
        var offers: Bytes32?
        var stalls = 0
        var isDistrusted = false
    }

    private struct Offer: Sendable {
        let manifest: SnapshotManifest
        /// Of the header and the list of chunks: the certificate may differ from peer to peer.
        let key: Bytes32
        let since: UInt64
    }

    private struct Request: Sendable {
        let peer: Address
        let place: Int
        let askedAt: UInt64
    }

    /// Milliseconds to hear of other snapshots before one is taken, for an answer, and after which a peer that had none
    /// is asked again.
    package static let choice: UInt64 = 2_000
    /// See `choice`: for an answer.
    package static let patience: UInt64 = 10_000
    static let repetition: UInt64 = 3_000
    static let maxRequestsPerPeer = 4
    static let maxStalls = 3
    /// What a snapshot may hold besides its accounts.
    static let maxOtherBytes: UInt64 = 1 << 30
    private static let accountBytes: UInt64 = 44

    private let genesis: Genesis
    private let trust: SnapshotTrust
    /// Peers in the order of their addresses.
    private var addresses: [Address] = []
    private var sources: [Address: Source] = [:]
    private var offers: [Offer] = []
    private var refused: [Bytes32] = []
    private var chosen: Offer?
    /// Bytes of chunks by their digest: looked up, never walked through.
    private var stored: [Bytes32: [UInt8]] = [:]
    /// Places of the chosen manifest that are not here and not asked for, the next one last.
    private var waiting: [Int] = []
    private var requests: [Request] = []
    private var isComplete = false
    /// Why a manifest that is nobody's fault could not be used.
    package private(set) var obstacle: SnapshotRejection?

    /// No peer is known yet; `trust` says which headers are believed.
    package init(genesis: Genesis, trust: SnapshotTrust) {
        self.genesis = genesis
        self.trust = trust
    }

    /// The snapshot that was chosen; nil before.
    package var manifest: SnapshotManifest? { chosen?.manifest }
    /// Those that are here, in the manifest's order.
    package var chunks: [[UInt8]] { manifest?.chunks.compactMap { stored[$0.digest] } ?? [] }
    /// Everyone who is connected, by rising address, distrusted ones included.
    package var peers: [Address] { addresses }

    /// Nil before a snapshot is chosen.
    package var progress: SnapshotProgress? {
        guard let manifest else { return nil }
        let here = manifest.chunks.filter { stored[$0.digest] != nil }
        return SnapshotProgress(
            height: manifest.header.height, chunks: here.count, ofChunks: manifest.chunks.count,
            bytes: here.reduce(0) { $0 + UInt64($1.byteCount) }, ofBytes: manifest.byteCount(), sources: servers.count)
    }

    private var servers: [Address] {
        guard let key = chosen?.key else { return [] }
        return addresses.filter { sources[$0]?.offers == key }
    }

    // MARK: - Inputs

    /// A peer connected: it is asked what it has. `now` is in milliseconds, here and below.
    package mutating func peerUp(_ peer: Address, now: UInt64) -> [Effect] {
        guard sources[peer] == nil else { return [] }
        addresses.insert(peer, at: addresses.firstIndex { $0 > peer } ?? addresses.count)
        sources[peer] = Source()
        return [ask(peer, now: now)]
    }

    /// A peer left: what it was asked for is asked of others.
    package mutating func peerDown(_ peer: Address, now: UInt64) -> [Effect] {
        addresses.removeAll { $0 == peer }
        sources[peer] = nil
        release { $0.peer == peer }
        return proceed(now: now)
    }

    /// Takes a message. Questions get the answer that nothing is served here.
    package mutating func receive(_ message: SnapshotMessage, from peer: Address, now: UInt64) -> [Effect] {
        guard let source = sources[peer], !source.isDistrusted else { return [] }
        var fault: SnapshotFault?
        switch message {
        case .manifestRequest, .chunkRequest: return message.refusal.map { [.send($0, to: peer)] } ?? []
        case .manifest(let manifest):
            guard source.isAsked else { return blame(peer, .unrequested) }
            sources[peer]?.isAsked = false
            if let manifest { fault = take(manifest, from: peer, now: now) }
        case .chunk(let block, let place, let bytes): fault = take(bytes, at: Int(place), of: block, from: peer)
        }
        return (fault.map { blame(peer, $0) } ?? []) + proceed(now: now)
    }

    /// A peer sent bytes that are no message.
    package mutating func malformed(
        _ rejection: SnapshotMessageRejection, from peer: Address, now: UInt64
    ) -> [Effect] {
        blame(peer, .malformed(rejection)) + proceed(now: now)
    }

    /// A few times a second.
    package mutating func tick(now: UInt64) -> [Effect] {
        var effects: [Effect] = []
        func isLate(_ request: Request) -> Bool { now >= request.askedAt &+ Self.patience }
        for late in requests where isLate(late) {
            sources[late.peer]?.stalls += 1
            if sources[late.peer]?.stalls == Self.maxStalls { sources[late.peer]?.offers = nil }
            effects += blame(late.peer, .stalled)
        }
        release(isLate)
        return effects + proceed(now: now)
    }

    /// The chunks that were all here are not the state of their header: whoever named them answers for it.
    package mutating func rejected(_ rejection: SnapshotRejection, now: UInt64) -> [Effect] {
        guard let key = chosen?.key else { return [] }
        let liars = servers
        refused.append(key)
        stored = [:]
        forget()
        return liars.flatMap { blame($0, .wrongState(rejection)) } + proceed(now: now)
    }

    /// Chooses when there is nothing chosen, asks for what is missing, and says when nothing is.
    private mutating func proceed(now: UInt64) -> [Effect] {
        guard !isComplete else { return [] }
        var effects: [Effect] = []
        // What came of a choice that nobody serves any more is kept: chunks of another may have the same digests.
        if chosen != nil, servers.isEmpty, requests.isEmpty { forget() }
        if chosen == nil {
            effects += choose(now: now)
            for peer in addresses where chosen == nil && isDue(peer, now: now) { effects.append(ask(peer, now: now)) }
        }
        guard let manifest else { return effects }
        for peer in servers {
            var open = requests.count { $0.peer == peer }
            while open < Self.maxRequestsPerPeer, let place = waiting.popLast() {
                requests.append(Request(peer: peer, place: place, askedAt: now))
                effects.append(.send(.chunkRequest(manifest.header.hash, UInt32(place)), to: peer))
                open += 1
            }
        }
        if waiting.isEmpty, requests.isEmpty {
            isComplete = true
            effects.append(.complete)
        }
        return effects
    }

    // MARK: - Manifests

    private func isDue(_ peer: Address, now: UInt64) -> Bool {
        guard let source = sources[peer], !source.isDistrusted else { return false }
        return now >= source.askedAt &+ (source.isAsked ? Self.patience : Self.repetition)
    }

    private mutating func ask(_ peer: Address, now: UInt64) -> Effect {
        sources[peer]?.askedAt = now
        sources[peer]?.isAsked = true
        sources[peer]?.stalls = 0
        if let manifest { return .send(.manifestRequest(manifest.header.hash), to: peer) }
        if case .hash(let hash) = trust { return .send(.manifestRequest(hash), to: peer) }
        return .send(.manifestRequest(nil), to: peer)
    }

    private mutating func take(
        _ manifest: SnapshotManifest, from peer: Address, now: UInt64
    ) -> SnapshotFault? {
        do throws(SnapshotRejection) { try manifest.check(genesis: genesis, trust: trust) } catch {
            // Validators come and go: that those of the genesis have is no lie.
            guard error == .unknownValidators else { return .invalidManifest(error) }
            obstacle = error
            return nil
        }
        let accounts = UInt64(manifest.header.accountCount) * Self.accountBytes
        guard manifest.byteCount(of: .accounts) == accounts,
            manifest.byteCount() - accounts <= Self.maxOtherBytes
        else { return .oversize }
        let key = manifest.contentsKey
        guard !refused.contains(key) else { return .wrongState(.wrongAccounts) }
        sources[peer]?.offers = key
        if !offers.contains(where: { $0.key == key }) {
            offers.append(Offer(manifest: manifest, key: key, since: now))
        }
        return nil
    }

    /// Takes what most peers have; of two such, the later one. The others are asked whether they have it too.
    private mutating func choose(now: UInt64) -> [Effect] {
        offers.removeAll { offer in !addresses.contains { sources[$0]?.offers == offer.key } }
        guard let first = offers.map(\.since).min(), now >= first &+ Self.choice,
            let best = offers.max(by: { rank($0) < rank($1) })
        else { return [] }
        chosen = best
        let wanted = Set(best.manifest.chunks.map(\.digest))
        stored = stored.filter { wanted.contains($0.key) }
        waiting = best.manifest.chunks.indices.reversed().filter { stored[best.manifest.chunks[$0].digest] == nil }
        var effects: [Effect] = []
        for peer in addresses where sources[peer]?.offers != best.key && sources[peer]?.isDistrusted == false {
            effects.append(ask(peer, now: now))
        }
        return effects
    }

    private func rank(_ offer: Offer) -> (Int, UInt64) {
        (addresses.count { sources[$0]?.offers == offer.key }, offer.manifest.header.height)
    }

    private mutating func forget() {
        chosen = nil
        waiting = []
        requests = []
        isComplete = false
    }

    // MARK: - Chunks

    private mutating func take(
        _ bytes: [UInt8], at place: Int, of block: Bytes32, from peer: Address
    ) -> SnapshotFault? {
        guard let manifest, manifest.header.hash == block, manifest.chunks.indices.contains(place) else {
            return bytes.isEmpty ? nil : .unrequested
        }
        let chunk = manifest.chunks[place]
        let isThere = chunk.holds(bytes)
        if let request = requests.firstIndex(where: { $0.peer == peer && $0.place == place }) {
            requests.remove(at: request)
            if !isThere { waiting.append(place) }
        } else {
            // Late is not a lie.
            guard isThere || bytes.isEmpty else { return .unrequested }
            waiting.removeAll { isThere && $0 == place }
        }
        guard isThere else {
            guard bytes.isEmpty else { return .wrongChunk }
            // It does not keep the snapshot any more; what else it was asked for it may still say.
            sources[peer]?.offers = nil
            return nil
        }
        sources[peer]?.stalls = 0
        stored[chunk.digest] = bytes
        return nil
    }

    /// What was asked in these requests is to be asked again.
    private mutating func release(_ isOver: (Request) -> Bool) {
        waiting += requests.filter(isOver).map(\.place).reversed()
        requests.removeAll(where: isOver)
    }

    private mutating func blame(_ peer: Address, _ fault: SnapshotFault) -> [Effect] {
        if fault.weight >= 100 {
            sources[peer]?.isDistrusted = true
            sources[peer]?.isAsked = false
            sources[peer]?.offers = nil
            release { $0.peer == peer }
        }
        return [.penalise(peer, fault)]
    }
}

extension SnapshotManifest {
    /// Bytes of all chunks, or of one section's. No sum of them overflows.
    package func byteCount(of section: SnapshotSection? = nil) -> UInt64 {
        chunks.reduce(0) { section == nil || $1.section == section ? $0 + UInt64($1.byteCount) : $0 }
    }

    /// Names header and list of chunks without the certificate, which may differ from node to node.
    fileprivate var contentsKey: Bytes32 {
        var common = self
        common.certificate = Certificate(height: 0, round: 0, blockHash: .zero, signatures: [])
        return common.hash
    }
}
