package import ByteCodec
package import ChainTypes

/// What the replica must do, in the order given.
package enum ConsensusEffect: Hashable, Sendable {
    /// A round began. For display; nothing has to be done.
    case enteredRound(UInt32)
    /// Build a block with this round as origin round and answer `proposedValue`.
    case buildProposal(height: UInt64, round: UInt32)
    /// Ask `SignState.maySign`, sign, persist, broadcast, and feed the signed message back as an input.
    case sign(SigningRequest)
    /// Send a message of this or another validator again.
    case broadcast(ConsensusMessage)
    /// Fetch the block until it is there, then answer `blockAvailable`. Said again when the height takes long.
    case requestBlock(Bytes32)
    /// Answer `blockValid` or `blockInvalid`; a failing disk answers neither.
    case validateBlock(Bytes32)
    /// Answer `timeout` after so long.
    case scheduleTimeout(TimeoutKind, height: UInt64, round: UInt32, milliseconds: UInt64)
    /// The height is decided: commit the block. Given once.
    case decide(blockHash: Bytes32, round: UInt32, Certificate)
    /// A validator contradicted itself; keep it for a block to show.
    case evidence(Equivocation)
    /// The input was not used.
    case dismissed(Dismissal)
    /// The node must stop: nothing it could do from here on is safe. No effect follows, now or later.
    case halt(ConsensusFault)
}

/// Why a verified message was not used.
package enum Dismissal: Hashable, Sendable {
    case otherHeight
    case notAValidator
    /// The round in which a proposed value is said to be valid is not an earlier one.
    case validRoundNotEarlier
    case duplicate
    /// The sender already holds its share of rounds that have not begun.
    case tooFarAhead
}

/// Why the node must stop. Each says that a key is used twice or that the chain decided what is invalid here.
package enum ConsensusFault: Hashable, Sendable {
    /// Two messages with the own signature contradict each other: the key is in use elsewhere.
    case ownEquivocation(Equivocation)
    /// A message with the own signature that this node never asked to sign.
    case foreignSignature(ConsensusMessage)
    /// More than two thirds precommitted a block that is invalid here.
    case certifiedBlockInvalid(Certificate)
}
