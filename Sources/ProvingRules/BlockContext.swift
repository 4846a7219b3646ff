package import ByteCodec
package import ProofField
package import SystemState

/// What the rules know of the block that is being executed.
package struct BlockContext: Hashable, Sendable {
    package var height: UInt64
    package var proposer: Address
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
    package var before: Digest
    package var after: Digest
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
