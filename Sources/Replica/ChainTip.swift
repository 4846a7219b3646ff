package import ByteCodec
package import ChainTypes

/// The last committed block and the certificate this node has seen for it; nil for the genesis block.
package struct ChainTip: Hashable, Sendable {
    package var header: BlockHeader
    package var hash: Bytes32
    package var certificate: Certificate?
    package init(header: BlockHeader, certificate: Certificate?) {
        self.header = header
        self.hash = header.hash
        self.certificate = certificate
    }
}
