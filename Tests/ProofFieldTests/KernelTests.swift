import CKernels
import ProofField
import SeededRandom
import Testing

/// Every kernel against a readable reference, at each instruction set this CPU has. The level is a setting of the
/// process, so these tests run one after another.
@Suite(.serialized) struct KernelTests {
    static let levels = Array(0...ck_supported_level())

    /// Runs the body at a level, then returns to the best one.
    static func at<Result>(_ level: Int32, _ body: () -> Result) -> Result {
        #expect(ck_set_level(level) == level)
        defer { _ = ck_set_level(Int32.max) }
        return body()
    }

    static func words(_ values: [Felt]) -> [UInt32] { values.map(\.raw) }
    static func words(_ values: [Ext]) -> [UInt32] { values.flatMap { $0.coefficients.map(\.raw) } }
    static func exts(_ words: [UInt32]) -> [Ext] {
        stride(from: 0, to: words.count, by: 4).map {
            Ext(Felt(raw: words[$0]), Felt(raw: words[$0 + 1]), Felt(raw: words[$0 + 2]), Felt(raw: words[$0 + 3]))
        }
    }

    /// A matrix with random padding columns, which no kernel may read into its result.
    static func matrix(rows: Int, width: Int, stride: Int, seed: UInt64) -> FeltMatrix {
        var random = SplitMix64(seed: seed)
        let matrix = FeltMatrix(rows: rows, width: width, stride: stride)
        unsafe matrix.withUnsafeMutableWords { words in
            for index in words.indices { unsafe words[index] = random.felt().raw }
        }
        return matrix
    }

    static func reverse(_ value: Int, bits: Int) -> Int {
        (0..<bits).reduce(0) { $0 | ((value >> $1) & 1) << (bits - 1 - $1) }
    }

    /// The values of a polynomial on shift * <g>, g of order 2^log, bit-reversed, by Horner's rule.
    static func evaluations(of coefficients: [Felt], log: Int, shift: Felt) -> [Felt] {
        let root = Felt.twoAdicGenerator(logOrder: log)
        return (0..<1 << log).map { position in
            let x = shift * root.pow(UInt64(reverse(position, bits: log)))
            return coefficients.reversed().reduce(Felt.zero) { $0 * x + $1 }
        }
    }
}

// MARK: - Hashing

extension KernelTests {
    @Test(arguments: levels, [1, 2, 15, 16, 17, 40])
    func permutationsAgree(level: Int32, count: Int) {
        var random = SplitMix64(seed: UInt64(count))
        let inputs = random.felts(16 * count)
        var expected: [UInt32] = []
        for index in 0..<count {
            var state = Poseidon2State { inputs[16 * index + $0] }
            Poseidon2.referencePermute(&state)
            for element in 0..<16 { expected.append(state[element].raw) }
        }
        var states = Self.words(inputs)
        Self.at(level) {
            unsafe states.withUnsafeMutableBufferPointer {
                unsafe ck_poseidon2_permute($0.baseAddress, count)
            }
        }
        #expect(states == expected)
    }

    /// The trace of a permutation: the state after each full round, and each partial round's S-box.
    @Test(arguments: levels, [1, 2, 15, 16, 17, 40])
    func permutationRowsAgree(level: Int32, count: Int) {
        let matrix = Self.matrix(rows: count, width: Poseidon2.traceWidth, stride: Poseidon2.traceWidth + 5, seed: 9)
        let inputs = (0..<count).map { Array(matrix.row($0).prefix(16)) }
        Self.at(level) { Poseidon2.traceRows(matrix, 0..<count) }
        for (row, input) in inputs.enumerated() {
            var expected = input
            var state = Poseidon2State { input[$0] }
            Poseidon2.externalLinear(&state)
            func fullRounds(_ constants: [UInt32]) {
                for round in 0..<4 {
                    for place in 0..<16 {
                        let sum = state[place] + Felt(constants[16 * round + place])
                        state[place] = sum * sum * sum
                    }
                    Poseidon2.externalLinear(&state)
                    expected += (0..<16).map { state[$0] }
                }
            }
            fullRounds(Poseidon2Constants.initialFull)
            for constant in Poseidon2Constants.partial {
                let sum = state[0] + Felt(constant)
                state[0] = sum * sum * sum
                expected.append(state[0])
                Poseidon2.internalLinear(&state)
            }
            fullRounds(Poseidon2Constants.finalFull)
            #expect(matrix.row(row) == expected)
        }
    }

