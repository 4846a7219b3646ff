/// Every planted bug, in the order of the numbers that switch them on. The simulator must find each.
package enum MutantCatalogue {
    package static let all =
        counting + rules + starting + signing + verifying + blocks
        + network + money + accusing + reporting + restoring
}

// MARK: - Consensus

extension MutantCatalogue {
    /// Who counts for how much.
    static let counting = [
        Mutant(
            "quorumAtTwoThirds", "ChainTypes/Consensus.swift", "3 * UInt128(power) > 2 * UInt128(totalPower)",
            "3 * UInt128(power) >= 2 * UInt128(totalPower)"),
        Mutant(
            "quorumAtHalf", "ChainTypes/Consensus.swift", "3 * UInt128(power) > 2 * UInt128(totalPower)",
            "2 * UInt128(power) > UInt128(totalPower)"),
        Mutant(
            "quorumOfAll", "ChainTypes/Consensus.swift", "3 * UInt128(power) > 2 * UInt128(totalPower)",
            "power >= totalPower"),
        Mutant(
            "skipAtOneThird", "ChainTypes/Consensus.swift", "3 * UInt128(power) > UInt128(totalPower)",
            "3 * UInt128(power) >= UInt128(totalPower)"),
        Mutant(
            "skipNeedsQuorum", "ChainTypes/Consensus.swift", "3 * UInt128(power) > UInt128(totalPower)",
            "isQuorum(power)"),
        Mutant(
            "duplicateVoteCounts", "Consensus/VoteSet.swift",
            "guard first.vote.blockHash != vote.blockHash else { return .duplicate }",
            .template(
                "guard first.vote.blockHash != vote.blockHash else { if $on { power += votePower }; return .duplicate }"
            )),
        Mutant(
            "secondVoteCounts", "Consensus/VoteSet.swift", "guard !first.accused else { return .repeatedConflict }",
            .template("guard !first.accused else { return .repeatedConflict }\nif $on { power += votePower }")),
        Mutant(
            "nilCountsAsBlock", "Consensus/VoteSet.swift", "entries.reduce(0) { $1.vote.blockHash == blockHash",
            .template("entries.reduce(0) { ($1.vote.blockHash == blockHash || ($on && $1.vote.blockHash == nil))")),
        Mutant(
            "anyVotesMakeAQuorum", "Consensus/VoteSet.swift",
            "return set.isQuorum(power) && set.isQuorum(power(for: blockHash))",
            .template("return set.isQuorum(power) && ($on || set.isQuorum(power(for: blockHash)))")),
        Mutant(
            "shownQuorumIgnored", "Consensus/VoteSet.swift",
            "if let blockHash, shown?.blockHash == blockHash { return true }",
            .template("if let blockHash, shown?.blockHash == blockHash, !$on { return true }")),
        Mutant(
            "twoVotesOfOneSenderSkipRounds", "Consensus/RoundTable.swift",
            "prevotes.contains($1.index) ? $0 : $0 + $1.power", "$0 + $1.power"),
        Mutant(
            "precommitsDoNotSkipRounds", "Consensus/ConsensusRules.swift", "validators.isSkip($0.votersPower)",
            "validators.isSkip($0.prevotes.power)"),
        Mutant(
            "farRoundsUnbounded", "Consensus/ConsensusReceiving.swift", "held.count >= Self.maxFutureRounds",
            "held.count >= 1_000"),
    ]

