import AccountTree
import ChainTypes
import ProofField

/// The rows of ``TreeHash`` for a job, in canonical order.
struct TreeHashRows {
    /// Rows of one level of one tree.
    private struct Section {
        let tag: BlockBuses.Tag
        let level: Int
        /// Positions of the nodes in their level.
        let indices: [LeafIndex]
        /// Two digests per node.
        let children: [Digest]
    }

    private let sections: [Section]
    private let touched: TouchedNodes
    let count: Int

    init(_ job: ValidatedJob) {
        var sections: [Section] = []
        for (tag, tree) in [(BlockBuses.Tag.old, job.before), (.new, job.after)] {
            for level in (0...TreeShape.depth).reversed() {
                sections.append(
                    Section(tag: tag, level: level, indices: tree.nodes.levels[level], children: tree.children[level]))
            }
        }
        for (step, children) in job.operationsTree.children.enumerated() {
            let indices = (0..<(children.count / 2)).map { LeafIndex(truncatingIfNeeded: $0) }
            sections.append(
                Section(tag: .operations, level: TreeShape.depth - step, indices: indices, children: children))
        }
        self.sections = sections
        touched = job.before.nodes
        count = sections.reduce(0) { $0 + $1.indices.count }
    }

    /// The rows in `range`, filled up with padding.
    func trace(_ range: Range<Int>) -> FeltMatrix {
        let matrix = FeltMatrix(rows: range.count, width: TreeHash.Column.count)
        var start = 0
        for section in sections {
            let end = start + section.indices.count
            for row in range.clamped(to: start..<end) {
                write(section, row - start, into: matrix, row: row - range.lowerBound)
            }
            start = end
        }
        let used = min(max(0, count - range.lowerBound), matrix.rows)
        PermutationTrace.complete(matrix, 0..<used)
        fillPadding(matrix, from: used)
        return matrix
    }

    private func write(_ section: Section, _ position: Int, into matrix: FeltMatrix, row: Int) {
        PermutationTrace.writeInputs(
            section.children[2 * position], section.children[2 * position + 1], into: matrix, row: row)
        switch section.tag {
        case .old: matrix[row, TreeHash.Column.isOld] = .one
        case .new: matrix[row, TreeHash.Column.isNew] = .one
        case .operations: matrix[row, TreeHash.Column.isOps] = .one
        }
        let index = section.indices[position]
        matrix[row, TreeHash.Column.level] = Felt(UInt32(truncatingIfNeeded: section.level))
        matrix[row, TreeHash.Column.index] = Felt(index)
        matrix[row, TreeHash.Column.levelInverse] = Self.levelInverses[section.level]
        guard section.tag == .new, section.level < TreeShape.depth else { return }
        if !touched.contains(level: section.level + 1, index: 2 * index) {
            matrix[row, TreeHash.Column.untouchedLeft] = .one
        }
        if !touched.contains(level: section.level + 1, index: 2 * index + 1) {
            matrix[row, TreeHash.Column.untouchedRight] = .one
        }
    }

    /// Permutations of zeros: fresh matrices have the inputs.
    private func fillPadding(_ matrix: FeltMatrix, from start: Int) {
        guard start < matrix.rows else { return }
        PermutationTrace.complete(matrix, start..<matrix.rows)
    }

    /// 1 / (level − 29) by level.
    private static let levelInverses = (0...TreeShape.depth).map {
        (Felt(UInt32(truncatingIfNeeded: $0)) - Felt(UInt32(BlockBuses.halfLevel))).inverse
    }
}
