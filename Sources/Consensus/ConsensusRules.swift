import ByteCodec
import ChainTypes

/// The rules of algorithm 1, applied until none is enabled. One input can enable several: serving one and dropping the
/// rest is the classical fault of such engines.
extension ConsensusCore {
    mutating func serveRules(_ effects: inout [ConsensusEffect]) {
        guard isStarted else { return }
        while !isHalted, !isDecided {
            noteCommit()
            requestBlocks(&effects)
            guard serveOne(&effects) else { return }
        }
    }

    private mutating func serveOne(_ effects: inout [ConsensusEffect]) -> Bool {
        if committed != nil { return decide(&effects) }
        return skipRound(&effects) || prevoteFirstProposal(&effects) || prevoteRepeatedProposal(&effects)
            || servePolka(&effects) || precommitNil(&effects) || setPrevoteTimer(&effects)
            || setPrecommitTimer(&effects)
    }

    mutating func start(_ effects: inout [ConsensusEffect]) {
        guard !isStarted else { return }
        isStarted = true
        schedule(.rebroadcast, &effects)
        guard isResumed else { return startRound(round, &effects) }
        effects.append(.enteredRound(round))
        effects += gossip.map { .broadcast($0) }
        if step == .propose { schedule(.propose, &effects) }
    }

    /// Lines 11–21.
    private mutating func startRound(_ newRound: UInt32, _ effects: inout [ConsensusEffect]) {
        round = newRound
        step = .propose
        marks = RoundMarks()
        effects.append(.enteredRound(newRound))
        if isProposer {
            if let valid {
                marks.proposed = true
                sign(.proposal(round: round, validRound: valid.round, blockHash: valid.blockHash), &effects)
            } else {
                effects.append(.buildProposal(height: height, round: round))
            }
        }
        schedule(.propose, &effects)
    }

    /// Lines 18 and 19, when the block has been built.
    mutating func propose(_ blockHash: Bytes32, round: UInt32, _ effects: inout [ConsensusEffect]) {
        guard isStarted, committed == nil, round == self.round, step == .propose, isProposer, !marks.proposed else {
            return
        }
        marks.proposed = true
        sign(.proposal(round: round, validRound: nil, blockHash: blockHash), &effects)
    }

    /// Lines 57–67, and the timer that sends everything again. A timer that is late for its round or step is nothing.
    mutating func fire(_ kind: TimeoutKind, round: UInt32, _ effects: inout [ConsensusEffect]) {
        guard isStarted, !isDecided else { return }
        if kind == .rebroadcast { return rebroadcast(&effects) }
        guard committed == nil, round == self.round else { return }
        switch kind {
        case .propose where step == .propose: prevote(nil, &effects)
        case .prevote where step == .prevote: precommit(nil, lock: nil, &effects)
        case .precommit where round < UInt32.max: startRound(round + 1, &effects)
        default: return
        }
    }

    private mutating func rebroadcast(_ effects: inout [ConsensusEffect]) {
        effects += gossip.map { .broadcast($0) }
        for hash in wantedBlocks where blocks[hash].map({ $0.facts == nil }) ?? false {
            effects.append(.requestBlock(hash))
        }
        schedule(.rebroadcast, &effects)
    }

    // MARK: Rules

    /// First half of line 49: a quorum of precommits in any round.
    private mutating func noteCommit() {
        guard committed == nil else { return }
        for messages in table.rounds {
            guard let hash = messages.precommits.quorumBlocks(in: validators).first else { continue }
            committed = BlockInRound(round: messages.round, blockHash: hash)
            return
        }
    }

    /// Lines 49–54: any round, any step.
    private mutating func decide(_ effects: inout [ConsensusEffect]) -> Bool {
        guard let committed, let certificate = seenCertificate, let isValid = blocks[committed.blockHash]?.isValid
        else { return false }
        guard isValid else {
            halt(.certifiedBlockInvalid(certificate), &effects)
            return true
        }
        isDecided = true
        effects.append(.decide(blockHash: committed.blockHash, round: committed.round, certificate))
        return true
    }

    /// Line 55: more than a third of the power is in a later round.
    private mutating func skipRound(_ effects: inout [ConsensusEffect]) -> Bool {
        let later = table.rounds.last { $0.round > round && validators.isSkip($0.votersPower) }
        guard let later else { return false }
        startRound(later.round, &effects)
        return true
    }

