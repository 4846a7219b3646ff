import CKernels
import ProofField
import SeededRandom
import Testing

extension KernelTests {
    /// The value at `point` of the polynomial of least degree through (points[i], values[i]) (Lagrange).
    private static func interpolate(_ points: [Felt], _ values: [Ext], at point: Ext) -> Ext {
        var result = Ext.zero
        for i in points.indices {
            var term = values[i]
            for j in points.indices where j != i {
                term *= (point - points[j]) * (points[i] - points[j]).inverse
            }
            result += term
        }
        return result
    }

    @Test(arguments: levels, [(3, 3), (6, 3), (8, 3), (5, 1), (7, 2)])
    func foldEvaluatesTheInterpolantOfEachGroup(level: Int32, shape: (log: Int, arity: Int)) {
        var random = SplitMix64(seed: 110)
        let (count, arity, shift, beta) = (1 << shape.log, 1 << shape.arity, Felt(11), random.ext())
        let values = (0..<count).map { _ in random.ext() }
        var folded = [UInt32](repeating: 0, count: 4 * count / arity)
        // Two ranges, as two threads would do.
        let middle = count / arity / 3
        Self.at(level) {
            unsafe Self.words(values).withUnsafeBufferPointer { input in
                unsafe Self.words([beta]).withUnsafeBufferPointer { challenge in
                    unsafe folded.withUnsafeMutableBufferPointer { output in
                        for (begin, end) in [(0, middle), (middle, count / arity)] {
                            unsafe ck_fold(
                                input.baseAddress, UInt32(shape.log), UInt32(shape.arity), shift.raw,
                                challenge.baseAddress, begin, end, output.baseAddress)
                        }
                    }
                }
            }
        }
        let root = Felt.twoAdicGenerator(logOrder: shape.log)
        let points = (0..<count).map { shift * root.pow(UInt64(Self.reverse($0, bits: shape.log))) }
        let expected = (0..<count / arity).map { group in
            let range = arity * group..<arity * (group + 1)
            return Self.interpolate(Array(points[range]), Array(values[range]), at: beta)
        }
        #expect(Self.exts(folded) == expected)
    }

    /// Folding commutes with evaluation: f = sum x^k f_k(x^8) folds to sum beta^k f_k on the eighth powers.
    @Test(arguments: levels)
    func foldOfAPolynomialIsTheFoldOfItsCoefficients(level: Int32) {
        var random = SplitMix64(seed: 111)
        let (log, shift, beta) = (7, Felt.generator, random.ext())
        let coefficients = random.felts(64)
        let values = Self.evaluations(of: coefficients, log: log, shift: shift).map { Ext($0) }
        var folded = [UInt32](repeating: 0, count: 4 << (log - 3))
        Self.at(level) {
            unsafe Self.words(values).withUnsafeBufferPointer { input in
                unsafe Self.words([beta]).withUnsafeBufferPointer { challenge in
                    unsafe folded.withUnsafeMutableBufferPointer { output in
                        unsafe ck_fold(
                            input.baseAddress, UInt32(log), 3, shift.raw, challenge.baseAddress, 0, 16,
                            output.baseAddress)
                    }
                }
            }
        }
        let shorter = (0..<8).map { index in
            (0..<8).reduce(Ext.zero) { $0 + beta.pow(UInt64($1)) * coefficients[8 * index + $1] }
        }
        let root = Felt.twoAdicGenerator(logOrder: log - 3)
        let expected = (0..<16).map { position in
            let y = shift.pow(8) * root.pow(UInt64(Self.reverse(position, bits: log - 3)))
            return shorter.reversed().reduce(Ext.zero) { $0 * y + $1 }
        }
        #expect(Self.exts(folded) == expected)
    }

    /// Single groups of a layer of 2^19 values, the largest height at blowup 4.
    @Test(arguments: levels)
    func foldOfALargeLayer(level: Int32) {
        let (log, shift, beta) = (19, Felt.generator, Ext(Felt(5), Felt(6), Felt(7), Felt(8)))
        let layer = Self.matrix(rows: 1 << log, width: 4, stride: 4, seed: 112)
        let folded = FeltMatrix(rows: 1 << (log - 3), width: 4)
        Self.at(level) {
            unsafe layer.withUnsafeWords { input in
                unsafe Self.words([beta]).withUnsafeBufferPointer { challenge in
                    unsafe folded.withUnsafeMutableWords { output in
                        unsafe ck_fold(
                            input.baseAddress, UInt32(log), 3, shift.raw, challenge.baseAddress, 0, folded.rows,
                            output.baseAddress)
                    }
                }
            }
        }
        let root = Felt.twoAdicGenerator(logOrder: log)
        for group in [0, 1, 20_000, 40_001, folded.rows - 1] {
            let rows = 8 * group..<8 * group + 8
            let points = rows.map { shift * root.pow(UInt64(Self.reverse($0, bits: log))) }
            let expected = Self.interpolate(points, rows.map { layer[ext: $0, 0] }, at: beta)
            #expect(folded[ext: group, 0] == expected)
        }
    }

