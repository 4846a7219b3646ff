package import AccountTree
package import ByteCodec
package import ChainTypes
package import Consensus
package import Mempool
package import ProvingRules
package import SystemState

/// What the runtime must do, in the order given: a failure stops the node, so no later effect is carried out.
package enum ReplicaEffect: Sendable {
    /// Replace the sign state on disk, synced, and keep the block it speaks of so that it can be served after a crash.
    case persistSignState(SignState, proposed: ProposedBlock?)
    /// Say this to all peers but the one it came from.
    case broadcast(PeerMessage, except: Address?)
    case send(PeerMessage, to: Address)
    /// Count a fault against a peer, and drop or ban it when it has gathered too many (`PeerFault.weight`).
    case penalise(Address, PeerFault)
    /// Read these blocks off the decision path and send them as `blocks`; an empty answer when there are none.
    case serveBlocks(from: UInt64, count: UInt32, to: Address)
    /// Feed `proceed` after the inputs that wait: there is more of a long work to do.
    case proceed
    /// Feed `timeout` after this time.
    case schedule(TimeoutKind, height: UInt64, round: UInt32, milliseconds: UInt64)
    /// Feed `beginHeight` after this time.
    case scheduleHeight(UInt64, milliseconds: UInt64)
    /// Write everything of the block in one synced batch, then tell whoever listens.
    case commit(CommittedBlock)
    /// The answer to `submit`.
    case admitted(Bytes32)
    /// The answer to `submit`, with the reason.
    case refused(Bytes32, MempoolRefusal)
    /// Stop the node: nothing it could do from here on is safe.
    case halt(String)
}

/// A block with the payloads of its proving transactions, in order.
package struct ProposedBlock: Hashable, Sendable {
    /// The block as its proposer built it.
    package var block: Block
    /// As many as the block has proving transactions; each has the digest that its transaction signs.
    package var payloads: [[UInt8]]
    package init(block: Block, payloads: [[UInt8]]) {
        self.block = block
        self.payloads = payloads
    }
}

/// Everything that one block adds to the disk, atomically.
package struct CommittedBlock: Sendable {
    /// The block that was decided.
    package var block: Block
    /// Hash of its header.
    package var hash: Bytes32
    /// The certificate this node has seen for the block itself.
    package var certificate: Certificate
    /// Its transactions with their senders, in order.
    package var transactions: [VerifiedTransaction]
    /// One for each transaction, in order.
    package var receipts: [Receipt]
    /// Logs of the block that no transaction caused, in order.
    package var systemLogs: [Log]
    /// Per proving transaction, in order: its payload and what a replay needs once the payload is pruned.
    package var payloads: [[UInt8]]
    /// See `payloads`.
    package var facts: [PayloadFacts?]
    /// Every account that changed, as it is after the block, by rising leaf.
    package var accounts: [IndexedAccount]
    /// Rows of the system state that changed; a nil value is a removed row.
    package var systemChanges: [SystemState.Change]
    /// What the selections of the block chose from.
    package var rosters: [RosterRecord]
    /// Its account operations, in order.
    package var operations: [AccountOperation]
    /// What proving them takes from the tree before the block.
    package var witness: BlockWitness
    /// Up to here operations and witnesses are no longer needed.
    package var provenHeight: UInt64
}
