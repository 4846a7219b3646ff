import CKernels
import ProofField
import STARKCore
import STARKProver

/// A kernel to measure: work on buffers that are filled once.
struct Kernel {
    let name: String
    /// What is counted.
    let unit: String
    /// Units of one call.
    let count: Int
    /// Does the work with a pool and leaves its result in `output`.
    let run: (WorkPool) -> Void
    /// The result, for comparison between instruction sets.
    let output: FeltMatrix
    /// Compares a sample of the result with the readable reference in Swift.
    let agreesWithReference: () -> Bool

    /// A matrix of pseudorandom elements.
    static func random(rows: Int, width: Int, seed: UInt64) -> FeltMatrix {
        let matrix = FeltMatrix(rows: rows, width: width)
        var state = seed
        for row in 0..<rows {
            for column in 0..<width {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                matrix[row, column] = Felt(UInt32(truncatingIfNeeded: state >> 33))
            }
        }
        return matrix
    }

    static func all(isQuick: Bool) -> [Kernel] {
        [
            permutations(count: isQuick ? 1 << 10 : 1 << 17), trace(rows: isQuick ? 1 << 8 : 1 << 15),
            extend(logHeight: isQuick ? 8 : 16, width: isQuick ? 24 : 256),
            merkle(logRows: isQuick ? 8 : 17, width: isQuick ? 24 : 256),
            fold(log: isQuick ? 9 : 18), work(bits: isQuick ? 8 : 16),
        ]
    }

    // MARK: - Hashing

    static func permutations(count: Int) -> Kernel {
        let (states, start) = (random(rows: count, width: 16, seed: 1), random(rows: count, width: 16, seed: 1))
        return Kernel(
            name: "poseidon2", unit: "permutations", count: count,
            run: { pool in
                copy(start, to: states, pool)
                pool.forEachRange(of: count, grain: 4096) { range in
                    unsafe states.withUnsafeMutableWords { words in
                        guard let base = words.baseAddress else { return }
                        unsafe ck_poseidon2_permute(base + 16 * range.lowerBound, range.count)
                    }
                }
            }, output: states,
            agreesWithReference: {
                samples(count).allSatisfy { row in
                    var state = Poseidon2State { start[row, $0] }
                    Poseidon2.referencePermute(&state)
                    return (0..<16).allSatisfy { states[row, $0] == state[$0] }
                }
            })
    }

    /// The columns of a permutation's trace.
    static func trace(rows: Int) -> Kernel {
        let matrix = random(rows: rows, width: Poseidon2.traceWidth, seed: 2)
        return Kernel(
            name: "permutationRows", unit: "rows", count: rows,
            run: { pool in pool.forEachRange(of: rows, grain: 1024) { Poseidon2.traceRows(matrix, $0) } },
            output: matrix,
            agreesWithReference: {
                samples(rows).allSatisfy { row in
                    var state = Poseidon2State { matrix[row, $0] }
                    Poseidon2.referencePermute(&state)
                    let last = Poseidon2.traceWidth - 16
                    return (0..<16).allSatisfy { matrix[row, last + $0] == state[$0] }
                }
            })
    }

    /// Rows of `width` elements and the levels above them.
    static func merkle(logRows: Int, width: Int) -> Kernel {
        let rows = 1 << logRows
        let matrix = random(rows: rows, width: width, seed: 3)
        // All levels one after another, leaves first.
        let nodes = FeltMatrix(rows: 2 * rows - 1, width: Digest.count)
        return Kernel(
            name: "merkle", unit: "elements", count: rows * width,
            run: { pool in
                pool.forEachRange(of: rows, grain: 1024) { range in
                    unsafe matrix.withUnsafeWords { words in
                        unsafe nodes.withUnsafeMutableWords { target in
                            guard let words = words.baseAddress, let target = target.baseAddress else { return }
                            unsafe ck_hash_rows(
                                words + range.lowerBound * width, range.count, width, width,
                                target + range.lowerBound * Digest.count)
                        }
                    }
                }
                var (start, count) = (0, rows)
                while count > 1 {
                    let (first, parents) = (start, count / 2)
                    pool.forEachRange(of: parents, grain: 4096) { range in
                        unsafe nodes.withUnsafeMutableWords { words in
                            guard let base = words.baseAddress else { return }
                            unsafe ck_compress_level(
                                base + (first + 2 * range.lowerBound) * Digest.count, range.count,
                                base + (first + 2 * parents + range.lowerBound) * Digest.count)
                        }
                    }
                    (start, count) = (start + count, parents)
                }
            }, output: nodes,
            agreesWithReference: {
                samples(rows).allSatisfy { row in
                    let pair = [row & ~1, row | 1].map { Poseidon2.hash(fixedLength: matrix.row($0)) }
                    let parent = Poseidon2.compress(pair[0], pair[1])
                    return digest(nodes, row) == pair[row & 1] && digest(nodes, rows + row / 2) == parent
                }
            })
    }

    // MARK: - Transforms and folds

