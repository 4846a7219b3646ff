/// Eight field elements: the output of the hash family, 248 bits.
package struct Digest: Hashable, Sendable {
    /// The eight elements in Montgomery form.
    package var words: SIMD8<UInt32>

    /// Elements of a digest.
    package static let count = 8
    /// Bytes of the canonical encoding, four for each element.
    package static let byteCount = 32

    /// Eight Montgomery representatives, each already in 0..<p.
    @inlinable
    package init(words: SIMD8<UInt32>) { self.words = words }

    /// Eight elements; nil for another count.
    package init?(elements: [Felt]) {
        guard elements.count == Digest.count else { return nil }
        self.words = .zero
        for index in 0..<Digest.count { words[index] = elements[index].raw }
    }

    /// Canonical encoding: 32 bytes, eight little-endian u32 below p. Nil for anything else.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Digest.byteCount else { return nil }
        self.words = .zero
        for index in 0..<Digest.count {
            var value: UInt32 = 0
            for byte in 0..<4 { value |= UInt32(bytes[4 * index + byte]) << UInt32(8 * byte) }
            guard let element = Felt(canonical: value) else { return nil }
            words[index] = element.raw
        }
    }

    /// Canonical encoding, see `init(bytes:)`.
    package var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(Digest.byteCount)
        for index in 0..<Digest.count {
            let value = self[index].canonical
            for byte in 0..<4 { result.append(UInt8(truncatingIfNeeded: value >> UInt32(8 * byte))) }
        }
        return result
    }

    /// Eight zero elements: a half of an empty leaf.
    package static var zero: Digest { Digest(words: .zero) }

    /// The element at `index`, 0..<8.
    @inlinable
    package subscript(index: Int) -> Felt {
        get { Felt(raw: words[index]) }
        set { words[index] = newValue.raw }
    }

    /// The eight elements in order.
    package var elements: [Felt] { (0..<Digest.count).map { self[$0] } }
}

extension Digest: Comparable {
    /// Lexicographic by canonical values, element 0 first.
    package static func < (lhs: Digest, rhs: Digest) -> Bool {
        for index in 0..<Digest.count {
            let (left, right) = (lhs[index].canonical, rhs[index].canonical)
            if left != right { return left < right }
        }
        return false
    }
}

extension Digest: CustomStringConvertible {
    /// Canonical values in order, for tests and messages.
    package var description: String { "[" + elements.map(\.description).joined(separator: ", ") + "]" }
}