    /// The rules of algorithm 1, one by one.
    static let rules = [
        Mutant(
            "lockIgnoredAtFirstProposal", "Consensus/ConsensusRules.swift",
            "locked == nil || locked?.blockHash == proposal.blockHash", "true"),
        Mutant(
            "lockIgnoredAtRepeatedProposal", "Consensus/ConsensusRules.swift",
            "locked.map { $0.round <= validRound || $0.blockHash == proposal.blockHash } ?? true", "true"),
        Mutant(
            "laterPolkaDoesNotFree", "Consensus/ConsensusRules.swift",
            "locked.map { $0.round <= validRound || $0.blockHash == proposal.blockHash } ?? true",
            "locked.map { $0.blockHash == proposal.blockHash } ?? true"),
        Mutant(
            "validRoundNotEarlierAccepted", "Consensus/ConsensusReceiving.swift",
            "let validRound = proposal.validRound, validRound >= proposal.round",
            .template(
                "let validRound = proposal.validRound, $on ? validRound > proposal.round : validRound >= proposal.round"
            )),
        Mutant(
            "polkaOfRepeatedProposalNotAsked", "Consensus/ConsensusRules.swift",
            "table[validRound].prevotes.hasQuorum(for: proposal.blockHash, in: validators),",
            .template(
                "($on || table[validRound].prevotes.hasQuorum(for: proposal.blockHash, in: validators)),")),
        Mutant(
            "validNotUpdatedInPrecommitStep", "Consensus/ConsensusRules.swift",
            "guard step >= .prevote, !marks.polkaServed else { return false }",
            .template("guard $on ? step == .prevote : step >= .prevote, !marks.polkaServed else { return false }")),
        Mutant(
            "validNotUpdated", "Consensus/ConsensusRules.swift", "valid = block\n",
            .template("if !$on { valid = block }\n")),
        Mutant(
            "noLock", "Consensus/ConsensusRules.swift", "locked = block\n", .template("if !$on { locked = block }\n")),
        Mutant(
            "nilPolkaUnlocks", "Consensus/ConsensusRules.swift",
            "guard step == .prevote, table[round].prevotes.hasQuorum(for: nil, in: validators) else { return false }",
            .template(
                "guard step == .prevote, table[round].prevotes.hasQuorum(for: nil, in: validators) else { return false }\n"
                    + "if $on { locked = nil }")),
        Mutant(
            "lockForgottenAtRoundChange", "Consensus/ConsensusRules.swift", "marks = RoundMarks()",
            .template("marks = RoundMarks()\nif $on { locked = nil; valid = nil }")),
        Mutant(
            "marksKeptAtRoundChange", "Consensus/ConsensusRules.swift", "marks = RoundMarks()",
            .template("if !$on { marks = RoundMarks() }")),
        Mutant(
            "nilPolkaNotServed", "Consensus/ConsensusRules.swift", "|| servePolka(&effects) || precommitNil(&effects)",
            .template("|| servePolka(&effects) || (!$on && precommitNil(&effects))")),
        Mutant(
            "prevoteTimerOnNilOnly", "Consensus/ConsensusRules.swift",
            "validators.isQuorum(table[round].prevotes.power)",
            "table[round].prevotes.hasQuorum(for: nil, in: validators)"),
        Mutant(
            "precommitTimerInLastStepOnly", "Consensus/ConsensusRules.swift",
            "guard !marks.precommitTimerSet,", .template("guard !$on || step == .precommit, !marks.precommitTimerSet,")),
        Mutant(
            "valueForgottenByProposer", "Consensus/ConsensusRules.swift", "if let valid {\n",
            .template("if let valid, !$on {\n")),
        Mutant(
            "everyRoundProposed", "Consensus/ConsensusRules.swift", "if isProposer {\n",
            .template("if isProposer || ($on && own != nil) {\n")),
        Mutant(
            "lateProposeTimerVotes", "Consensus/ConsensusRules.swift", "case .propose where step == .propose:",
            .template("case .propose where step == .propose || ($on && step == .prevote):")),
        Mutant(
            "timersOfOtherRoundsFire", "Consensus/ConsensusRules.swift",
            "guard committed == nil, round == self.round else { return }",
            .template("guard committed == nil, $on || round == self.round else { return }")),
        Mutant(
            "roundNeverEnds", "Consensus/ConsensusRules.swift", "case .precommit where round < UInt32.max:",
            .template("case .precommit where round < UInt32.max && !$on:")),
        Mutant(
            "decidesInCurrentRoundOnly", "Consensus/ConsensusRules.swift", "for messages in table.rounds {",
            .template("for messages in table.rounds where !$on || messages.round == round {")),
        Mutant(
            "decidesOnPrevotes", "Consensus/ConsensusRules.swift",
            "messages.precommits.quorumBlocks(in: validators).first",
            "messages.prevotes.quorumBlocks(in: validators).first"),
        Mutant(
            "decidesInvalidBlock", "Consensus/ConsensusRules.swift", "guard isValid else {",
            .template("guard isValid || $on else {")),
        Mutant(
            "lateBlockAccepted", "Consensus/ConsensusRules.swift", "facts.timely && facts.originRound == round",
            "facts.originRound == round"),
        Mutant(
            "oldBlockProposedAsNew", "Consensus/ConsensusRules.swift", "facts.timely && facts.originRound == round",
            "facts.timely"),
        Mutant(
            "originAfterPolka", "Consensus/ConsensusRules.swift", "isValid && facts.originRound <= validRound",
            "isValid"),
        Mutant(
            "equivocationNotReported", "Consensus/ConsensusReceiving.swift", "effects.append(.evidence(equivocation))",
            .template("if !$on { effects.append(.evidence(equivocation)) }")),
        Mutant(
            "votesNotRepeated", "Consensus/ConsensusRules.swift",
            "effects += gossip.map { .broadcast($0) }\n        for hash",
            .template(
                "if !$on { effects += gossip.map { .broadcast($0) } }\n        for hash")),
        Mutant(
            "timeoutsTooShort", "Consensus/ConsensusTimeouts.swift", "min(sum, maximum)", "min(sum, maximum) / 200"),
        Mutant(
            "oneProposerForEver", "ChainTypes/Proposer.swift", "input.u32(round)",
            .template("input.u32($on ? 0 : round)")),
    ]

    /// A height that continues after a crash.
    static let starting = [
        Mutant(
            "lockLostInCrash", "Consensus/ConsensusCore.swift",
            "locked = BlockInRound(round: lock.round, blockHash: lock.blockHash)",
            .template("if !$on { locked = BlockInRound(round: lock.round, blockHash: lock.blockHash) }")),
        Mutant(
            "startsAfreshAfterCrash", "Consensus/ConsensusCore.swift",
            "isResumed = self.own != nil && signState?.height == height",
            .template("isResumed = !$on && self.own != nil && signState?.height == height")),
        Mutant(
            "ownWordsForgottenInCrash", "Consensus/ConsensusCore.swift", "for signed in state.signedMessages {",
            .template("for signed in state.signedMessages where !$on {")),
    ]
}