    @Test(arguments: levels, [(1, 1), (3, 4), (16, 16), (21, 19), (5, 50)])
    func rowCombinationsAgree(level: Int32, shape: (rows: Int, width: Int)) {
        var random = SplitMix64(seed: 120)
        let matrix = Self.matrix(rows: shape.rows, width: shape.width, stride: shape.width + 1, seed: 121)
        let weights = (0..<shape.width).map { _ in random.ext() }
        let start = (0..<shape.rows).map { _ in random.ext() }
        var sums = Self.words(start)
        Self.at(level) {
            unsafe matrix.withUnsafeWords { input in
                unsafe Self.words(weights).withUnsafeBufferPointer { factors in
                    unsafe sums.withUnsafeMutableBufferPointer {
                        unsafe ck_combine_rows(
                            input.baseAddress, shape.rows, shape.width, matrix.stride, factors.baseAddress,
                            $0.baseAddress)
                    }
                }
            }
        }
        let expected = (0..<shape.rows).map { row in
            (0..<shape.width).reduce(start[row]) { $0 + weights[$1] * matrix[row, $1] }
        }
        #expect(Self.exts(sums) == expected)
    }

    @Test(arguments: levels, [(1, 1), (3, 4), (16, 16), (21, 19), (50, 35)])
    func columnDotProductsAgree(level: Int32, shape: (rows: Int, width: Int)) {
        var random = SplitMix64(seed: 130)
        let matrix = Self.matrix(rows: shape.rows, width: shape.width, stride: shape.width + 1, seed: 131)
        let weights = (0..<shape.rows).map { _ in random.ext() }
        var sums = [UInt32](repeating: 0, count: 4 * shape.width)
        Self.at(level) {
            unsafe matrix.withUnsafeWords { input in
                unsafe Self.words(weights).withUnsafeBufferPointer { factors in
                    unsafe sums.withUnsafeMutableBufferPointer {
                        unsafe ck_column_dots(
                            input.baseAddress, shape.rows, shape.width, matrix.stride, factors.baseAddress,
                            $0.baseAddress)
                    }
                }
            }
        }
        let expected = (0..<shape.width).map { column in
            (0..<shape.rows).reduce(Ext.zero) { $0 + weights[$1] * matrix[$1, column] }
        }
        #expect(Self.exts(sums) == expected)
    }

    /// All elements at p - 1: the sums of four products that the kernels reduce at once are largest here.
    @Test(arguments: levels)
    func sumsOfTheLargestProductsAgree(level: Int32) {
        let largest = Ext(-.one, -.one, -.one, -.one)
        let matrix = FeltMatrix(rows: 16, width: 16)
        let raw = Felt(raw: Felt.modulus - 1)
        for row in 0..<16 { for column in 0..<16 { matrix[row, column] = raw } }
        for factor in [largest, Ext(raw, raw, raw, raw)] {
            var sums = [UInt32](repeating: 0, count: 64)
            Self.at(level) {
                unsafe matrix.withUnsafeWords { input in
                    unsafe Self.words([Ext](repeating: factor, count: 16)).withUnsafeBufferPointer { factors in
                        unsafe sums.withUnsafeMutableBufferPointer {
                            unsafe ck_combine_rows(
                                input.baseAddress, 16, 16, 16, factors.baseAddress, $0.baseAddress)
                        }
                    }
                }
            }
            #expect(Self.exts(sums) == [Ext](repeating: factor * raw * Felt(16), count: 16))
        }
    }

    @Test(arguments: levels, [1, 4, 16, 37])
    func extensionProductsAndInversesAgree(level: Int32, count: Int) {
        var random = SplitMix64(seed: 140)
        let a = (0..<count).map { $0 % 5 == 3 ? Ext.zero : random.ext() }
        let b = (0..<count).map { _ in random.ext() }
        var products = [UInt32](repeating: 0, count: 4 * count)
        var inverses = Self.words(a)
        Self.at(level) {
            unsafe Self.words(a).withUnsafeBufferPointer { left in
                unsafe Self.words(b).withUnsafeBufferPointer { right in
                    unsafe products.withUnsafeMutableBufferPointer {
                        unsafe ck_ext_multiply(left.baseAddress, right.baseAddress, count, $0.baseAddress)
                    }
                }
            }
            unsafe inverses.withUnsafeMutableBufferPointer { unsafe ck_ext_inverse($0.baseAddress, count) }
        }
        #expect(Self.exts(products) == zip(a, b).map { $0 * $1 })
        #expect(Self.exts(inverses) == a.map(\.inverse))
    }
}

@Suite struct FeltMatrixTests {
    @Test func aFreshMatrixIsZeroEvenInReusedMemory() {
        for _ in 0..<3 {
            let matrix = FeltMatrix(rows: 1 << 10, width: 600)
            let isZero = unsafe matrix.withUnsafeWords { unsafe $0.allSatisfy { $0 == 0 } }
            #expect(isZero)
            unsafe matrix.withUnsafeMutableWords { words in
                for index in words.indices { unsafe words[index] = 7 }
            }
        }
    }

    @Test func rowsLieAtTheirStrideOnAnAlignedBase() {
        let matrix = FeltMatrix(rows: 5, width: 7, stride: 16)
        matrix[3, 6] = Felt(raw: 42)
        matrix[ext: 4, 1] = Ext(Felt(raw: 1), Felt(raw: 2), Felt(raw: 3), Felt(raw: 4))
        unsafe matrix.withUnsafeWords { words in
            #expect(UInt(bitPattern: words.baseAddress) % 64 == 0)
            #expect(words.count == 80)
            #expect(unsafe words[3 * 16 + 6] == 42)
            #expect(unsafe Array(words[65..<69]) == [1, 2, 3, 4])
        }
        #expect(matrix.row(3).count == 7)
        #expect(FeltMatrix.peakBytes >= matrix.bytes)
    }
}
