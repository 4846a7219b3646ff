import CKernels
import ProofField
import STARKCore

/// Transforms of all columns of a matrix in place.
enum ColumnTransform {
    /// Coefficients in natural order to values on `domain`, bit-reversed.
    static func evaluate(_ matrix: FeltMatrix, on domain: EvaluationDomain) throws(ProverError) {
        let done = unsafe matrix.withUnsafeMutableWords { words in
            unsafe ck_ntt_forward(
                words.baseAddress, UInt32(domain.log), matrix.width, matrix.stride, domain.shift.raw)
        }
        guard done else { throw .outOfMemory }
    }

    /// Values on `domain`, bit-reversed, to coefficients in natural order.
    static func interpolate(_ matrix: FeltMatrix, on domain: EvaluationDomain) throws(ProverError) {
        let done = unsafe matrix.withUnsafeMutableWords { words in
            unsafe ck_ntt_inverse(
                words.baseAddress, UInt32(domain.log), matrix.width, matrix.stride, domain.shift.raw)
        }
        guard done else { throw .outOfMemory }
    }
}
