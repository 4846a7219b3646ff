import CKernels
import ChainTypes
package import ProofField

/// Hashing of tree levels. Level 0 is the root, level ``TreeShape/depth`` holds the leaves' digests.
package enum TreeShape {
    /// Level of the leaves: 28.
    package static let depth = Limits.accountTreeDepth
    /// Levels of the tree, root and leaves included: 29.
    package static let levelCount = depth + 1

    /// Digest of an empty subtree whose top lies at the level, by level. An empty leaf is sixteen zeros.
    package static let emptyDigests: [Digest] = {
        var digest = LeafHalves.empty.digest
        var digests = [digest]
        for _ in 0..<depth {
            digest = Poseidon2.compress(digest, digest)
            digests.append(digest)
        }
        return digests.reversed()
    }()

    /// Nodes at `level` above `leafCount` leaves in use.
    package static func width(level: Int, leafCount: Int) -> Int {
        let span = 1 << (depth - level)
        return (leafCount + span - 1) / span
    }
}

/// The parents of pairs that lie one after another: parent i is the compression of children 2i and 2i + 1. An odd
/// child at the end is left out.
package func compressPairs(_ children: [Digest]) -> [Digest] {
    let count = children.count / 2
    guard count > 0 else { return [] }
    return unsafe [Digest](unsafeUninitializedCapacity: count) { parents, initialized in
        let target = UnsafeMutableRawBufferPointer(parents)
        unsafe children.withUnsafeBytes { source in
            guard let from = source.baseAddress, let to = target.baseAddress else { return }
            unsafe ck_compress_level(
                from.assumingMemoryBound(to: UInt32.self), count, to.assumingMemoryBound(to: UInt32.self))
        }
        initialized = count
    }
}
