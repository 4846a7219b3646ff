import ChainTypes
package import SystemState

/// How blocks with many operations are cut into sub-blocks.
package enum SubBlocks {
    /// Operations of each sub-block but the last of a block with `operations` operations; nil when the block is not
    /// split. Normative:
    ///
    ///     if operations ≤ subBlockOperations: not split
    ///     most = min(maxSubBlocks, max(1, available / (2 · minSelected)))
    ///     size = subBlockOperations
    ///     while operations > size · most, 2 · size ≤ maxOperationsPerJob and parts of 2 · size fit: size = 2 · size
    ///     if operations ≤ size: not split
    ///
    /// `available` are the provers that could be selected in the next block, as the block's transactions leave them:
    /// with few of them a block has fewer and larger parts, as far as one job can prove them.
    ///
    /// - Parameter fits: whether one job can hold each part of so many operations.
    package static func size(operations: Int, state: SystemState, fits: (Int) -> Bool) -> Int? {
        let parameters = state.parameters
        var size = Int(parameters.subBlockOperations)
        guard operations > size, size > 0 else { return nil }
        let available = Selection.candidates(state, at: state.height + 1).count
        let most = min(Int(parameters.maxSubBlocks), max(1, available / (2 * max(1, Int(parameters.minSelected)))))
        while operations > size * most, 2 * size <= Int(parameters.maxOperationsPerJob), fits(2 * size) {
            size *= 2
        }
        return operations > size ? size : nil
    }
}
