import CKernels
package import ProofField

/// Batched hashing for Merkle trees: many rows or many pairs in one kernel call.
package enum MerkleHashing {
    /// The digests of `rows.count / width` rows of `width` elements.
    package static func leaves(_ rows: [Felt], width: Int) -> [Digest] {
        guard width > 0 else { return [] }
        let count = rows.count / width
        var words = [UInt32](repeating: 0, count: count * Digest.count)
        unsafe rows.withUnsafeBytes { source in
            unsafe words.withUnsafeMutableBufferPointer { target in
                unsafe ck_hash_rows(
                    source.assumingMemoryBound(to: UInt32.self).baseAddress, count, width, width, target.baseAddress)
            }
        }
        return digests(words)
    }

    /// The parents of consecutive pairs; an odd last digest is left out.
    package static func parents(_ children: [Digest]) -> [Digest] {
        let count = children.count / 2
        guard count > 0 else { return [] }
        var words: [UInt32] = []
        words.reserveCapacity(2 * count * Digest.count)
        for child in children.prefix(2 * count) {
            for index in 0..<Digest.count { words.append(child.words[index]) }
        }
        var parents = [UInt32](repeating: 0, count: count * Digest.count)
        unsafe words.withUnsafeBufferPointer { source in
            unsafe parents.withUnsafeMutableBufferPointer { target in
                unsafe ck_compress_level(source.baseAddress, count, target.baseAddress)
            }
        }
        return digests(parents)
    }

    /// The root over a cap of 2^k digests.
    package static func root(ofCap cap: [Digest]) -> Digest {
        var level = cap
        while level.count > 1 { level = parents(level) }
        return level.first ?? .zero
    }

    /// The cap's nodes over the opened leaves, by rising position; nil when the siblings are not exactly those the
    /// opening needs.
    package static func capNodes(
        of leaves: [Digest], opening: QueryPlan.Opening, siblings: [Digest]
    ) -> (positions: [Int], digests: [Digest])? {
        guard leaves.count == opening.leaves.count, siblings.count == opening.siblingCount else { return nil }
        var (positions, nodes) = (opening.leaves, leaves)
        var rest = siblings[...]
        for _ in opening.capLog..<opening.leafLog {
            let level = MerkleLevel(nodes: positions)
            guard let children = children(of: level.parents, positions, nodes, &rest) else { return nil }
            positions = level.parents
            nodes = parents(children)
        }
        return (positions, nodes)
    }

    /// Both children of each parent: from the known nodes where they are, else from the siblings.
    private static func children(
        of parents: [Int], _ positions: [Int], _ nodes: [Digest], _ siblings: inout ArraySlice<Digest>
    ) -> [Digest]? {
        var children: [Digest] = []
        children.reserveCapacity(2 * parents.count)
        var next = 0
        for parent in parents {
            for child in [2 * parent, 2 * parent + 1] {
                if next < positions.count, positions[next] == child {
                    children.append(nodes[next])
                    next += 1
                } else if let sibling = siblings.popFirst() {
                    children.append(sibling)
                } else {
                    return nil
                }
            }
        }
        return children
    }

    private static func digests(_ words: [UInt32]) -> [Digest] {
        stride(from: 0, to: words.count, by: Digest.count).map { start in
            var digest = SIMD8<UInt32>()
            for index in 0..<Digest.count { digest[index] = words[start + index] }
            return Digest(words: digest)
        }
    }
}

extension MerkleHashing {
    /// True when `leaves` with `siblings` hash into `cap` at the opening's places.
    package static func opens(
        cap: [Digest], leaves: [Digest], opening: QueryPlan.Opening, siblings: [Digest]
    ) -> Bool {
        guard let nodes = capNodes(of: leaves, opening: opening, siblings: siblings) else { return false }
        for (position, digest) in zip(nodes.positions, nodes.digests) {
            guard cap.indices.contains(position), cap[position] == digest else { return false }
        }
        return true
    }
}
