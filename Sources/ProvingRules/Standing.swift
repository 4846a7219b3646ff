package import ChainTypes
package import SystemState

/// Whether a prover may be selected in a block, and if not, why.
package enum Standing: Hashable, Sendable {
    case available
    /// Its registration takes effect at this height.
    case inactive(from: UInt64)
    /// `unjail` is accepted from this height on.
    case jailed(until: UInt64)
    case belowMinimumStake
    case paused
    case leaving
    /// One proof at a time.
    case assigned(job: UInt64)
}

extension Prover {
    /// The first reason, in the order of the checks, that keeps the prover from being selected in the block at
    /// `height`.
    package func standing(at height: UInt64, parameters: ProvingParameters) -> Standing {
        if activeFrom > height { return .inactive(from: activeFrom) }
        if isJailed { return .jailed(until: jailedUntil ?? 0) }
        if isLeaving { return .leaving }
        if paused { return .paused }
        if stake < parameters.minimumStake { return .belowMinimumStake }
        if let assignedJob { return .assigned(job: assignedJob) }
        return .available
    }
}
