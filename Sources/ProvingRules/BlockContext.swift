package import ByteCodec
package import ProofField
package import SystemState

/// What the rules know of the block that is being executed.
package struct BlockContext: Hashable, Sendable {
    /// Height of the block.
    package var height: UInt64
    /// Address of the proposer's signing key: the inclusions of the block's proving transactions name it.
    package var proposer: Address
    /// Hash of the header at `height - 1`; jobs are bound to it.
    package var parentHash: Bytes32
    /// RANDAO mix of this block.
    package var mix: Bytes32

    package init(height: UInt64, proposer: Address, parentHash: Bytes32, mix: Bytes32) {
        self.height = height
        self.proposer = proposer
        self.parentHash = parentHash
        self.mix = mix
    }
}

/// What the block's transactions did to the account tree.
package struct BlockOperations: Hashable, Sendable {
    /// Root of the account tree before the block.
    package var before: Digest
    /// Root of the account tree after the block.
    package var after: Digest
    /// Account operations of the block; 0 for a block that needs no proof.
    package var count: UInt32
    /// How the block is cut into sub-blocks, if it is (``SubBlocks``).
    package var split: BlockSplit?

    package init(before: Digest, after: Digest, count: UInt32, split: BlockSplit? = nil) {
        self.before = before
        self.after = after
        self.count = count
        self.split = split
    }
}
