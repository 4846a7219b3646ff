import ChainTypes

/// A validator that may have signed what it has no record of signs nothing until a block is committed that was proposed
/// after this process started. Whatever it signed before, it signed at the height of that block or below, and it signs
/// above it from then on: so it contradicts nothing, whoever its peers are and whatever they claim.
extension Replica {
    /// Milliseconds by which a block's time must be past the start: as much as a proposer's clock may be ahead of those
    /// who judge it, and as much again for the difference between their clocks and this one.
    package static let silenceMargin = 2 * BlockTimeliness.maxAhead

    /// Whether this node keeps from signing.
    package var isKeepingSilent: Bool { isSilent && keys != nil }

    /// Takes note of a committed block.
    mutating func mayBreakSilence(after header: BlockHeader) {
        if header.timestamp > startedAt &+ Self.silenceMargin { isSilent = false }
    }
}
