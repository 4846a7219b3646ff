package import ChainTypes
package import SystemState

/// The decaying score of valid submissions that raises a prover's chance of being selected, within a bound.
///
/// Normative. Scores are integers in 1/65,536 of a submission:
///
///     decayed(score, blocks):                       # halves every 1,024 blocks, linearly in between
///         if blocks ≥ 64 · 1,024: return 0
///         s = score >> (blocks div 1,024)
///         return s - s · (blocks mod 1,024) div 2,048
///     after a valid submission at height h:  score = decayed(score, h - last) + 65,536;  last = h
///     weight at height h = base + min(cap, decayed(score, h - last) div 65,536)
package enum HistoryScore {
    /// Blocks in which a score halves.
    package static let halfLife: UInt64 = 1_024
    /// What a valid submission adds.
    package static let submission: UInt64 = 1 << 16

    /// `score` after `blocks` blocks without a submission; 0 from 64 half-lives on.
    package static func decayed(_ score: UInt64, blocks: UInt64) -> UInt64 {
        let halvings = blocks / halfLife
        guard halvings < 64 else { return 0 }
        let halved = score >> halvings
        let part = halved.multipliedFullWidth(by: blocks % halfLife)
        return halved - (2 * halfLife).dividingFullWidth(part).quotient
    }

    /// Selection weight at `height`, base ... base + cap.
    package static func weight(of prover: Prover, at height: UInt64, parameters: ProvingParameters) -> UInt64 {
        let blocks = height < prover.lastScoreHeight ? 0 : height - prover.lastScoreHeight
        let history = decayed(prover.score, blocks: blocks) / submission
        return UInt64(parameters.historyBase) + min(UInt64(parameters.historyCap), history)
    }

    static func credit(_ prover: inout Prover, at height: UInt64) {
        let blocks = height < prover.lastScoreHeight ? 0 : height - prover.lastScoreHeight
        let (sum, overflow) = decayed(prover.score, blocks: blocks).addingReportingOverflow(submission)
        prover.score = overflow ? .max : sum
        prover.lastScoreHeight = height
    }
}
