package import ByteCodec
package import Cryptography

/// What a validator signs with both its keys to be registered by an owner.
///
///     signature: by the signing key over H("cairn/validator/signing/v1", chainId (u64), owner, VRF key)
///     VRF proof: of possession, with the context H("cairn/validator/vrf/v1", chainId (u64), owner, address)
///
/// Each names the chain and the owner, so that neither can be used to register the keys elsewhere.
package enum ValidatorRegistration {
    /// The digest that the signing key signs.
    package static func signingDigest(chainId: UInt64, owner: Address, vrfKey: VRFPublicKey) -> Bytes32 {
        var hash = DomainHash("cairn/validator/signing/v1")
        hash.append(chainId)
        hash.append(owner)
        hash.append(vrfKey.compressed)
        return hash.digest
    }

    /// The context of the VRF's proof of possession; `address` is that of the signing key.
    package static func possessionContext(chainId: UInt64, owner: Address, address: Address) -> [UInt8] {
        var hash = DomainHash("cairn/validator/vrf/v1")
        hash.append(chainId)
        hash.append(owner)
        hash.append(address)
        return hash.digest.bytes
    }

    /// Both proofs: the signature and the 81 bytes of the VRF proof.
    package static func prove(
        signing: SecretKey, vrf: VRFSecretKey, chainId: UInt64, owner: Address
    ) throws(VRFError) -> (signature: RecoverableSignature, vrfProof: [UInt8]) {
        let digest = signingDigest(chainId: chainId, owner: owner, vrfKey: vrf.publicKey)
        let context = possessionContext(chainId: chainId, owner: owner, address: signing.publicKey.address)
        let proof = try VRF.provePossession(key: vrf, context: context)
        return (signing.sign(digest), proof.bytes)
    }
}
