/// Why a key or a signature is refused.
package enum SignatureError: Error, Hashable, Sendable {
    /// A secret key is not in 1 ..< q, or a public key is not a point of the curve in a known form.
    case invalidKey
    /// r or s is not in 1 ..< q, the length is wrong, or the signature does not hold for the key and digest.
    case invalidSignature
    /// s is above q / 2: the other of the two forms of a signature, refused since EIP-2.
    case highS
    /// The recovery identifier is not 0 or 1.
    case invalidRecoveryId
}
