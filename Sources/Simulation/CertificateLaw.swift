package import ByteCodec
package import ChainTypes
import Cryptography

/// What a certificate must be, written a second time without regard to the code that nodes run.
package enum CertificateLaw {
    /// nil when the signatures prove that more than two thirds of the power of `set` precommitted `blockHash`.
    package static func violation(
        _ certificate: Certificate, of blockHash: Bytes32, height: UInt64, set: ValidatorSet, chainId: UInt64
    ) -> String? {
        guard certificate.height == height, certificate.blockHash == blockHash else { return "another block's" }
        guard certificate.signatures.count == set.validators.count else { return "wrong number of slots" }
        let content = ConsensusSignBytes.vote(
            chainId: chainId, type: .precommit, height: height, round: certificate.round, blockHash: blockHash)
        var (signed, total) = (UInt128(0), UInt128(0))
        for (validator, signature) in zip(set.validators, certificate.signatures) {
            total += UInt128(validator.power)
            guard let signature else { continue }
            guard (try? signature.recoverAddress(digest: Keccak256.hash(content))) == validator.address else {
                return "the signature in the slot of \(validator.address) is not its"
            }
            signed += UInt128(validator.power)
        }
        return signed * 3 > total * 2 ? nil : "a power of \(signed) of \(total) signed"
    }
}
