package import ByteCodec

/// Why bytes are not a block or a header.
package enum BlockDecodingError: Error, Hashable, Sendable {
    case tooLarge(bytes: Int, limit: Int)
    case malformed(RLPError)
    /// The accounts root is not eight canonical field elements.
    case accountsRootNotCanonical
    /// The bits of the verdicts are not as many as declared, or the padding is not zero.
    case verdictsNotCanonical
    /// A VRF proof is 81 bytes, and empty in the genesis header only.
    case wrongVRFProofLength(Int)
    case tooManyTransactions
    case transactionTooLarge(bytes: Int)
    case invalidCertificate(ConsensusDecodingError)
    case tooMuchEvidence
    case invalidEvidence(EquivocationDecodingError)
}
