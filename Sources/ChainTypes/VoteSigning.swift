package import ByteCodec
package import Cryptography

/// What validators sign. Each kind of message has a domain of its own, the chain id is in it, and nothing that may
/// differ between two signings of the same decision is: signing again gives the same bytes.
///
///     vote:     "cairn/vote/v1", chainId, type (u8), height (u64), round (u32), 0 | 1, blockHash or zero
///     proposal: "cairn/proposal/v1", chainId, height (u64), round (u32), 0 | 1, validRound (u32) or zero, blockHash
///
/// The domain stands behind its length in one byte; integers are big-endian; the flag 1 says that the optional field
/// behind it is there. The signature is over Keccak-256 of these bytes.
package enum ConsensusSignBytes {
    /// The bytes of a vote, as above, before they are hashed.
    package static func vote(
        chainId: UInt64, type: VoteType, height: UInt64, round: UInt32, blockHash: Bytes32?
    ) -> [UInt8] {
        var message = DomainHash("cairn/vote/v1")
        message.append(chainId)
        message.append(type.rawValue)
        message.append(height)
        message.append(round)
        message.append(blockHash == nil ? 0 as UInt8 : 1)
        message.append(blockHash ?? .zero)
        return message.bytes
    }

    /// The bytes of a proposal, as above, before they are hashed.
    package static func proposal(
        chainId: UInt64, height: UInt64, round: UInt32, validRound: UInt32?, blockHash: Bytes32
    ) -> [UInt8] {
        var message = DomainHash("cairn/proposal/v1")
        message.append(chainId)
        message.append(height)
        message.append(round)
        message.append(validRound == nil ? 0 as UInt8 : 1)
        message.append(validRound ?? 0)
        message.append(blockHash)
        return message.bytes
    }
}

extension Vote {
    /// See `ConsensusSignBytes`.
    package func signBytes(chainId: UInt64) -> [UInt8] {
        ConsensusSignBytes.vote(chainId: chainId, type: type, height: height, round: round, blockHash: blockHash)
    }

    /// A vote of `key`'s validator, signed deterministically (RFC 6979): the same arguments give the same bytes. It
    /// does not ask the sign state; `ConsensusCore` does before.
    package static func signed(
        type: VoteType, height: UInt64, round: UInt32, blockHash: Bytes32?, chainId: UInt64, key: SecretKey
    ) -> Vote {
        let message = ConsensusSignBytes.vote(
            chainId: chainId, type: type, height: height, round: round, blockHash: blockHash)
        return Vote(
            type: type, height: height, round: round, blockHash: blockHash, validator: key.publicKey.address,
            signature: key.sign(Keccak256.hash(message)))
    }

    /// Whether the key of `validator` made the signature on chain `chainId`. It says nothing of membership in a set.
    package func isSigned(chainId: UInt64) -> Bool {
        signature.isMade(by: validator, over: signBytes(chainId: chainId))
    }
}

extension Proposal {
    /// See `ConsensusSignBytes`.
    package func signBytes(chainId: UInt64) -> [UInt8] {
        ConsensusSignBytes.proposal(
            chainId: chainId, height: height, round: round, validRound: validRound, blockHash: blockHash)
    }

    /// A proposal of `key`'s validator, signed deterministically (RFC 6979). It does not ask the sign state.
    package static func signed(
        height: UInt64, round: UInt32, validRound: UInt32?, blockHash: Bytes32, chainId: UInt64, key: SecretKey
    ) -> Proposal {
        let message = ConsensusSignBytes.proposal(
            chainId: chainId, height: height, round: round, validRound: validRound, blockHash: blockHash)
        return Proposal(
            height: height, round: round, validRound: validRound, blockHash: blockHash,
            proposer: key.publicKey.address, signature: key.sign(Keccak256.hash(message)))
    }

    /// Whether the key of `proposer` made the signature on chain `chainId`. It says nothing of the right to propose.
    package func isSigned(chainId: UInt64) -> Bool {
        signature.isMade(by: proposer, over: signBytes(chainId: chainId))
    }
}

extension RecoverableSignature {
    fileprivate func isMade(by address: Address, over message: [UInt8]) -> Bool {
        (try? recoverAddress(digest: Keccak256.hash(message))) == address
    }
}
