/// What a consensus timer waits for (arXiv 1807.04938, section 3), and the timer that repeats lost messages.
package enum TimeoutKind: UInt8, Hashable, Sendable { case propose, prevote, precommit, rebroadcast }

/// Durations of the timers, in milliseconds: `base + perRound · round`, at most `maximum`.
package struct ConsensusTimeouts: Hashable, Sendable {
    /// A duration that grows by round.
    package struct Growth: Hashable, Sendable {
        /// Milliseconds in round 0.
        package var base: UInt64
        /// Milliseconds that every further round adds.
        package var perRound: UInt64
        package init(base: UInt64, perRound: UInt64) {
            self.base = base
            self.perRound = perRound
        }
    }

    /// timeoutPropose (line 21): how long a proposal is waited for.
    package var propose: Growth
    /// timeoutPrevote (line 34): how long after a quorum of any prevotes.
    package var prevote: Growth
    /// timeoutPrecommit (line 47): how long after a quorum of any precommits.
    package var precommit: Growth
    /// Interval at which a height that has not ended sends its messages again. It does not grow.
    package var rebroadcast: UInt64
    /// Must lie above any delay of the network, or termination is lost.
    package var maximum: UInt64

    /// Unchecked; `maximum` bounds every duration but `rebroadcast`.
    package init(propose: Growth, prevote: Growth, precommit: Growth, rebroadcast: UInt64, maximum: UInt64) {
        self.propose = propose
        self.prevote = prevote
        self.precommit = precommit
        self.rebroadcast = rebroadcast
        self.maximum = maximum
    }

    /// CometBFT's defaults: 3 s, 1 s and 1 s, each growing by 0.5 s a round.
    package static let standard = ConsensusTimeouts(
        propose: Growth(base: 3_000, perRound: 500), prevote: Growth(base: 1_000, perRound: 500),
        precommit: Growth(base: 1_000, perRound: 500), rebroadcast: 2_000, maximum: 120_000)

    /// Length of a timer in a round, in milliseconds; saturates at `maximum`.
    package func milliseconds(_ kind: TimeoutKind, round: UInt32) -> UInt64 {
        switch kind {
        case .propose: duration(propose, round)
        case .prevote: duration(prevote, round)
        case .precommit: duration(precommit, round)
        case .rebroadcast: rebroadcast
        }
    }

    private func duration(_ growth: Growth, _ round: UInt32) -> UInt64 {
        let (added, overflow) = growth.perRound.multipliedReportingOverflow(by: UInt64(round))
        let (sum, sumOverflow) = growth.base.addingReportingOverflow(added)
        return overflow || sumOverflow ? maximum : min(sum, maximum)
    }
}
