package import ByteCodec
package import Cryptography

/// A validator as the consensus engine sees it.
package struct Validator: Hashable, Sendable {
    /// Address of the signing key: identity, and where block rewards are booked.
    package var address: Address
    /// secp256k1 key that signs votes and proposals.
    package var signingKey: PublicKey
    /// Registered VRF key, never used for ECDSA.
    package var vrfKey: VRFPublicKey
    /// Voting power, 1 ... `Limits.maxValidatorPower`.
    package var power: UInt64
    package init(address: Address, signingKey: PublicKey, vrfKey: VRFPublicKey, power: UInt64) {
        self.address = address
        self.signingKey = signingKey
        self.vrfKey = vrfKey
        self.power = power
    }
}

/// The validators of one height, sorted by address, without duplicates; total power at most `Limits.maxTotalPower`.
package struct ValidatorSet: Hashable, Sendable {
    /// By rising address; the index is the validator's slot in certificates.
    package let validators: [Validator]
    /// Sum of the powers, 1 ... `Limits.maxTotalPower`.
    package let totalPower: UInt64

    /// nil when empty, when an address appears twice, when a power is zero, or when the total passes the cap.
    package init?(_ validators: [Validator]) {
        let sorted = validators.sorted { $0.address < $1.address }
        guard !sorted.isEmpty else { return nil }
        var total: UInt64 = 0
        for (i, v) in sorted.enumerated() {
            guard v.power > 0, i == 0 || sorted[i - 1].address != v.address else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(v.power)
            guard !overflow, sum <= Limits.maxTotalPower else { return nil }
            total = sum
        }
        self.validators = sorted
        self.totalPower = total
    }

    /// Slot of a validator; nil when it is not in the set. Linear in the size of the set.
    package func index(of address: Address) -> Int? { validators.firstIndex { $0.address == address } }
    /// Tendermint's quorum: 3·p > 2·T, in 128 bits.
    package func isQuorum(_ power: UInt64) -> Bool { 3 * UInt128(power) > 2 * UInt128(totalPower) }
    /// More than a third: 3·p > T.
    package func isSkip(_ power: UInt64) -> Bool { 3 * UInt128(power) > UInt128(totalPower) }
}

/// The two kinds of vote (arXiv 1807.04938, algorithm 1); the raw value is signed.
package enum VoteType: UInt8, Hashable, Sendable { case prevote = 1, precommit = 2 }

/// A signed vote. `blockHash` nil votes for nothing. No time and no other volatile field is signed.
package struct Vote: Hashable, Sendable {
    /// Prevote or precommit.
    package var type: VoteType
    /// Height that is voted on.
    package var height: UInt64
    /// Round of the vote, from 0.
    package var round: UInt32
    /// Hash of the block's header; nil votes for nothing.
    package var blockHash: Bytes32?
    /// Address of the signing key of the sender.
    package var validator: Address
    /// Over Keccak-256 of `ConsensusSignBytes.vote`; low s (EIP-2).
    package var signature: RecoverableSignature
    package init(
        type: VoteType, height: UInt64, round: UInt32, blockHash: Bytes32?, validator: Address,
        signature: RecoverableSignature
    ) {
        self.type = type
        self.height = height
        self.round = round
        self.blockHash = blockHash
        self.validator = validator
        self.signature = signature
    }
}

/// A signed proposal. `validRound` is nil for Tendermint's -1.
package struct Proposal: Hashable, Sendable {
    /// Height that is proposed for.
    package var height: UInt64
    /// Round of the proposal, from 0; the proposer must be that of (height, round).
    package var round: UInt32
    /// Earlier round in which the block had a polka: below `round`, which `ConsensusCore` checks (line 28).
    package var validRound: UInt32?
    /// Hash of the proposed block's header.
    package var blockHash: Bytes32
    /// Address of the signing key of the sender.
    package var proposer: Address
    /// Over Keccak-256 of `ConsensusSignBytes.proposal`; low s (EIP-2).
    package var signature: RecoverableSignature
    package init(
        height: UInt64, round: UInt32, validRound: UInt32?, blockHash: Bytes32, proposer: Address,
        signature: RecoverableSignature
    ) {
        self.height = height
        self.round = round
        self.validRound = validRound
        self.blockHash = blockHash
        self.proposer = proposer
        self.signature = signature
    }
}

/// More than two thirds of a validator set's power precommitted one block: signatures by index in the set, every one
/// checked (`verify`).
package struct Certificate: Hashable, Sendable {
    /// Height that was decided.
    package var height: UInt64
    /// Round of the precommits, which need not be the block's `originRound`.
    package var round: UInt32
    /// Hash of the decided block's header.
    package var blockHash: Bytes32
    /// One slot a validator, in set order; nil where it did not precommit this block.
    package var signatures: [RecoverableSignature?]
    package init(height: UInt64, round: UInt32, blockHash: Bytes32, signatures: [RecoverableSignature?]) {
        self.height = height
        self.round = round
        self.blockHash = blockHash
        self.signatures = signatures
    }
}
