package import ByteCodec
package import ChainTypes
package import Cryptography

/// More than two thirds of the power prevoted one block in one round; signatures by index in the set, as in a
/// `Certificate`. Shown to peers that may have counted another vote of an equivocator first.
package struct PolkaCertificate: Hashable, Sendable {
    package var height: UInt64
    package var round: UInt32
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

    package init(decoding bytes: [UInt8]) throws(ConsensusDecodingError) {
        let shape = try Certificate(decoding: bytes)
        self.init(
            height: shape.height, round: shape.round, blockHash: shape.blockHash, signatures: shape.signatures)
    }

    /// Throws unless more than two thirds of the power signed this prevote. Every signature is checked.
    package func verify(chainId: UInt64, validators: ValidatorSet) throws(CertificateRejection) {
        let members = validators.validators
        guard signatures.count == members.count else {
            throw .wrongSlotCount(have: signatures.count, want: members.count)
        }
        let digest = Keccak256.hash(
            ConsensusSignBytes.vote(
                chainId: chainId, type: .prevote, height: height, round: round, blockHash: blockHash))
        var power: UInt64 = 0
        for (slot, (signature, member)) in zip(signatures, members).enumerated() {
            guard let signature else { continue }
            guard let signer = try? signature.recoverAddress(digest: digest) else {
                throw .invalidSignature(slot: slot)
            }
            guard signer == member.address else { throw .wrongSigner(slot: slot, signer: signer) }
            power += member.power
        }
        guard validators.isQuorum(power) else {
            throw .insufficientPower(have: power, total: validators.totalPower)
        }
    }
}
