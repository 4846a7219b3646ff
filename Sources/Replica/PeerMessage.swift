package import ByteCodec
package import ChainTypes
package import Consensus
package import ProvingRules

/// How far a peer's chain reaches. A claim: nothing is believed for it but where to ask.
package struct PeerStatus: Hashable, Sendable {
    /// The last block that the peer committed, and its hash.
    package var height: UInt64
    /// See `height`.
    package var tipHash: Bytes32
    /// The first block that the peer can send.
    package var baseHeight: UInt64
    package init(height: UInt64, tipHash: Bytes32, baseHeight: UInt64) {
        self.height = height
        self.tipHash = tipHash
        self.baseHeight = baseHeight
    }
}

/// What stands in for the payload of a proving transaction in a block that is synced.
package enum SyncEvidence: Hashable, Sendable {
    case payload([UInt8])
    /// The payload was pruned. The verdict stands in the block's header, which its certificate vouches for; the facts
    /// are bound by the system root there.
    case facts(PayloadFacts?)
}

/// A committed block as a lagging node needs it.
package struct SyncBlock: Hashable, Sendable {
    /// The block, without its payloads.
    package var block: Block
    /// The certificate for the block itself.
    package var certificate: Certificate
    /// One entry a proving transaction, in their order.
    package var evidence: [SyncEvidence]
    package init(block: Block, certificate: Certificate, evidence: [SyncEvidence]) {
        self.block = block
        self.certificate = certificate
        self.evidence = evidence
    }

    /// Of a block that was just committed: its payloads are still here.
    package init(_ committed: CommittedBlock) {
        self.init(
            block: committed.block, certificate: committed.certificate,
            evidence: committed.payloads.map { .payload($0) })
    }
}

/// Everything that nodes say to each other (`Docs/Spec/Network.md`).
package enum PeerMessage: Hashable, Sendable {
    case status(PeerStatus)
    case consensus(ConsensusMessage)
    /// Asks for a block of the height being decided, or of one decided lately.
    case blockRequest(Bytes32)
    case block(ProposedBlock)
    /// Canonical bytes of ordinary transactions.
    case transactions([[UInt8]])
    /// Canonical bytes of one proving transaction, and its payload.
    case proof([UInt8], payload: [UInt8])
    /// Asks for committed blocks, ascending.
    case blocksRequest(from: UInt64, count: UInt32)
    /// The answer: a run of committed blocks from the first asked for on, shorter when they are large; empty when there
    /// are none.
    case blocks([SyncBlock])
}
