/// An Ethereum account address: twenty bytes held inline, ordered lexicographically.
package struct Address: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Big-endian words: bytes 0 to 7, 8 to 15 and 16 to 19.
    package let word0, word1: UInt64
    /// Bytes 16 to 19, big-endian.
    package let word2: UInt32

    /// Twenty zero bytes: nobody's address, which registrations refuse (`zeroAddress`).
    package static let zero = Address(words: 0, 0, 0)

    /// The address whose big-endian words are given.
    @inlinable
    package init(words word0: UInt64, _ word1: UInt64, _ word2: UInt32) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
    }

    /// Nil unless there are exactly 20 bytes.
    @inlinable
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 20 else { return nil }
        var iterator = bytes.makeIterator()
        func word(_ count: Int) -> UInt64 {
            var value: UInt64 = 0
            for _ in 0..<count { value = value << 8 | UInt64(iterator.next() ?? 0) }
            return value
        }
        self.init(words: word(8), word(8), UInt32(truncatingIfNeeded: word(4)))
    }

    /// Nil unless `text` is 40 hexadecimal digits, with or without "0x". The letter case is not checked.
    package init?(hex text: String) {
        guard let bytes = Hex.decode(text) else { return nil }
        self.init(bytes)
    }

    /// The last twenty bytes of a word, as Ethereum cuts an address from a hash.
    @inlinable
    package init(lowBytesOf word: Bytes32) {
        self.init(
            words: word.word1 << 32 | word.word2 >> 32,
            word.word2 << 32 | word.word3 >> 32,
            UInt32(truncatingIfNeeded: word.word3)
        )
    }

    /// The 20 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20)
        append(to: &bytes)
        return bytes
    }

    /// Appends the 20 bytes.
    @inlinable
    package func append(to bytes: inout [UInt8]) {
        word0.appendBigEndian(to: &bytes)
        word1.appendBigEndian(to: &bytes)
        word2.appendBigEndian(to: &bytes)
    }

    /// By the bytes, first to last.
    @inlinable
    package static func < (left: Address, right: Address) -> Bool {
        if left.word0 != right.word0 { return left.word0 < right.word0 }
        if left.word1 != right.word1 { return left.word1 < right.word1 }
        return left.word2 < right.word2
    }

    /// Lower-case hexadecimal; the EIP-55 form is `checksummed` in Cryptography.
    package var description: String { Hex.encode(bytes) }
}
