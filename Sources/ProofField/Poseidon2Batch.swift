import CKernels

/// Many permutations at once, about twenty times the rate of one at a time with AVX-512.
extension Poseidon2 {
    /// Words that one permutation's trace takes: 16 inputs, 64 states, 20 S-boxes, 64 states.
    package static let traceWidth = 164

    /// Columns 0..<16 of the rows hold inputs; fills columns 16..<164 with the states after each of the first four full
    /// rounds, the S-box outputs of the partial rounds, and the states after each of the last four full rounds.
    package static func traceRows(_ matrix: FeltMatrix, _ rows: Range<Int>) {
        precondition(
            matrix.width >= traceWidth && rows.lowerBound >= 0 && rows.upperBound <= matrix.rows,
            "rows of permutations have 164 columns")
        unsafe matrix.withUnsafeMutableWords { words in
            guard let base = words.baseAddress else { return }
            unsafe ck_permutation_rows(base + rows.lowerBound * matrix.stride, rows.count, matrix.stride)
        }
    }
}
