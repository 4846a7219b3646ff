import ByteCodec
import Consensus

/// What the replica knows of one peer, all of it bounded.
struct Peer: Sendable {
    /// The last block that it says it has, and the first one that it can send.
    var height: UInt64 = 0
    var baseHeight: UInt64 = 1
    /// Consensus messages of the height after the one being decided, in order of arrival.
    var early: [ConsensusMessage] = []
    /// Requests since the last tick.
    var requests = 0
    /// Blocks that it was asked for and has not sent.
    var owes: [Bytes32] = []
    /// Blocks that it asked for before they were here.
    var wants: [Bytes32] = []
    /// When it was last helped over a height.
    var helpedAt: UInt64?
    /// Times in a row it let a sync request run out or had not what it claims.
    var stalls = 0
    /// It sent a synced block that does not hold: it is asked for none any more.
    var isDistrusted = false

    static let maxOwes = 16
    static let maxWants = 4
    static let maxStalls = 3
    /// Requests of one peer that are answered in a second.
    static let maxRequests = 64

    /// Whether its claims are still worth a question.
    var maySync: Bool { !isDistrusted && stalls < Self.maxStalls }

    /// Its status arrived. Whoever let too many questions run out, as behind a cut line, is asked once more.
    mutating func isHeardAgain() { stalls = min(stalls, Self.maxStalls - 1) }

    mutating func note(owing hash: Bytes32) {
        guard !owes.contains(hash) else { return }
        if owes.count >= Self.maxOwes { owes.removeFirst() }
        owes.append(hash)
    }

    /// False when the block was not asked for.
    mutating func pay(_ hash: Bytes32) -> Bool {
        guard let index = owes.firstIndex(of: hash) else { return false }
        owes.remove(at: index)
        return true
    }
}

/// The connected peers, always walked through in the order of their addresses.
struct PeerTable: Sendable {
    private(set) var addresses: [Address] = []
    private var peers: [Address: Peer] = [:]

    subscript(address: Address) -> Peer? {
        get { peers[address] }
        set {
            guard newValue != nil, peers[address] != nil else { return }
            peers[address] = newValue
        }
    }

    mutating func add(_ address: Address) {
        guard peers[address] == nil else { return }
        addresses.insert(address, at: addresses.firstIndex { $0 > address } ?? addresses.count)
        peers[address] = Peer()
    }

    mutating func remove(_ address: Address) {
        addresses.removeAll { $0 == address }
        peers[address] = nil
    }

    /// Takes a claim of a peer that it has this block.
    mutating func note(_ address: Address, reaches height: UInt64) {
        guard let peer = peers[address], peer.height < height else { return }
        peers[address]?.height = height
    }

    /// The highest block that a peer says it has, of those who can send the block at `height`.
    func highestClaim(from height: UInt64) -> UInt64 {
        addresses.reduce(0) { highest, address in
            guard let peer = peers[address], peer.maySync, peer.baseHeight <= height else { return highest }
            return max(highest, peer.height)
        }
    }

    mutating func tick() {
        for address in addresses { peers[address]?.requests = 0 }
    }
}
