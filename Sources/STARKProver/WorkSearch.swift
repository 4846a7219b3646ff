import CKernels
package import ProofField

/// The search for a proof of work on several threads.
package enum WorkSearch {
    private static let noncesPerTask = 1 << 14

    /// The smallest nonce with `bits` bits of work, whatever the number of threads; nil when none below p has them.
    package static func nonce(_ input: GrindingInput, bits: Int, pool: WorkPool) -> Felt? {
        let modulus = Int(Felt.modulus)
        let found = FeltMatrix(rows: pool.threadCount, width: 2)
        var start = 0
        while start < modulus {
            let base = start
            pool.forEachRange(of: pool.threadCount, grain: 1) { range in
                let first = base + range.lowerBound * noncesPerTask
                guard first < modulus else { return }
                let count = min(noncesPerTask, modulus - first)
                if let nonce = search(input, bits: bits, start: first, count: count) {
                    found[range.lowerBound, 0] = .one
                    found[range.lowerBound, 1] = Felt(nonce)
                }
            }
            for task in 0..<found.rows where !found[task, 0].isZero { return found[task, 1] }
            start += pool.threadCount * noncesPerTask
        }
        return nil
    }

    private static func search(_ input: GrindingInput, bits: Int, start: Int, count: Int) -> UInt32? {
        var nonce: UInt32 = 0
        let found = unsafe input.state.withUnsafeBufferPointer { state in
            unsafe ck_grind(
                state.baseAddress, UInt32(input.lane), UInt32(bits), UInt64(start), UInt64(count), &nonce)
        }
        return found ? nonce : nil
    }
}
