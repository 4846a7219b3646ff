package import ByteCodec
package import Cryptography

/// What a validator signs with: one key for ECDSA, another one for the VRF (one key for both can leak it).
package struct ValidatorKeys: Sendable {
    /// Signs proposals and votes; its address is the validator's identity.
    package let signing: SecretKey
    /// Makes the proof in the headers of its blocks.
    package let vrf: VRFSecretKey
    /// Address of the signing key.
    package let address: Address

    package init(signing: SecretKey, vrf: VRFSecretKey) {
        self.signing = signing
        self.vrf = vrf
        self.address = signing.publicKey.address
    }

    /// Both keys from a 32-byte seed: the seed is the signing key, the VRF key is derived from it by HKDF.
    package init(seed: [UInt8]) throws {
        self.init(signing: try SecretKey(seed), vrf: try VRFSecretKey(validatorSeed: seed))
    }
}
