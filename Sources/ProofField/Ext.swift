/// An element c0 + c1 x + c2 x^2 + c3 x^3 of F[x]/(x^4 - 3), the field of all challenges (2^123.95 elements).
package struct Ext: Hashable, Sendable {
    /// Coefficient of 1.
    package var c0: Felt
    /// Coefficient of x.
    package var c1: Felt
    /// Coefficient of x^2.
    package var c2: Felt
    /// Coefficient of x^3.
    package var c3: Felt

    /// Degree over the base field.
    package static let degree = 4

    /// Four coefficients, lowest degree first.
    @inlinable @inline(__always)
    package init(_ c0: Felt, _ c1: Felt, _ c2: Felt, _ c3: Felt) {
        self.c0 = c0
        self.c1 = c1
        self.c2 = c2
        self.c3 = c3
    }

    /// The base field element itself.
    @inlinable @inline(__always)
    package init(_ base: Felt) { self.init(base, .zero, .zero, .zero) }

    /// Four coefficients, lowest degree first; nil for another count.
    package init?(coefficients: [Felt]) {
        guard coefficients.count == 4 else { return nil }
        self.init(coefficients[0], coefficients[1], coefficients[2], coefficients[3])
    }

    /// Lowest degree first.
    package var coefficients: [Felt] { [c0, c1, c2, c3] }

    /// The additive identity.
    @inlinable package static var zero: Ext { Ext(.zero) }
    /// The multiplicative identity.
    @inlinable package static var one: Ext { Ext(.one) }

    /// x^index, index in 0..<4.
    package static func basis(_ index: Int) -> Ext {
        Ext.one.multipliedByBasis(index)
    }

    /// Whether all four coefficients are zero.
    @inlinable package var isZero: Bool { self == .zero }

    /// Sum, coefficient by coefficient.
    @inlinable @inline(__always)
    package static func + (lhs: Ext, rhs: Ext) -> Ext {
        Ext(lhs.c0 + rhs.c0, lhs.c1 + rhs.c1, lhs.c2 + rhs.c2, lhs.c3 + rhs.c3)
    }

    /// Difference, coefficient by coefficient.
    @inlinable @inline(__always)
    package static func - (lhs: Ext, rhs: Ext) -> Ext {
        Ext(lhs.c0 - rhs.c0, lhs.c1 - rhs.c1, lhs.c2 - rhs.c2, lhs.c3 - rhs.c3)
    }

    /// Additive inverse.
    @inlinable
    package static prefix func - (value: Ext) -> Ext { Ext(-value.c0, -value.c1, -value.c2, -value.c3) }

    /// Product modulo x^4 - 3: sixteen products of the base field.
    @inlinable
    package static func * (lhs: Ext, rhs: Ext) -> Ext {
        let low0 = lhs.c0 * rhs.c0
        let low1 = lhs.c0 * rhs.c1 + lhs.c1 * rhs.c0
        let low2 = lhs.c0 * rhs.c2 + lhs.c1 * rhs.c1 + lhs.c2 * rhs.c0
        let low3 = lhs.c0 * rhs.c3 + lhs.c1 * rhs.c2 + lhs.c2 * rhs.c1 + lhs.c3 * rhs.c0
        let high0 = lhs.c1 * rhs.c3 + lhs.c2 * rhs.c2 + lhs.c3 * rhs.c1
        let high1 = lhs.c2 * rhs.c3 + lhs.c3 * rhs.c2
        let high2 = lhs.c3 * rhs.c3
        return Ext(low0 + tripled(high0), low1 + tripled(high1), low2 + tripled(high2), low3)
    }

    /// Product with an element of the base field: four products.
    @inlinable @inline(__always)
    package static func * (lhs: Ext, rhs: Felt) -> Ext {
        Ext(lhs.c0 * rhs, lhs.c1 * rhs, lhs.c2 * rhs, lhs.c3 * rhs)
    }

    /// Product with an element of the base field: four products.
    @inlinable @inline(__always)
    package static func * (lhs: Felt, rhs: Ext) -> Ext { rhs * lhs }

    /// Sum with an element of the base field.
    @inlinable @inline(__always)
    package static func + (lhs: Ext, rhs: Felt) -> Ext { Ext(lhs.c0 + rhs, lhs.c1, lhs.c2, lhs.c3) }

    /// Difference from an element of the base field.
    @inlinable @inline(__always)
    package static func - (lhs: Ext, rhs: Felt) -> Ext { Ext(lhs.c0 - rhs, lhs.c1, lhs.c2, lhs.c3) }

    /// See `+`.
    @inlinable package static func += (lhs: inout Ext, rhs: Ext) { lhs = lhs + rhs }
    /// See `-`.
    @inlinable package static func -= (lhs: inout Ext, rhs: Ext) { lhs = lhs - rhs }
    /// See `*`.
    @inlinable package static func *= (lhs: inout Ext, rhs: Ext) { lhs = lhs * rhs }
    /// See `*`.
    @inlinable package static func *= (lhs: inout Ext, rhs: Felt) { lhs = lhs * rhs }

    /// self · self.
    @inlinable package var squared: Ext { self * self }
    /// self / 2.
    @inlinable package var halved: Ext { Ext(c0.halved, c1.halved, c2.halved, c3.halved) }

    /// self * x^index, index in 0..<4.
    package func multipliedByBasis(_ index: Int) -> Ext {
        var result = self
        for _ in 0..<index { result = Ext(Ext.tripled(result.c3), result.c0, result.c1, result.c2) }
        return result
    }

    /// self^exponent; the zeroth power is one.
    package func pow(_ exponent: UInt64) -> Ext {
        var result = Ext.one
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
    ///
    /// With self = a + b x for a, b in F[y]/(y^2 - 3), y = x^2: 1 / self = (a - b x) / (a^2 - y b^2), and the norm
    /// n0 + n1 y has the inverse (n0 - n1 y) / (n0^2 - 3 n1^2).
    package var inverse: Ext {
        let norm0 = c0.squared + Ext.tripled(c2.squared) - Ext.tripled((c1 * c3) + (c1 * c3))
        let norm1 = (c0 * c2) + (c0 * c2) - c1.squared - Ext.tripled(c3.squared)
        let scale = (norm0.squared - Ext.tripled(norm1.squared)).inverse
        let (u, v) = (norm0 * scale, -(norm1 * scale))
        return Ext(
            c0 * u + Ext.tripled(c2 * v),
            -(c1 * u + Ext.tripled(c3 * v)),
            c0 * v + c2 * u,
            -(c1 * v + c3 * u))
    }

    /// 3 * value.
    @inlinable @inline(__always)
    static func tripled(_ value: Felt) -> Felt { value + value + value }

    /// Replaces each element by its inverse, zero by zero, at the price of one inversion.
    package static func batchInverse(_ values: inout [Ext]) {
        var prefixes: [Ext] = []
        prefixes.reserveCapacity(values.count)
        var product = Ext.one
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

extension Ext: CustomStringConvertible {
    /// Canonical coefficients, lowest degree first.
    package var description: String { "(\(c0), \(c1), \(c2), \(c3))" }
}
