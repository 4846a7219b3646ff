package import SystemState

extension Prover {
    /// Why the chain gives the prover no new jobs, and what its owner can do about it; nil when it may be selected.
    package func hindrance(at height: UInt64) -> String? {
        if isJailed {
            "is jailed for missing phases; from block \(jailedUntil ?? 0) on its owner brings it back: cairn prover unjail"
        } else if isLeaving {
            "is leaving: it takes no more jobs"
        } else if activeFrom > height {
            "takes jobs from block \(activeFrom) on"
        } else if paused {
            "is paused until its owner says: cairn prover resume"
        } else {
            nil
        }
    }
}
