package import ByteCodec
package import ChainTypes
package import Consensus

/// What can happen to a node. Times are milliseconds since 1970, read by the runtime.
package enum ReplicaInput: Sendable {
    /// Begin, or continue where the disk left off.
    case start(now: UInt64)
    /// The block interval has passed: begin the height after the last committed one.
    case beginHeight(UInt64, now: UInt64)
    /// A timer of the effect `schedule` went off.
    case timeout(TimeoutKind, height: UInt64, round: UInt32, now: UInt64)
    /// A transaction from a client. A proving transaction comes with its payload.
    case submit(VerifiedTransaction, payload: [UInt8]?)
    /// Ordinary transactions from a peer, whose signatures were checked off the decision path.
    case relayed([VerifiedTransaction], from: Address)
    /// A proving transaction from a peer, with its payload.
    case relayedProof(VerifiedTransaction, payload: [UInt8], from: Address)
    /// A peer is connected, by the address of its node key.
    case peerUp(Address, now: UInt64)
    /// The connection to a peer ended.
    case peerDown(Address)
    /// What a connected peer said, decoded and not judged.
    case message(PeerMessage, from: Address, now: UInt64)
    /// Once a second: what is repeated, and what takes too long.
    case tick(now: UInt64)
    /// The answer to the effect `proceed`.
    case proceed(now: UInt64)
}
