package import ChainTypes
package import Consensus

/// What can happen to a node. Times are milliseconds since 1970, read by the runtime.
package enum ReplicaInput: Sendable {
    /// Begin, or continue where the disk left off.
    case start(now: UInt64)
    /// The block interval has passed: begin the height after the last committed one.
    case beginHeight(UInt64, now: UInt64)
    case timeout(TimeoutKind, height: UInt64, round: UInt32, now: UInt64)
    /// A transaction from a client. A proving transaction comes with its payload.
    case submit(VerifiedTransaction, payload: [UInt8]?)
}