    @Test(arguments: levels, [(1, 8), (5, 1), (16, 16), (17, 171), (33, 9), (20, 0), (18, 32)])
    func rowHashesAgree(level: Int32, shape: (rows: Int, width: Int)) {
        let matrix = Self.matrix(rows: shape.rows, width: shape.width, stride: shape.width + 3, seed: 40)
        var digests = [UInt32](repeating: 0, count: 8 * shape.rows)
        Self.at(level) {
            unsafe matrix.withUnsafeWords { words in
                unsafe digests.withUnsafeMutableBufferPointer {
                    unsafe ck_hash_rows(words.baseAddress, shape.rows, shape.width, matrix.stride, $0.baseAddress)
                }
            }
        }
        let expected = (0..<shape.rows).flatMap {
            Self.words(FixedLengthHashTests.expected(matrix.row($0)).elements)
        }
        #expect(digests == expected)
    }

    @Test(arguments: levels, [1, 2, 16, 21])
    func compressionLevelsAgree(level: Int32, parents: Int) {
        var random = SplitMix64(seed: UInt64(50 + parents))
        let children = (0..<2 * parents).map { _ in random.digest() }
        var result = [UInt32](repeating: 0, count: 8 * parents)
        Self.at(level) {
            let words = children.flatMap { Self.words($0.elements) }
            unsafe words.withUnsafeBufferPointer { input in
                unsafe result.withUnsafeMutableBufferPointer {
                    unsafe ck_compress_level(input.baseAddress, parents, $0.baseAddress)
                }
            }
        }
        let expected = (0..<parents).flatMap {
            Self.words(Poseidon2.compress(children[2 * $0], children[2 * $0 + 1]).elements)
        }
        #expect(result == expected)
    }

    @Test(arguments: levels)
    func grindingFindsTheSmallestNonceOfItsRange(level: Int32) {
        var random = SplitMix64(seed: 60)
        let state = random.felts(16)
        func works(_ nonce: UInt32, lane: Int) -> Bool {
            var attempt = Poseidon2State { state[$0] }
            attempt[lane] = Felt(nonce)
            Poseidon2.referencePermute(&attempt)
            return attempt[0].canonical & 31 == 0
        }
        for (lane, start) in [(0, UInt32(0)), (3, 1_000), (7, 77), (2, Felt.modulus - 20)] {
            let count: UInt32 = 200
            let end = min(UInt64(start) + UInt64(count), UInt64(Felt.modulus))
            let expected = (start..<UInt32(end)).first { works($0, lane: lane) }
            var found: UInt32 = 0
            let success = Self.at(level) {
                unsafe Self.words(state).withUnsafeBufferPointer {
                    unsafe ck_grind($0.baseAddress, UInt32(lane), 5, UInt64(start), UInt64(count), &found)
                }
            }
            #expect(success == (expected != nil))
            if let expected { #expect(found == expected) }
        }
    }
}

// MARK: - Transforms

extension KernelTests {
    @Test(arguments: levels, [(0, 3), (1, 1), (2, 16), (3, 8), (4, 17), (7, 40)])
    func forwardTransformEvaluates(level: Int32, shape: (log: Int, width: Int)) {
        let shift = Felt(31)
        let input = Self.matrix(rows: 1 << shape.log, width: shape.width, stride: shape.width + 1, seed: 70)
        let output = Self.matrix(rows: 1 << shape.log, width: shape.width, stride: shape.width + 1, seed: 70)
        let done = Self.at(level) {
            unsafe output.withUnsafeMutableWords {
                unsafe ck_ntt_forward(
                    $0.baseAddress, UInt32(shape.log), shape.width, output.stride, shift.raw)
            }
        }
        #expect(done)
        for column in 0..<shape.width {
            let coefficients = (0..<input.rows).map { input[$0, column] }
            let expected = Self.evaluations(of: coefficients, log: shape.log, shift: shift)
            #expect((0..<output.rows).map { output[$0, column] } == expected)
        }
    }

