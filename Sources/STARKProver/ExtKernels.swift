import CKernels
import ProofField

/// Element-wise kernels on matrices of one extension element a row (width and stride 4).
enum ExtKernels {
    /// Replaces the entries by their inverses, zero by zero.
    static func invert(_ matrix: FeltMatrix, _ rows: Range<Int>) {
        unsafe matrix.withUnsafeMutableWords { words in
            guard let base = words.baseAddress else { return }
            unsafe ck_ext_inverse(base + Ext.degree * rows.lowerBound, rows.count)
        }
    }

    /// Multiplies the entries by those of `factors`.
    static func multiply(_ matrix: FeltMatrix, by factors: FeltMatrix, _ rows: Range<Int>) {
        unsafe matrix.withUnsafeMutableWords { words in
            unsafe factors.withUnsafeWords { factors in
                guard let base = words.baseAddress, let factors = factors.baseAddress else { return }
                let offset = Ext.degree * rows.lowerBound
                unsafe ck_ext_multiply(base + offset, factors + offset, rows.count, base + offset)
            }
        }
    }

    /// Adds the weighted columns of `matrix` to one extension element a row.
    static func combine(_ matrix: FeltMatrix, weights: [Ext], into sums: FeltMatrix, _ rows: Range<Int>) {
        let weightWords = weights.flatMap { [$0.c0.raw, $0.c1.raw, $0.c2.raw, $0.c3.raw] }
        unsafe matrix.withUnsafeWords { source in
            unsafe sums.withUnsafeMutableWords { target in
                unsafe weightWords.withUnsafeBufferPointer { weights in
                    guard let source = source.baseAddress, let target = target.baseAddress else { return }
                    unsafe ck_combine_rows(
                        source + rows.lowerBound * matrix.stride, rows.count, matrix.width, matrix.stride,
                        weights.baseAddress, target + Ext.degree * rows.lowerBound)
                }
            }
        }
    }

    /// The sums over `rows` of each column times the weights, row `rows.lowerBound` with weight `firstWeight`.
    static func columnDots(
        _ matrix: FeltMatrix, _ rows: Range<Int>, weights: FeltMatrix, firstWeight: Int
    ) -> [Ext] {
        var words = [UInt32](repeating: 0, count: Ext.degree * matrix.width)
        unsafe matrix.withUnsafeWords { source in
            unsafe weights.withUnsafeWords { weights in
                unsafe words.withUnsafeMutableBufferPointer { target in
                    guard let source = source.baseAddress, let weights = weights.baseAddress else { return }
                    unsafe ck_column_dots(
                        source + rows.lowerBound * matrix.stride, rows.count, matrix.width, matrix.stride,
                        weights + Ext.degree * firstWeight, target.baseAddress)
                }
            }
        }
        return stride(from: 0, to: words.count, by: Ext.degree).map { start in
            Ext(
                Felt(raw: words[start]), Felt(raw: words[start + 1]), Felt(raw: words[start + 2]),
                Felt(raw: words[start + 3]))
        }
    }
}
