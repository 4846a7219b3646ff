/// Proof that a validator holds the secret of the VRF key it registers.
///
/// It is a VRF proof over a message that no RANDAO input equals, because those start with another domain. The
/// public key is part of every VRF proof, so a proof cannot be moved to another key.
extension VRF {
    private static let possessionDomain = Array("cairn/vrf-possession/1".utf8)

    /// Proves possession for `context`, which names the chain and the registering account.
    package static func provePossession(key: VRFSecretKey, context: [UInt8]) throws(VRFError) -> VRFProof {
        try prove(key: key, alpha: possessionDomain + context)
    }

    /// Throws unless `proof` (81 bytes) shows possession of the key for `context`; errors as in `verify`.
    package static func verifyPossession(
        publicKey: VRFPublicKey, context: [UInt8], proof: [UInt8]
    ) throws(VRFError) {
        _ = try verify(publicKey: publicKey, alpha: possessionDomain + context, proof: proof)
    }
}
