import ByteCodec

/// The blocks of the height being decided that are wanted and not here, and whom they were asked of.
struct BlockFetch: Sendable {
    private struct Wanted: Sendable {
        let hash: Bytes32
        /// The peer that sent the proposal for it, and so has it.
        let source: Address?
        var asked: Address?
        var askedAt: UInt64
        /// Who is still to be asked before anyone is asked again. Peers that come later wait for the next turn: else
        /// whoever comes under a new name all the time would be the only one to be asked.
        var turn: [Address]
    }

    /// Milliseconds after which another peer is asked.
    static let patience: UInt64 = 2_000

    /// In the order in which they became wanted. Consensus wants a block for a proposal of the round, a quorum or the
    /// lock, so a height wants few.
    private var wanted: [Wanted] = []

    func wants(_ hash: Bytes32) -> Bool { wanted.contains { $0.hash == hash } }

    mutating func want(_ hash: Bytes32, source: Address?) {
        guard !wants(hash) else { return }
        wanted.append(Wanted(hash: hash, source: source, asked: nil, askedAt: 0, turn: []))
    }

    mutating func arrived(_ hash: Bytes32) { wanted.removeAll { $0.hash == hash } }
    mutating func removeAll() { wanted = [] }

    /// A peer left: what it was asked for is asked of another.
    mutating func forget(_ peer: Address) {
        for index in wanted.indices where wanted[index].asked == peer { wanted[index].asked = nil }
    }

    /// What to ask of whom now. `hint` probably has what is asked for first.
    mutating func requests(
        from peers: [Address], hint: Address?, now: UInt64
    ) -> [(hash: Bytes32, peer: Address)] {
        var requests: [(hash: Bytes32, peer: Address)] = []
        guard !peers.isEmpty else { return [] }
        for index in wanted.indices {
            let isDue = wanted[index].asked == nil || now >= wanted[index].askedAt &+ Self.patience
            guard isDue else { continue }
            wanted[index].turn.removeAll { !peers.contains($0) }
            if wanted[index].turn.isEmpty { wanted[index].turn = peers }
            let turn = wanted[index].turn
            let choice = [wanted[index].source, hint].compactMap { $0 }.first(where: turn.contains)
            guard let peer = choice ?? turn.first else { continue }
            wanted[index].asked = peer
            wanted[index].askedAt = now
            wanted[index].turn.removeAll { $0 == peer }
            requests.append((wanted[index].hash, peer))
        }
        return requests
    }
}
