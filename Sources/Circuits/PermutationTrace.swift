import ProofField

/// Fills the columns of ``PermutationColumns``: first the inputs of all rows, then the rest at once.
enum PermutationTrace {
    /// Writes the inputs of the permutation of `left` | `right` into a row of `matrix`.
    static func writeInputs(_ left: Digest, _ right: Digest, into matrix: FeltMatrix, row: Int) {
        for position in 0..<Digest.count {
            matrix[row, position] = left[position]
            matrix[row, Digest.count + position] = right[position]
        }
    }

    /// The other columns of `rows`.
    static func complete(_ matrix: FeltMatrix, _ rows: Range<Int>) { Poseidon2.traceRows(matrix, rows) }
}
