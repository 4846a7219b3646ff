import ProofField
import SeededRandom
import Testing

@Suite struct FieldLawTests {
    /// The product of canonical values by 64-bit division, an oracle free of Montgomery form.
    private func product(_ a: UInt32, _ b: UInt32) -> UInt32 {
        UInt32(UInt64(a) * UInt64(b) % UInt64(Felt.modulus))
    }

    @Test func feltAgreesWithIntegerArithmetic() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<2_000 {
            let (a, b) = (random.felt(), random.felt())
            let (x, y, p) = (UInt64(a.canonical), UInt64(b.canonical), UInt64(Felt.modulus))
            #expect(UInt64((a + b).canonical) == (x + y) % p)
            #expect(UInt64((a - b).canonical) == (x + p - y) % p)
            #expect((a * b).canonical == product(a.canonical, b.canonical))
            #expect(-a + a == .zero)
            #expect(a.halved + a.halved == a)
            #expect(Felt(a.canonical) == a)
            #expect(Felt(canonical: a.canonical) == a)
            #expect(a.isZero ? a.inverse.isZero : a * a.inverse == .one)
        }
    }

    @Test func feltEdges() {
        #expect(Felt(Felt.modulus) == .zero)
        #expect(Felt(UInt32.max).canonical == UInt32(UInt64(UInt32.max) % UInt64(Felt.modulus)))
        #expect(Felt(canonical: Felt.modulus) == nil)
        #expect(Felt(canonical: UInt32.max) == nil)
        #expect(Felt(canonical: Felt.modulus - 1) == -Felt.one)
        #expect(Felt(5).pow(0) == .one)
        #expect(Felt.zero.inverse == .zero)
    }

    @Test func generatorAndRootsOfUnity() {
        // p - 1 = 2^24 * 127
        #expect(Felt.generator.pow(UInt64(Felt.modulus - 1) / 2) == -.one)
        #expect(Felt.generator.pow(UInt64(Felt.modulus - 1) / 127) != .one)
        #expect(Felt.twoAdicGenerator(logOrder: 24).canonical == 1_791_270_792)
        #expect(Felt.twoAdicGenerator(logOrder: 24) == Felt.generator.pow(127))
        for log in 1...24 {
            let root = Felt.twoAdicGenerator(logOrder: log)
            #expect(root.pow(1 << UInt64(log - 1)) == -.one)
            #expect(root.squared == Felt.twoAdicGenerator(logOrder: log - 1))
        }
    }

    @Test func extIsAFieldExtensionByTheFourthRootOfThree() {
        var random = SplitMix64(seed: 2)
        let x = Ext.basis(1)
        #expect(x * x * x * x == Ext(Felt(3)))
        for _ in 0..<500 {
            let (a, b, c, s) = (random.ext(), random.ext(), random.ext(), random.felt())
            #expect(a * b == b * a)
            #expect((a * b) * c == a * (b * c))
            #expect(a * (b + c) == a * b + a * c)
            #expect((a - b) + b == a)
            #expect(a + -a == .zero)
            #expect(a * s == a * Ext(s))
            #expect(a + s == a + Ext(s))
            #expect(a - s == a - Ext(s))
            #expect(a.halved + a.halved == a)
            #expect(a.isZero ? a.inverse.isZero : a * a.inverse == .one)
            for index in 0..<4 { #expect(a.multipliedByBasis(index) == a * x.pow(UInt64(index))) }
            #expect(Ext(coefficients: a.coefficients) == a)
        }
        #expect(Ext.zero.inverse == .zero)
        #expect(Ext(coefficients: random.felts(3)) == nil)
    }

    /// a^(p^4 - 1) = 1 by way of the Frobenius map, which sends x to 3^((p - 1) / 4) x.
    @Test func frobeniusFixesTheBaseFieldOnly() {
        var random = SplitMix64(seed: 3)
        let a = random.ext()
        let frobenius = a.pow(UInt64(Felt.modulus))
        let factor = Felt(3).pow(UInt64(Felt.modulus - 1) / 4)
        #expect(frobenius == Ext(a.c0, a.c1 * factor, a.c2 * factor.squared, a.c3 * factor.pow(3)))
        #expect(factor.squared == -.one, "3 is no square, so that x^4 - 3 is irreducible")
    }

    @Test func batchInverseAgreesWithInverse() {
        var random = SplitMix64(seed: 4)
        let felts = random.felts(100)
        let exts = (0..<100).map { $0 % 7 == 0 ? Ext.zero : random.ext() }
        var (feltInverses, extInverses) = (felts, exts)
        Felt.batchInverse(&feltInverses)
        Ext.batchInverse(&extInverses)
        #expect(feltInverses == felts.map(\.inverse))
        #expect(extInverses == exts.map(\.inverse))
        var none: [Felt] = []
        Felt.batchInverse(&none)
        #expect(none.isEmpty)
    }
}

@Suite struct DigestTests {
    @Test func bytesRoundTripAndAreLittleEndian() {
        var random = SplitMix64(seed: 5)
        for _ in 0..<50 {
            let digest = random.digest()
            #expect(Digest(bytes: digest.bytes) == digest)
            #expect(Digest(elements: digest.elements) == digest)
        }
        var one = Digest.zero
        one[1] = Felt(0x0102_0304)
        #expect(one.bytes[4..<8] == [4, 3, 2, 1])
    }

    @Test(arguments: 0..<8)
    func refusesANonCanonicalElement(index: Int) {
        var bytes = [UInt8](repeating: 0, count: 32)
        for byte in 0..<4 { bytes[4 * index + byte] = UInt8(truncatingIfNeeded: Felt.modulus >> UInt32(8 * byte)) }
        #expect(Digest(bytes: bytes) == nil)
        bytes[4 * index] -= 1
        #expect(Digest(bytes: bytes)?[index] == -Felt.one)
    }

    @Test func refusesOtherLengths() {
        for count in [0, 31, 33] { #expect(Digest(bytes: [UInt8](repeating: 0, count: count)) == nil) }
        #expect(Digest(elements: [.one]) == nil)
    }

    @Test func ordersByCanonicalValuesFirstElementFirst() {
        var (low, high) = (Digest.zero, Digest.zero)
        low[0] = Felt(1)
        low[7] = -Felt.one
        high[0] = Felt(2)
        #expect(low < high)
        #expect(!(high < low))
        #expect(!(low < low))
    }
}