    /// Lines 22–27: a value proposed for the first time. Exclusive with line 28 by validRound.
    private mutating func prevoteFirstProposal(_ effects: inout [ConsensusEffect]) -> Bool {
        guard step == .propose, let proposal = table[round].proposal, proposal.validRound == nil,
            let entry = blocks[proposal.blockHash], let isValid = entry.isValid, let facts = entry.facts
        else { return false }
        let isProper = isValid && facts.timely && facts.originRound == round
        let isFree = locked == nil || locked?.blockHash == proposal.blockHash
        prevote(isProper && isFree ? proposal.blockHash : nil, &effects)
        return true
    }

    /// Lines 28–33: a value proposed again, with a polka in an earlier round.
    private mutating func prevoteRepeatedProposal(_ effects: inout [ConsensusEffect]) -> Bool {
        guard step == .propose, let proposal = table[round].proposal, let validRound = proposal.validRound,
            validRound < round, table[validRound].prevotes.hasQuorum(for: proposal.blockHash, in: validators),
            let entry = blocks[proposal.blockHash], let isValid = entry.isValid, let facts = entry.facts
        else { return false }
        let isProper = isValid && facts.originRound <= validRound
        let isFree = locked.map { $0.round <= validRound || $0.blockHash == proposal.blockHash } ?? true
        prevote(isProper && isFree ? proposal.blockHash : nil, &effects)
        return true
    }

    /// Lines 36–43, once a round: lock and precommit in step prevote, and in step precommit, too, remember the value.
    private mutating func servePolka(_ effects: inout [ConsensusEffect]) -> Bool {
        guard step >= .prevote, !marks.polkaServed else { return false }
        let polkas = table[round].prevotes.quorumBlocks(in: validators)
        guard let hash = polkas.first(where: { blocks.isValid($0) }) else { return false }
        let block = BlockInRound(round: round, blockHash: hash)
        marks.polkaServed = true
        valid = block
        if step == .prevote {
            locked = block
            precommit(hash, lock: polka(block), &effects)
        }
        return true
    }

    /// Lines 44–46. The lock stays.
    private mutating func precommitNil(_ effects: inout [ConsensusEffect]) -> Bool {
        guard step == .prevote, table[round].prevotes.hasQuorum(for: nil, in: validators) else { return false }
        precommit(nil, lock: nil, &effects)
        return true
    }

    /// Lines 34 and 35.
    private mutating func setPrevoteTimer(_ effects: inout [ConsensusEffect]) -> Bool {
        guard step == .prevote, !marks.prevoteTimerSet, validators.isQuorum(table[round].prevotes.power) else {
            return false
        }
        marks.prevoteTimerSet = true
        schedule(.prevote, &effects)
        return true
    }

    /// Lines 47 and 48: in any step.
    private mutating func setPrecommitTimer(_ effects: inout [ConsensusEffect]) -> Bool {
        guard !marks.precommitTimerSet, validators.isQuorum(table[round].precommits.power) else { return false }
        marks.precommitTimerSet = true
        schedule(.precommit, &effects)
        return true
    }

    // MARK: Effects

    /// Blocks without which some rule cannot be judged.
    private var wantedBlocks: [Bytes32] {
        if let committed { return [committed.blockHash] }
        let proposed = table[round].proposal.map { [$0.blockHash] } ?? []
        let locked = locked.map { [$0.blockHash] } ?? []
        return proposed + table[round].prevotes.quorumBlocks(in: validators) + locked
    }

    private mutating func requestBlocks(_ effects: inout [ConsensusEffect]) {
        for hash in wantedBlocks where blocks[hash] == nil {
            blocks.want(hash)
            effects.append(.requestBlock(hash))
        }
    }

    private mutating func prevote(_ blockHash: Bytes32?, _ effects: inout [ConsensusEffect]) {
        step = .prevote
        sign(.vote(.prevote, round: round, blockHash: blockHash), &effects)
    }

    private mutating func precommit(
        _ blockHash: Bytes32?, lock: PolkaCertificate?, _ effects: inout [ConsensusEffect]
    ) {
        step = .precommit
        sign(.vote(.precommit, round: round, blockHash: blockHash), lock: lock, &effects)
    }

    private mutating func sign(
        _ content: UnsignedMessage, lock: PolkaCertificate? = nil, _ effects: inout [ConsensusEffect]
    ) {
        guard own != nil else { return }
        asked.insert(Asked(round: content.round, step: content.step))
        effects.append(.sign(SigningRequest(height: height, content: content, lock: lock, journal: journal)))
    }

    private func schedule(_ kind: TimeoutKind, _ effects: inout [ConsensusEffect]) {
        let milliseconds = timeouts.milliseconds(kind, round: round)
        effects.append(.scheduleTimeout(kind, height: height, round: round, milliseconds: milliseconds))
    }
}
