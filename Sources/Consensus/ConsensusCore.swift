package import ByteCodec
package import ChainTypes

/// Tendermint consensus for one height (Buchman, Kwon, Milosevic: arXiv 1807.04938, algorithm 1; "line" in comments
/// counts its lines), as a value without clock, network, disk or key.
///
/// After each input all rules are applied until none is enabled. Three points go beyond the paper:
/// - Messages carry block hashes; a rule that asks for valid(v) waits until the block is here and judged. A quorum
///   stands for the proposal it grew from (more than a third of honest power saw it), so lines 36 and 49 need the
///   block, not the proposal message.
/// - A node that knows a quorum of precommits but lacks the block waits for it and takes no further part in rounds.
/// - The proposer, too, sets the timer of line 21: its block may fail to be built in time.
package struct ConsensusCore: Sendable {
    /// The steps of a round (step_p of the paper).
    package enum Step: UInt8, Comparable, Hashable, Sendable {
        case propose, prevote, precommit
        /// In the order in which a round goes through them.
        package static func < (left: Step, right: Step) -> Bool { left.rawValue < right.rawValue }
    }

    /// A block and the round in which it had a quorum.
    package struct BlockInRound: Hashable, Sendable {
        /// Round of the quorum.
        package let round: UInt32
        /// Hash of the block's header.
        package let blockHash: Bytes32
    }

    /// What happens at most once a round.
    struct RoundMarks: Hashable, Sendable {
        var proposed = false
        var polkaServed = false
        var prevoteTimerSet = false
        var precommitTimerSet = false
    }

    /// A message that this node has asked to sign.
    struct Asked: Hashable, Sendable { var round: UInt32, step: SigningStep }

    /// The one height that this value decides (h_p); the next height is a new value.
    package let height: UInt64
    /// Signed with every message.
    package let chainId: UInt64
    /// The set of this height; all quorums are of its power.
    package let validators: ValidatorSet
    /// The validator that this node speaks for; nil when it only follows.
    package let own: Address?
    /// Lengths of the timers that it asks for.
    package let timeouts: ConsensusTimeouts

    /// round_p: 0 at first, or the round of the last signature after a crash.
    package internal(set) var round: UInt32 = 0
    /// step_p.
    package internal(set) var step = Step.propose
    /// lockedRound and lockedValue; nil for -1 and nil.
    package internal(set) var locked: BlockInRound?
    /// validRound and validValue; nil for -1 and nil.
    package internal(set) var valid: BlockInRound?
    /// A quorum of precommits: decided as soon as the block is here and valid.
    package internal(set) var committed: BlockInRound?
    /// A `decide` effect was given. Late precommits are still counted, for `seenCertificate`.
    package internal(set) var isDecided = false
    /// A `halt` effect was given: no input has an effect any more.
    package internal(set) var isHalted = false
    /// The first round was entered.
    package internal(set) var isStarted = false

    var marks = RoundMarks()
    /// At most three a round.
    var asked: Set<Asked> = []
    var table = RoundTable()
    var blocks = BlockTable()
    let isResumed: Bool
    /// Of earlier rounds it is not known what this node signed: it crashed in this one.
    let firstRound: UInt32

    /// `own` may be any address; unless it is in `validators`, nothing is ever signed. `signState` is what was last
    /// persisted: at this height the core continues from it, from a later height it only follows.
    package init(
        height: UInt64, chainId: UInt64, validators: ValidatorSet, own: Address?, timeouts: ConsensusTimeouts,
        signState: SignState?
    ) {
        self.height = height
        self.chainId = chainId
        self.validators = validators
        self.timeouts = timeouts
        let isOvertaken = (signState?.height ?? 0) > height
        self.own = isOvertaken ? nil : own.flatMap { validators.index(of: $0) == nil ? nil : $0 }
        isResumed = self.own != nil && signState?.height == height
        firstRound = isResumed ? signState?.round ?? 0 : 0
        if isResumed, let signState { resume(signState) }
    }

    /// Takes one input. Effects are to be carried out in order, those of one input before the next input.
    package mutating func step(_ input: ConsensusInput) -> [ConsensusEffect] {
        guard !isHalted else { return [] }
        var effects: [ConsensusEffect] = []
        receive(input, &effects)
        serveRules(&effects)
        return effects
    }

    /// Who proposes in the current round (`Proposer.select`).
    package var proposer: Validator { Proposer.select(validators, height: height, round: round) }
    var isProposer: Bool { own != nil && proposer.address == own }

    /// The certificate of the decided block with every signature known by now, late ones included.
    package var seenCertificate: Certificate? {
        guard let committed else { return nil }
        let precommits = table[committed.round].precommits
        return Certificate(
            height: height, round: committed.round, blockHash: committed.blockHash,
            signatures: precommits.signatures(for: committed.blockHash, slots: validators.validators.count))
    }

    /// What a peer at this height needs in order to get where this node is: all votes of this round and the one before
    /// (either quorum or third that led here is among them), the proposal, and the polka of the valid block.
    package var gossip: [ConsensusMessage] {
        if let certificate = seenCertificate { return [.certificate(certificate)] }
        var messages: [ConsensusMessage] = []
        if let proposal = table[round].proposal { messages.append(.proposal(proposal)) }
        if let valid { messages.append(.polka(polka(valid))) }
        return messages + journal.map { .vote($0) }
    }

    var journal: [Vote] {
        let rounds = round == 0 ? [round] : [round - 1, round]
        return rounds.flatMap { table[$0].prevotes.votes + table[$0].precommits.votes }
    }

    func polka(_ block: BlockInRound) -> PolkaCertificate {
        PolkaCertificate(
            height: height, round: block.round, blockHash: block.blockHash,
            signatures: table[block.round].prevotes.signatures(
                for: block.blockHash, slots: validators.validators.count))
    }

    /// Continues after a crash: round, step and lock are those of the last signature; nothing is signed twice.
    private mutating func resume(_ state: SignState) {
        round = state.round
        for signed in state.signedMessages { asked.insert(Asked(round: round, step: signed.content.step)) }
        marks.proposed = true
        switch state.lastStep {
        case .proposal: step = .propose
        case .prevote: step = .prevote
        case .precommit: step = .precommit
        }
        if let lock = state.lock {
            locked = BlockInRound(round: lock.round, blockHash: lock.blockHash)
            valid = locked
            table[lock.round].prevotes.show(lock.blockHash, lock.signatures)
        }
        for vote in state.journal + state.ownVotes { restore(vote) }
        if let proposal = state.proposal, let index = validators.index(of: proposal.proposer) {
            table[round].proposal = proposal
            table[round].proposerIndex = index
        }
    }

    private mutating func restore(_ vote: Vote) {
        guard let index = validators.index(of: vote.validator) else { return }
        _ = table[vote.round][vote.type].insert(vote, index: index, power: validators.validators[index].power)
    }
}