    /// The low-degree extension of all columns to twice the height.
    static func extend(logHeight: Int, width: Int) -> Kernel {
        let rows = 1 << logHeight
        let input = random(rows: rows, width: width, seed: 4)
        let output = FeltMatrix(rows: 2 * rows, width: width)
        return Kernel(
            name: "lde", unit: "elements", count: 2 * rows * width,
            run: { pool in
                let columns = max(16, (width / pool.threadCount + 15) / 16 * 16)
                pool.forEachRange(of: (width + columns - 1) / columns, grain: 1) { range in
                    let first = range.lowerBound * columns
                    unsafe input.withUnsafeWords { source in
                        unsafe output.withUnsafeMutableWords { target in
                            guard let source = source.baseAddress, let target = target.baseAddress else { return }
                            _ = unsafe ck_coset_lde(
                                source + first, width, UInt32(logHeight), min(columns, width - first), 1,
                                Felt.generator.raw, target + first, width)
                        }
                    }
                }
            }, output: output,
            agreesWithReference: { isExtension(output, of: input, logHeight: logHeight) })
    }

    /// By the barycentric formula: the values at a point of the larger domain are those of the polynomial through the
    /// smaller one's.
    private static func isExtension(_ output: FeltMatrix, of input: FeltMatrix, logHeight: Int) -> Bool {
        let root = Felt.twoAdicGenerator(logOrder: logHeight)
        let step = Felt.twoAdicGenerator(logOrder: logHeight + 1)
        for row in [0, 1, output.rows / 2 + 3] {
            var natural = 0
            for bit in 0...logHeight where row >> bit & 1 == 1 { natural |= 1 << (logHeight - bit) }
            let point = Felt.generator * step.pow(UInt64(natural))
            var weights: [Felt] = []
            var node = Felt.one
            for _ in 0..<input.rows {
                weights.append(point - node)
                node *= root
            }
            Felt.batchInverse(&weights)
            let scale = (point.pow(UInt64(input.rows)) - .one) * Felt(UInt32(input.rows)).inverse
            for column in [0, input.width - 1] {
                var (sum, node) = (Felt.zero, Felt.one)
                for index in 0..<input.rows {
                    sum += input[index, column] * weights[index] * node
                    node *= root
                }
                if output[row, column] != sum * scale { return false }
            }
        }
        return true
    }

    /// One FRI fold by eight.
    static func fold(log: Int) -> Kernel {
        let values = random(rows: 1 << log, width: Ext.degree, seed: 5)
        let output = FeltMatrix(rows: 1 << (log - 3), width: Ext.degree)
        let beta = Ext(Felt(3), Felt(5), Felt(7), Felt(11))
        let domain = EvaluationDomain(log: log, shift: .generator)
        return Kernel(
            name: "fold", unit: "elements", count: values.rows,
            run: { pool in FoldProver.fold(values, into: output, domain: domain, foldLog: 3, beta: beta, pool) },
            output: output,
            agreesWithReference: {
                samples(output.rows).allSatisfy { row in
                    let leaf = (0..<8).map { values[ext: 8 * row + $0, 0] }
                    let point = domain.points([8 * row])[0]
                    return output[ext: row, 0]
                        == EvaluationDomain.fold(leaf[...], inversePoint: point.inverse, beta: beta)
                }
            })
    }

    /// The search for a proof of work: all nonces below 2^bits, none of which has it.
    static func work(bits: Int) -> Kernel {
        var transcript = Transcript()
        transcript.absorb(Felt(7))
        let input = transcript.grindingInput
        let output = FeltMatrix(rows: 1, width: 1)
        return Kernel(
            name: "work", unit: "nonces", count: 1 << bits,
            run: { pool in
                pool.forEachRange(of: 1 << bits, grain: 4096) { range in
                    var nonce: UInt32 = 0
                    let found = unsafe input.state.withUnsafeBufferPointer { state in
                        unsafe ck_grind(
                            state.baseAddress, UInt32(input.lane), 31, UInt64(range.lowerBound), UInt64(range.count),
                            &nonce)
                    }
                    if found { output[0, 0] = Felt(nonce) }
                }
            }, output: output,
            agreesWithReference: {
                // The smallest nonce of few bits, by trying each.
                var fast = transcript
                let found = fast.grind(bits: 6)
                let least = (0...found.canonical).first { nonce in
                    var slow = transcript
                    return slow.checkWitness(Felt(nonce), bits: 6)
                }
                return least == found.canonical
            })
    }

    // MARK: - Helpers of the checks

    private static func samples(_ count: Int) -> [Int] { [0, 1, 2, count / 3, count / 2, count - 2, count - 1] }

    private static func digest(_ matrix: FeltMatrix, _ row: Int) -> Digest {
        Digest(elements: matrix.row(row)) ?? .zero
    }

    private static func copy(_ source: FeltMatrix, to target: FeltMatrix, _ pool: WorkPool) {
        pool.forEachRange(of: source.rows, grain: 4096) { range in
            unsafe source.withUnsafeWords { source in
                unsafe target.withUnsafeMutableWords { target in
                    guard let source = source.baseAddress, let target = target.baseAddress else { return }
                    let words = 16 * range.lowerBound
                    unsafe (target + words).update(from: source + words, count: 16 * range.count)
                }
            }
        }
    }
}
