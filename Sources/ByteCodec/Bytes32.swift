/// Thirty-two bytes held inline: a hash, a storage key, a 256-bit big-endian word.
///
/// The order is lexicographic on the bytes, which is the numerical order of the big-endian integer.
package struct Bytes32: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Big-endian words, the first holding bytes 0 to 7.
    package let word0, word1, word2, word3: UInt64

    /// Thirty-two zero bytes, which stand for "none" in headers and sign bytes.
    package static let zero = Bytes32(words: 0, 0, 0, 0)

    /// The value whose big-endian 64-bit words are given.
    @inlinable
    package init(words word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
        self.word3 = word3
    }

    /// Nil unless there are exactly 32 bytes.
    @inlinable
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var iterator = bytes.makeIterator()
        func word() -> UInt64 {
            var value: UInt64 = 0
            for _ in 0..<8 { value = value << 8 | UInt64(iterator.next() ?? 0) }
            return value
        }
        self.init(words: word(), word(), word(), word())
    }

    /// Nil unless `text` is 64 hexadecimal digits, with or without "0x".
    package init?(hex text: String) {
        guard let bytes = Hex.decode(text) else { return nil }
        self.init(bytes)
    }

    /// `value` as a 256-bit big-endian integer.
    @inlinable
    package init(_ value: UInt128) {
        self.init(words: 0, 0, UInt64(truncatingIfNeeded: value >> 64), UInt64(truncatingIfNeeded: value))
    }

    /// The value as a big-endian integer, nil above 128 bits.
    @inlinable
    package var uint128: UInt128? {
        word0 | word1 == 0 ? UInt128(word2) << 64 | UInt128(word3) : nil
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        append(to: &bytes)
        return bytes
    }

    /// Appends the 32 bytes.
    @inlinable
    package func append(to bytes: inout [UInt8]) {
        word0.appendBigEndian(to: &bytes)
        word1.appendBigEndian(to: &bytes)
        word2.appendBigEndian(to: &bytes)
        word3.appendBigEndian(to: &bytes)
    }

    /// By the bytes, first to last.
    @inlinable
    package static func < (left: Bytes32, right: Bytes32) -> Bool {
        if left.word0 != right.word0 { return left.word0 < right.word0 }
        if left.word1 != right.word1 { return left.word1 < right.word1 }
        if left.word2 != right.word2 { return left.word2 < right.word2 }
        return left.word3 < right.word3
    }

    /// Lower-case hexadecimal with "0x".
    package var description: String { Hex.encode(bytes) }
}
