package import ByteCodec
package import Cryptography

/// Why bytes are not a vote, a proposal, a certificate or a validator set.
package enum ConsensusDecodingError: Error, Hashable, Sendable {
    case malformed(RLPError)
    case unknownVoteType(UInt64)
    /// The signature's form is wrong: length, range, high S or recovery identifier.
    case invalidSignature(SignatureError)
    case tooManyValidators
    /// A key is not a compressed point of the curve.
    case invalidKey(validator: Address)
    /// A validator's address is not that of its signing key.
    case addressMismatch(validator: Address)
    /// Validators are not sorted by rising address.
    case validatorsNotRising
    /// No validator, a power of zero, or a total above `Limits.maxTotalPower`.
    case invalidPower
}
