import ByteCodec
import ChainTypes
import Cryptography

/// Taking in messages: who may send what, what counts, what is evidence.
extension ConsensusCore {
    /// Rounds after the current one for which a validator's messages are kept.
    static let maxFutureRounds = 2

    mutating func receive(_ input: ConsensusInput, _ effects: inout [ConsensusEffect]) {
        switch input {
        case .start: start(&effects)
        case .proposal(let verified): receive(verified.proposal, &effects)
        case .vote(let verified): receive(verified.vote, &effects)
        case .polka(let verified):
            let polka = verified.polka
            receiveQuorum(.prevote, polka.height, polka.round, polka.blockHash, polka.signatures, &effects)
        case .certificate(let verified):
            let shown = verified.certificate
            receiveQuorum(.precommit, shown.height, shown.round, shown.blockHash, shown.signatures, &effects)
        case .proposedValue(let round, let hash): propose(hash, round: round, &effects)
        case .blockAvailable(let hash, let originRound, let timely):
            if blocks.arrive(hash, BlockTable.Facts(originRound: originRound, timely: timely)) {
                effects.append(.validateBlock(hash))
            }
        case .blockValid(let hash): blocks.judge(hash, isValid: true)
        case .blockInvalid(let hash): blocks.judge(hash, isValid: false)
        case .timeout(let kind, let height, let round):
            if height == self.height { fire(kind, round: round, &effects) }
        }
    }

    private mutating func receive(_ proposal: Proposal, _ effects: inout [ConsensusEffect]) {
        guard proposal.height == height else { return effects.append(.dismissed(.otherHeight)) }
        guard let index = validators.index(of: proposal.proposer) else {
            return effects.append(.dismissed(.notAValidator))
        }
        if let validRound = proposal.validRound, validRound >= proposal.round {
            return effects.append(.dismissed(.validRoundNotEarlier))
        }
        if proposal.proposer == own, isForeign(.proposal, round: proposal.round) {
            return halt(.foreignSignature(.proposal(proposal)), &effects)
        }
        guard admit(index, round: proposal.round) else { return effects.append(.dismissed(.tooFarAhead)) }
        keep(proposal, from: index, &effects)
    }

    /// The first proposal of a round counts; another one, in block or validRound, is evidence.
    private mutating func keep(_ proposal: Proposal, from index: Int, _ effects: inout [ConsensusEffect]) {
        guard let first = table[proposal.round].proposal else {
            table[proposal.round].proposal = proposal
            table[proposal.round].proposerIndex = index
            return
        }
        guard first.blockHash != proposal.blockHash || first.validRound != proposal.validRound,
            !table[proposal.round].proposerAccused
        else { return effects.append(.dismissed(.duplicate)) }
        table[proposal.round].proposerAccused = true
        accuse(.proposals(first, proposal), &effects)
    }

    private mutating func receive(_ vote: Vote, _ effects: inout [ConsensusEffect]) {
        guard vote.height == height else { return effects.append(.dismissed(.otherHeight)) }
        guard let index = validators.index(of: vote.validator) else {
            return effects.append(.dismissed(.notAValidator))
        }
        if vote.validator == own, isForeign(SigningStep(vote.type), round: vote.round) {
            return halt(.foreignSignature(.vote(vote)), &effects)
        }
        guard admit(index, round: vote.round) else { return effects.append(.dismissed(.tooFarAhead)) }
        if !count(vote, index, &effects) { effects.append(.dismissed(.duplicate)) }
    }

    /// A quorum counts whole, whatever its senders said to this node before. It needs no
    /// admission: two thirds of the power are in that round.
    private mutating func receiveQuorum(
        _ type: VoteType, _ height: UInt64, _ round: UInt32, _ blockHash: Bytes32,
        _ signatures: [RecoverableSignature?], _ effects: inout [ConsensusEffect]
    ) {
        guard height == self.height else { return effects.append(.dismissed(.otherHeight)) }
        for (index, (signature, validator)) in zip(signatures, validators.validators).enumerated() {
            guard let signature, !isHalted else { continue }
            let vote = Vote(
                type: type, height: height, round: round, blockHash: blockHash, validator: validator.address,
                signature: signature)
            if validator.address == own, isForeign(SigningStep(type), round: round) {
                return halt(.foreignSignature(.vote(vote)), &effects)
            }
            _ = count(vote, index, &effects)
        }
        table[round][type].show(blockHash, signatures)
    }

    /// False when nothing new was learned.
    private mutating func count(_ vote: Vote, _ index: Int, _ effects: inout [ConsensusEffect]) -> Bool {
        let power = validators.validators[index].power
        switch table[vote.round][vote.type].insert(vote, index: index, power: power) {
        case .counted: return true
        case .duplicate, .repeatedConflict: return false
        case .conflict(let first):
            accuse(.votes(first, vote), &effects)
            return true
        }
    }

    /// The own key contradicting itself means that it is in use elsewhere (`Docs/Spec/Consensus.md`).
    private mutating func accuse(_ equivocation: Equivocation, _ effects: inout [ConsensusEffect]) {
        if equivocation.validator == own { return halt(.ownEquivocation(equivocation), &effects) }
        effects.append(.evidence(equivocation))
    }

    mutating func halt(_ fault: ConsensusFault, _ effects: inout [ConsensusEffect]) {
        isHalted = true
        effects.append(.halt(fault))
    }

    /// Whether a message of the own key was not asked for here. Of rounds before the one in which a height was resumed
    /// after a crash nothing is known.
    private func isForeign(_ kind: SigningStep, round messageRound: UInt32) -> Bool {
        messageRound >= firstRound && !asked.contains(Asked(round: messageRound, step: kind))
    }

    /// Keeps the newest `maxFutureRounds` rounds of each sender: an honest one that is ahead is soon heard in the
    /// round where it stays, and nobody can fill the table.
    private mutating func admit(_ index: Int, round messageRound: UInt32) -> Bool {
        guard messageRound > round else { return true }
        let held = table.rounds(after: round, with: index)
        guard !held.contains(messageRound), held.count >= Self.maxFutureRounds, let oldest = held.first else {
            return true
        }
        guard messageRound > oldest else { return false }
        table.removeMessages(from: index, in: oldest)
        return true
    }
}
