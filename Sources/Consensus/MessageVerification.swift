package import ByteCodec
package import ChainTypes
import Cryptography

/// Messages whose signatures were checked against a height's validators. Only `ConsensusCore.verified` makes them.
package struct VerifiedProposal: Hashable, Sendable {
    /// Of this height, from its round's proposer, with its signature.
    package let proposal: Proposal
    fileprivate init(_ proposal: Proposal) { self.proposal = proposal }
}

/// A vote of a validator of this height under its signature.
package struct VerifiedVote: Hashable, Sendable {
    /// Of this height, from a validator of its set, with its signature.
    package let vote: Vote
    fileprivate init(_ vote: Vote) { self.vote = vote }
}

/// A polka whose signatures, each of them, were checked.
package struct VerifiedPolka: Hashable, Sendable {
    /// Of this height; more than two thirds of its set's power prevoted the block.
    package let polka: PolkaCertificate
    fileprivate init(_ polka: PolkaCertificate) { self.polka = polka }
}

/// A certificate whose signatures, each of them, were checked.
package struct VerifiedCertificate: Hashable, Sendable {
    /// Of this height; more than two thirds of its set's power precommitted the block.
    package let certificate: Certificate
    fileprivate init(_ certificate: Certificate) { self.certificate = certificate }
}

/// Why a message is refused. All but `duplicate` and `otherHeight` are its sender's fault.
package enum MessageRejection: Error, Hashable, Sendable {
    /// The height that it is of.
    case otherHeight(UInt64)
    case notAValidator(Address)
    /// The proposer of that round is another validator.
    case notTheProposer(Address)
    case invalidSignature
    /// These very bytes are already here, or a quorum that is already known.
    case duplicate
    /// What is wrong with a polka or a certificate.
    case certificate(CertificateRejection)
}

/// One way in, with the set of this height and no other. Cheap checks come before signatures.
extension ConsensusCore {
    /// Checks height, proposer, novelty and signature, in this order. Whether `validRound` is earlier is for `step`.
    package func verified(_ proposal: Proposal) throws(MessageRejection) -> VerifiedProposal {
        guard proposal.height == height else { throw .otherHeight(proposal.height) }
        guard proposal.proposer == Proposer.select(validators, height: height, round: proposal.round).address else {
            throw .notTheProposer(proposal.proposer)
        }
        guard table[proposal.round].proposal != proposal else { throw .duplicate }
        guard proposal.isSigned(chainId: chainId) else { throw .invalidSignature }
        return VerifiedProposal(proposal)
    }

    /// Checks height, membership, novelty and signature, in this order.
    package func verified(_ vote: Vote) throws(MessageRejection) -> VerifiedVote {
        guard vote.height == height else { throw .otherHeight(vote.height) }
        guard let index = validators.index(of: vote.validator) else { throw .notAValidator(vote.validator) }
        guard table[vote.round][vote.type].vote(of: index) != vote else { throw .duplicate }
        guard vote.isSigned(chainId: chainId) else { throw .invalidSignature }
        return VerifiedVote(vote)
    }

    /// Checks height, novelty, and every signature. `certificate` says what of them is wrong.
    package func verified(_ polka: PolkaCertificate) throws(MessageRejection) -> VerifiedPolka {
        guard polka.height == height else { throw .otherHeight(polka.height) }
        guard !table[polka.round].prevotes.hasQuorum(for: polka.blockHash, in: validators) else { throw .duplicate }
        do { try polka.verify(chainId: chainId, validators: validators) } catch { throw .certificate(error) }
        return VerifiedPolka(polka)
    }

    /// Checks height, novelty, and every signature. `certificate` says what of them is wrong.
    package func verified(_ certificate: Certificate) throws(MessageRejection) -> VerifiedCertificate {
        guard certificate.height == height else { throw .otherHeight(certificate.height) }
        guard committed?.blockHash != certificate.blockHash,
            !table[certificate.round].precommits.hasQuorum(for: certificate.blockHash, in: validators)
        else { throw .duplicate }
        do { try certificate.verify(chainId: chainId, validators: validators) } catch { throw .certificate(error) }
        return VerifiedCertificate(certificate)
    }
}
