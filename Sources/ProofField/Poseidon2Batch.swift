import CKernels

/// Many independent hashes at once, about twenty times the rate of one at a time with AVX-512. Results are those
/// of the single forms.
extension Poseidon2 {
    /// One level of a binary tree: element i is compress(children[2i], children[2i + 1]). A last child without a
    /// sibling is left out.
    package static func compressLevel(_ children: [Digest]) -> [Digest] {
        let parents = children.count / 2
        guard parents > 0 else { return [] }
        return unsafe digests(count: parents) { output in
            unsafe children.withUnsafeBytes { input in
                unsafe ck_compress_level(input.assumingMemoryBound(to: UInt32.self).baseAddress, parents, output)
            }
        }
    }

    /// Element r is hash(fixedLength: row r), padding columns excluded.
    package static func hashRows(_ matrix: FeltMatrix) -> [Digest] {
        unsafe digests(count: matrix.rows) { output in
            unsafe matrix.withUnsafeWords { words in
                unsafe ck_hash_rows(words.baseAddress, matrix.rows, matrix.width, matrix.stride, output)
            }
        }
    }

    /// Element i is hash(fixedLength: elements[i * length..<(i + 1) * length]); elements after the last full group
    /// are left out. `length` is positive.
    package static func hashGroups(_ elements: [Felt], of length: Int) -> [Digest] {
        precondition(length > 0, "a group has at least one element")
        return unsafe digests(count: elements.count / length) { output in
            unsafe elements.withUnsafeBytes { input in
                unsafe ck_hash_rows(
                    input.assumingMemoryBound(to: UInt32.self).baseAddress, elements.count / length, length, length,
                    output)
            }
        }
    }

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

    /// Permutes every state.
    package static func permute(_ states: inout [Poseidon2State]) {
        let count = states.count
        guard count > 0 else { return }
        unsafe states.withUnsafeMutableBytes { bytes in
            unsafe ck_poseidon2_permute(bytes.assumingMemoryBound(to: UInt32.self).baseAddress, count)
        }
    }

    /// An array of digests written by the kernel: 32 bytes each, in the layout of `Digest.words`.
    private static func digests(count: Int, _ write: (UnsafeMutablePointer<UInt32>) -> Void) -> [Digest] {
        unsafe [Digest](unsafeUninitializedCapacity: count) { buffer, initialized in
            if count > 0, let base = buffer.baseAddress {
                unsafe base.withMemoryRebound(to: UInt32.self, capacity: Digest.count * count) { unsafe write($0) }
            }
            initialized = count
        }
    }
}
