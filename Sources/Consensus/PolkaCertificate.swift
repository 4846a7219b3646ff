package import ByteCodec
package import ChainTypes
package import Cryptography

/// More than two thirds of the power prevoted one block in one round; signatures by index in the set, as in a
/// `Certificate`. Shown to peers that may have counted another vote of an equivocator first.
package struct PolkaCertificate: Hashable, Sendable {
    /// Height of the prevotes.
    package var height: UInt64
    /// Round of the prevotes.
    package var round: UInt32
    /// Hash of the header that they are for; never nil.
    package var blockHash: Bytes32
    /// One slot a validator, in set order; nil where no prevote for this block is known.
    package var signatures: [RecoverableSignature?]

    package init(height: UInt64, round: UInt32, blockHash: Bytes32, signatures: [RecoverableSignature?]) {
        self.height = height
        self.round = round
        self.blockHash = blockHash
        self.signatures = signatures
    }

    /// The bytes of a `Certificate` with these fields.
    package var encoded: [UInt8] {
        Certificate(height: height, round: round, blockHash: blockHash, signatures: signatures).encoded
    }

    /// Reads what `encoded` gives; throws what a `Certificate`'s decoder throws. Nothing is verified.
    package init(decoding bytes: [UInt8]) throws(ConsensusDecodingError) {
        let shape = try Certificate(decoding: bytes)
        self.init(
            height: shape.height, round: shape.round, blockHash: shape.blockHash, signatures: shape.signatures)
    }

    /// Throws unless more than two thirds of the power signed this prevote. Every signature is checked.
    package func verify(chainId: UInt64, validators: ValidatorSet) throws(CertificateRejection) {
        try validators.checkQuorum(
            signatures, type: .prevote, height: height, round: round, blockHash: blockHash, chainId: chainId)
    }
}
