import CKernels

/// A flat row-major matrix of field elements, 64-byte aligned, in memory that is reused and advised to use huge
/// pages. Fresh matrices are zero unless they are to be overwritten.
///
/// Row r starts at word r * stride. The kernels take `stride` and `width`; columns width..<stride are padding.
///
/// Threads may share a matrix as long as none writes an element another one reads or writes: the owner arranges
/// for that (a parallel fill writes disjoint rows).
@safe
package final class FeltMatrix: @unchecked Sendable {
    /// Number of rows.
    package let rows: Int
    /// Elements of a row.
    package let width: Int
    /// Words from one row's start to the next; at least `width`.
    package let stride: Int
    @usableFromInline let words: UnsafeMutablePointer<UInt32>

    /// A matrix of zeros, or of anything when `isOverwritten` says that every word is written before it is read. A
    /// stride of a multiple of 16 words keeps rows on cache lines.
    ///
    /// Dimensions come from parameters, not from the wire: running out of memory ends the process, as it does for
    /// arrays.
    package init(rows: Int, width: Int, stride: Int? = nil, isOverwritten: Bool = false) {
        let stride = stride ?? width
        precondition(rows >= 0 && width >= 0 && stride >= width, "a row must fit its stride")
        let count = rows * stride
        guard let words = unsafe isOverwritten ? ck_buffer_acquire_dirty(count) : ck_buffer_acquire(count) else {
            preconditionFailure("no memory for \(rows) rows of \(stride) words")
        }
        self.rows = rows
        self.width = width
        self.stride = stride
        unsafe self.words = words
    }

    deinit { unsafe ck_buffer_release(words, rows * stride) }

    /// The element at row and column. Bounds are checked in debug builds only.
    @inlinable @inline(__always)
    package subscript(row: Int, column: Int) -> Felt {
        get {
            assert((0..<rows).contains(row) && (0..<width).contains(column))
            return unsafe Felt(raw: words[row &* stride &+ column])
        }
        set {
            assert((0..<rows).contains(row) && (0..<width).contains(column))
            unsafe words[row &* stride &+ column] = newValue.raw
        }
    }

    /// The extension element in columns column..<column + 4.
    @inlinable
    package subscript(ext row: Int, column: Int) -> Ext {
        get { Ext(self[row, column], self[row, column + 1], self[row, column + 2], self[row, column + 3]) }
        set {
            self[row, column] = newValue.c0
            self[row, column + 1] = newValue.c1
            self[row, column + 2] = newValue.c2
            self[row, column + 3] = newValue.c3
        }
    }

    /// A copy of one row, without padding.
    package func row(_ index: Int) -> [Felt] { (0..<width).map { self[index, $0] } }

    /// Bytes of its memory, padding included.
    package var bytes: Int { 4 * rows * stride }

    /// All words, rows * stride of them.
    package func withUnsafeWords<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt32>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeBufferPointer(start: words, count: rows * stride))
    }

    /// All words for writing; every word must stay in 0..<p.
    package func withUnsafeMutableWords<Result, Failure: Error>(
        _ body: (UnsafeMutableBufferPointer<UInt32>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeMutableBufferPointer(start: words, count: rows * stride))
    }

    /// The most bytes lent to matrices at one time.
    package static var peakBytes: Int { ck_buffer_peak_bytes() }

    /// Starts ``peakBytes`` anew; returns the bytes that are lent now.
    package static func resetPeakBytes() -> Int { ck_buffer_reset_peak() }
}
