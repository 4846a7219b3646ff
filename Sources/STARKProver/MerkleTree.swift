import CKernels
package import ProofField
import STARKCore

/// A Merkle tree over the rows of a matrix, from the leaves' digests up to the cap.
package struct MerkleTree: Sendable {
    /// Digest matrices of width 8: leaves first, the cap last.
    private let levels: [FeltMatrix]

    /// Leaf i is hashed from words `i * leafStride ..< i * leafStride + leafWidth` of the matrix.
    init(_ matrix: FeltMatrix, leafWidth: Int, leafStride: Int, capLog: Int, pool: WorkPool) {
        let leafCount = matrix.rows * matrix.stride / leafStride
        let leaves = FeltMatrix(rows: leafCount, width: Digest.count, isOverwritten: true)
        pool.forEachRange(of: leafCount, grain: 1024) { range in
            unsafe matrix.withUnsafeWords { source in
                unsafe leaves.withUnsafeMutableWords { target in
                    guard let source = source.baseAddress, let target = target.baseAddress else { return }
                    unsafe ck_hash_rows(
                        source + range.lowerBound * leafStride, range.count, leafWidth, leafStride,
                        target + range.lowerBound * Digest.count)
                }
            }
        }
        var levels = [leaves]
        var level = leaves
        while level.rows > 1 << capLog {
            level = Self.parents(of: level, pool)
            levels.append(level)
        }
        self.levels = levels
    }

    private static func parents(of children: FeltMatrix, _ pool: WorkPool) -> FeltMatrix {
        let parents = FeltMatrix(rows: children.rows / 2, width: Digest.count, isOverwritten: true)
        pool.forEachRange(of: parents.rows, grain: 4096) { range in
            unsafe children.withUnsafeWords { source in
                unsafe parents.withUnsafeMutableWords { target in
                    guard let source = source.baseAddress, let target = target.baseAddress else { return }
                    unsafe ck_compress_level(
                        source + 2 * range.lowerBound * Digest.count, range.count,
                        target + range.lowerBound * Digest.count)
                }
            }
        }
        return parents
    }

    package var cap: [Digest] {
        let level = levels[levels.count - 1]
        return (0..<level.rows).map { digest(level, $0) }
    }

    package var root: Digest { MerkleHashing.root(ofCap: cap) }

    /// The siblings that an opening of these leaves carries.
    func siblings(_ opening: QueryPlan.Opening) -> [Digest] {
        var siblings: [Digest] = []
        var nodes = opening.leaves
        for level in levels.dropLast() {
            let step = MerkleLevel(nodes: nodes)
            var next = 0
            for parent in step.parents {
                for child in [2 * parent, 2 * parent + 1] {
                    if next < nodes.count, nodes[next] == child {
                        next += 1
                    } else {
                        siblings.append(digest(level, child))
                    }
                }
            }
            nodes = step.parents
        }
        return siblings
    }

    private func digest(_ level: FeltMatrix, _ row: Int) -> Digest {
        var digest = Digest.zero
        for index in 0..<Digest.count { digest[index] = level[row, index] }
        return digest
    }
}
