package import ByteCodec
package import ChainTypes

/// The last committed block and the certificate this node has seen for it; nil for the genesis block.
package struct ChainTip: Hashable, Sendable {
    /// Header of the block.
    package var header: BlockHeader
    /// `header.hash`, kept.
    package var hash: Bytes32
    /// The certificate; late precommits are added to it until the next height starts.
    package var certificate: Certificate?
    package init(header: BlockHeader, certificate: Certificate?) {
        self.header = header
        self.hash = header.hash
        self.certificate = certificate
    }
}