    /// Sizes beyond one cache block, odd and even logarithms.
    @Test(arguments: levels, [0, 1, 2, 5, 9, 10, 11, 12])
    func inverseTransformUndoesTheForwardOne(level: Int32, log: Int) {
        let shift = Felt(5)
        let original = Self.matrix(rows: 1 << log, width: 19, stride: 20, seed: 80)
        let matrix = Self.matrix(rows: 1 << log, width: 19, stride: 20, seed: 80)
        let done = Self.at(level) {
            unsafe matrix.withUnsafeMutableWords {
                unsafe ck_ntt_forward($0.baseAddress, UInt32(log), 19, 20, shift.raw)
                    && ck_ntt_inverse($0.baseAddress, UInt32(log), 19, 20, shift.raw)
            }
        }
        #expect(done)
        let same = unsafe matrix.withUnsafeWords { left in
            unsafe original.withUnsafeWords { right in unsafe left.elementsEqual(right) }
        }
        #expect(same)
    }

    @Test(arguments: levels, [(0, 2), (3, 5), (4, 8), (5, 16), (6, 35)])
    func extensionAgreesWithInterpolation(level: Int32, shape: (log: Int, width: Int)) {
        let (n, blowup, shift) = (1 << shape.log, 2, Felt.generator)
        let values = Self.matrix(rows: n, width: shape.width, stride: shape.width + 2, seed: 90)
        let extended = FeltMatrix(rows: n << blowup, width: shape.width, stride: shape.width + 4)
        let done = Self.at(level) {
            unsafe values.withUnsafeWords { input in
                unsafe extended.withUnsafeMutableWords { output in
                    unsafe ck_coset_lde(
                        input.baseAddress, values.stride, UInt32(shape.log), shape.width, UInt32(blowup), shift.raw,
                        output.baseAddress, extended.stride)
                }
            }
        }
        #expect(done)
        // Coefficients by the definition of the inverse transform.
        let root = Felt.twoAdicGenerator(logOrder: shape.log)
        for column in 0..<shape.width {
            let coefficients = (0..<n).map { power in
                (0..<n).reduce(Felt.zero) { sum, row in
                    sum + values[row, column] * root.pow(UInt64(row * power)).inverse
                } * Felt(UInt32(n)).inverse
            }
            let expected = Self.evaluations(of: coefficients, log: shape.log + blowup, shift: shift)
            #expect((0..<extended.rows).map { extended[$0, column] } == expected)
        }
    }

    /// At a size with large blocks: extension is linear, agrees over levels, and returns the input on the subgroup.
    @Test(arguments: levels)
    func extensionOfManyRowsRestrictsToItsInput(level: Int32) {
        let (log, width) = (11, 18)
        let values = Self.matrix(rows: 1 << log, width: width, stride: width, seed: 100)
        let extended = FeltMatrix(rows: 1 << (log + 1), width: width)
        let done = Self.at(level) {
            unsafe values.withUnsafeWords { input in
                unsafe extended.withUnsafeMutableWords { output in
                    unsafe ck_coset_lde(
                        input.baseAddress, width, UInt32(log), width, 1, Felt.one.raw, output.baseAddress, width)
                }
            }
        }
        #expect(done)
        let agrees = (0..<values.rows).allSatisfy { row in
            let position = Self.reverse(2 * row, bits: log + 1)
            return (0..<width).allSatisfy { extended[position, $0] == values[row, $0] }
        }
        #expect(agrees)
    }

    /// Beyond 2^17 rows the roots of unity come from two tables: checked at single points by Horner's rule.
    @Test(arguments: levels)
    func theLargestTransformsEvaluate(level: Int32) {
        let (log, shift) = (19, Felt(7))
        let input = Self.matrix(rows: 1 << log, width: 1, stride: 1, seed: 105)
        let matrix = Self.matrix(rows: 1 << log, width: 1, stride: 1, seed: 105)
        let done = Self.at(level) {
            unsafe matrix.withUnsafeMutableWords {
                unsafe ck_ntt_forward($0.baseAddress, UInt32(log), 1, 1, shift.raw)
            }
        }
        #expect(done)
        let root = Felt.twoAdicGenerator(logOrder: log)
        for position in [0, 1, 65_537, 300_001, (1 << log) - 1] {
            let x = shift * root.pow(UInt64(Self.reverse(position, bits: log)))
            var value = Felt.zero
            for row in (0..<input.rows).reversed() { value = value * x + input[row, 0] }
            #expect(matrix[position, 0] == value)
        }
        let undone = Self.at(level) {
            unsafe matrix.withUnsafeMutableWords {
                unsafe ck_ntt_inverse($0.baseAddress, UInt32(log), 1, 1, shift.raw)
            }
        }
        #expect(undone)
        let same = (0..<input.rows).allSatisfy { matrix[$0, 0] == input[$0, 0] }
        #expect(same)
    }
}
