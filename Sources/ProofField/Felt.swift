/// An element of the KoalaBear field, p = 2^31 - 2^24 + 1, in Montgomery form with R = 2^32.
///
/// `raw` is always in 0..<p, so equality of elements is equality of `raw`.
package struct Felt: Hashable, Sendable {
    /// value * 2^32 mod p, in 0..<p.
    package var raw: UInt32

    /// p = 2^31 - 2^24 + 1.
    package static let modulus: UInt32 = 0x7f00_0001
    /// p - 1 = 127 * 2^24.
    package static let twoAdicity = 24

    /// Takes a Montgomery representative already in 0..<p.
    @inlinable @inline(__always)
    package init(raw: UInt32) {
        assert(raw < 0x7f00_0001)
        self.raw = raw
    }

    /// The class of `value` modulo p.
    @inlinable @inline(__always)
    package init(_ value: UInt32) {
        self.raw = Self.reduce(UInt64(value) &* Self.rSquared)
    }

    /// Refuses representatives outside 0..<p.
    @inlinable
    package init?(canonical: UInt32) {
        guard canonical < 0x7f00_0001 else { return nil }
        self.init(canonical)
    }

    /// The representative in 0..<p.
    @inlinable @inline(__always)
    package var canonical: UInt32 { Self.reduce(UInt64(raw)) }

    /// The additive identity.
    @inlinable @inline(__always) package static var zero: Felt { Felt(raw: 0) }
    /// The multiplicative identity: 2^32 mod p in Montgomery form.
    @inlinable @inline(__always) package static var one: Felt { Felt(raw: 0x01ff_fffe) }
    /// A generator of the multiplicative group: 3.
    @inlinable package static var generator: Felt { Felt(3) }

    /// 2^64 mod p.
    @usableFromInline static var rSquared: UInt64 {
        @inlinable @inline(__always) get { 402_124_772 }
    }

    /// Montgomery reduction: x / 2^32 mod p for x < 2^32 * p (Montgomery, Math. Comp. 44, 1985).
    @inlinable @inline(__always)
    static func reduce(_ x: UInt64) -> UInt32 {
        let quotient = UInt32(truncatingIfNeeded: x) &* 0x8100_0001
        let product = UInt32(truncatingIfNeeded: (UInt64(quotient) &* 0x7f00_0001) &>> 32)
        let (difference, borrow) = UInt32(truncatingIfNeeded: x &>> 32).subtractingReportingOverflow(product)
        return borrow ? difference &+ 0x7f00_0001 : difference
    }

    /// Sum; reduced by one subtraction.
    @inlinable @inline(__always)
    package static func + (lhs: Felt, rhs: Felt) -> Felt {
        let sum = lhs.raw &+ rhs.raw
        return Felt(raw: sum >= 0x7f00_0001 ? sum &- 0x7f00_0001 : sum)
    }

    /// Difference; reduced by one addition.
    @inlinable @inline(__always)
    package static func - (lhs: Felt, rhs: Felt) -> Felt {
        let (difference, borrow) = lhs.raw.subtractingReportingOverflow(rhs.raw)
        return Felt(raw: borrow ? difference &+ 0x7f00_0001 : difference)
    }

    /// Product; one Montgomery reduction.
    @inlinable @inline(__always)
    package static func * (lhs: Felt, rhs: Felt) -> Felt {
        Felt(raw: reduce(UInt64(lhs.raw) &* UInt64(rhs.raw)))
    }

    /// Additive inverse.
    @inlinable @inline(__always)
    package static prefix func - (value: Felt) -> Felt {
        Felt(raw: value.raw == 0 ? 0 : 0x7f00_0001 &- value.raw)
    }

    /// See `+`.
    @inlinable @inline(__always) package static func += (lhs: inout Felt, rhs: Felt) { lhs = lhs + rhs }
    /// See `-`.
    @inlinable @inline(__always) package static func -= (lhs: inout Felt, rhs: Felt) { lhs = lhs - rhs }
    /// See `*`.
    @inlinable @inline(__always) package static func *= (lhs: inout Felt, rhs: Felt) { lhs = lhs * rhs }

    /// self · self.
    @inlinable @inline(__always) package var squared: Felt { self * self }

    /// self / 2.
    @inlinable @inline(__always)
    package var halved: Felt {
        Felt(raw: (raw &>> 1) &+ (raw & 1 == 0 ? 0 : 0x3f80_0001))
    }

    /// Whether it is zero.
    @inlinable @inline(__always) package var isZero: Bool { raw == 0 }

    /// self^exponent; the zeroth power is one.
    @inlinable
    package func pow(_ exponent: UInt64) -> Felt {
        var result = Felt.one
        var base = self
        var rest = exponent
        while rest != 0 {
            if rest & 1 == 1 { result *= base }
            base = base.squared
            rest >>= 1
        }
        return result
    }

    /// The multiplicative inverse; zero for zero.
    @inlinable package var inverse: Felt { pow(0x7f00_0001 - 2) }

    /// A generator of the subgroup of order 2^logOrder; 3^127 for logOrder 24.
    /// The order is the caller's constant: 0...24.
    @inlinable
    package static func twoAdicGenerator(logOrder: Int) -> Felt {
        precondition((0...24).contains(logOrder), "KoalaBear has two-adicity 24")
        var root = Felt(1_791_270_792)
        for _ in logOrder..<24 { root = root.squared }
        return root
    }

    /// Replaces each element by its inverse, zero by zero, at the price of one inversion
    /// (Montgomery, Math. Comp. 48, 1987).
    package static func batchInverse(_ values: inout [Felt]) {
        var prefixes: [Felt] = []
        prefixes.reserveCapacity(values.count)
        var product = Felt.one
        for value in values {
            prefixes.append(product)
            if !value.isZero { product *= value }
        }
        var inverse = product.inverse
        for index in values.indices.reversed() where !values[index].isZero {
            let value = values[index]
            values[index] = inverse * prefixes[index]
            inverse *= value
        }
    }
}

extension Felt: CustomStringConvertible {
    /// The canonical value in decimal.
    package var description: String { String(canonical) }
}
