import ByteCodec
import ChainTypes
package import Replica

/// What the peers bring to the node's brain.
extension NodeHost {
    func peerUp(_ peer: Address) { feed(.peerUp(peer, now: clock())) }
    func peerDown(_ peer: Address) { feed(.peerDown(peer)) }
    func receive(_ message: PeerMessage, from peer: Address) { feed(.message(message, from: peer, now: clock())) }

    /// Whether the brain asked this peer for what it sends.
    func awaits(_ message: PeerMessage, from peer: Address) -> Bool {
        read { replica in replica.awaits(message, from: peer) }
    }

    /// Ordinary transactions whose signatures were checked.
    func relay(_ transactions: [VerifiedTransaction], from peer: Address) {
        feed(.relayed(transactions, from: peer))
    }

    /// A proving transaction whose signature was checked; its proof is tried before the brain is asked.
    func relay(_ transaction: VerifiedTransaction, payload: [UInt8], from peer: Address) async {
        guard !hasSeen(transaction) else { return }
        await warm(transaction, payload: payload)
        feed(.relayedProof(transaction, payload: payload, from: peer))
    }

    /// How far catching up with the peers has come; nil when this node is level with them.
    package var syncStatus: SyncStatus? { read { replica in replica.syncStatus } }
}
