package import ByteCodec
package import Cryptography

/// Why a certificate does not prove that a block was decided.
package enum CertificateRejection: Error, Hashable, Sendable {
    /// It certifies another height.
    case wrongHeight(have: UInt64, want: UInt64)
    /// It certifies another block.
    case wrongBlock(have: Bytes32, want: Bytes32)
    /// There must be exactly one slot per validator.
    case wrongSlotCount(have: Int, want: Int)
    /// No key gives the signature in this slot.
    case invalidSignature(slot: Int)
    /// Another key than that of the slot's validator gives the signature.
    case wrongSigner(slot: Int, signer: Address)
    /// The signers' power is not above two thirds of the total.
    case insufficientPower(have: UInt64, total: UInt64)
}

extension Certificate {
    /// Throws unless more than two thirds of the power of `validators`, the set of the certificate's height, signed a
    /// precommit for the certificate's block on chain `chainId`.
    ///
    /// Every signature is checked, also those beyond the quorum: one certificate has one meaning for all who read it
    /// (who signed is paid and counted by it). The slot fixes the signer, so none counts twice.
    package func verify(chainId: UInt64, validators: ValidatorSet) throws(CertificateRejection) {
        try validators.checkQuorum(
            signatures, type: .precommit, height: height, round: round, blockHash: blockHash, chainId: chainId)
    }

    /// Throws also when the certificate is for another height or block than given.
    package func verify(
        chainId: UInt64, validators: ValidatorSet, height: UInt64, blockHash: Bytes32
    ) throws(CertificateRejection) {
        guard self.height == height else { throw .wrongHeight(have: self.height, want: height) }
        guard self.blockHash == blockHash else { throw .wrongBlock(have: self.blockHash, want: blockHash) }
        try verify(chainId: chainId, validators: validators)
    }
}

extension ValidatorSet {
    /// Throws unless more than two thirds of the power signed this vote for `blockHash`; `signatures` has one slot a
    /// validator, in set order. Every signature is checked, and its slot fixes the signer.
    package func checkQuorum(
        _ signatures: [RecoverableSignature?], type: VoteType, height: UInt64, round: UInt32, blockHash: Bytes32,
        chainId: UInt64
    ) throws(CertificateRejection) {
        guard signatures.count == validators.count else {
            throw .wrongSlotCount(have: signatures.count, want: validators.count)
        }
        let digest = Keccak256.hash(
            ConsensusSignBytes.vote(chainId: chainId, type: type, height: height, round: round, blockHash: blockHash))
        var power: UInt64 = 0
        for (slot, (signature, member)) in zip(signatures, validators).enumerated() {
            guard let signature else { continue }
            guard let signer = try? signature.recoverAddress(digest: digest) else {
                throw .invalidSignature(slot: slot)
            }
            guard signer == member.address else { throw .wrongSigner(slot: slot, signer: signer) }
            power += member.power
        }
        guard isQuorum(power) else { throw .insufficientPower(have: power, total: totalPower) }
    }
}
