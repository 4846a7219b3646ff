/// Why bytes are not what a `ByteReader` was asked for.
package enum ByteReaderError: Error, Hashable, Sendable {
    /// The input ends before the value does.
    case truncated
    /// A length or count is above the limit given.
    case countTooLarge
    /// A truth value is neither 0 nor 1.
    case invalidBool
    /// Bytes follow the last value.
    case trailingBytes
}

/// Reads what `ByteWriter` writes. Total: each input yields values or a `ByteReaderError`; nothing is allocated
/// before its length is checked against the input.
package struct ByteReader: Sendable {
    private let input: [UInt8]
    /// Index of the next byte.
    package private(set) var position: Int
    private let end: Int

    /// A reader at the first byte.
    package init(_ input: [UInt8]) {
        self.input = input
        position = 0
        end = input.count
    }

    /// A reader at the slice's first byte; positions count from it.
    package init(_ input: ArraySlice<UInt8>) {
        self.init(Array(input))
    }

    /// Bytes not yet read.
    package var remaining: Int { end - position }

    /// One byte.
    package mutating func u8() throws(ByteReaderError) -> UInt8 { try integer() }
    /// Two bytes, big-endian.
    package mutating func u16() throws(ByteReaderError) -> UInt16 { try integer() }
    /// Four bytes, big-endian.
    package mutating func u32() throws(ByteReaderError) -> UInt32 { try integer() }
    /// Eight bytes, big-endian.
    package mutating func u64() throws(ByteReaderError) -> UInt64 { try integer() }
    /// Sixteen bytes, big-endian.
    package mutating func u128() throws(ByteReaderError) -> UInt128 { try integer() }

    /// One byte, 0 or 1.
    package mutating func bool() throws(ByteReaderError) -> Bool {
        switch try u8() {
        case 0: return false
        case 1: return true
        default: throw .invalidBool
        }
    }

    /// The next 32 bytes.
    package mutating func bytes32() throws(ByteReaderError) -> Bytes32 {
        guard let value = Bytes32(input[try take(32)]) else { throw .truncated }
        return value
    }

    /// The next 20 bytes.
    package mutating func address() throws(ByteReaderError) -> Address {
        guard let value = Address(input[try take(20)]) else { throw .truncated }
        return value
    }

    /// Exactly `count` bytes. A negative count is `countTooLarge`.
    package mutating func raw(_ count: Int) throws(ByteReaderError) -> [UInt8] {
        Array(input[try take(count)])
    }

    /// A byte string behind its length as `u32`; `countTooLarge` above `maxCount`.
    package mutating func bytes(maxCount: Int) throws(ByteReaderError) -> [UInt8] {
        try raw(try count(max: maxCount))
    }

    /// A count as `u32`; `countTooLarge` above `max`.
    ///
    /// The caller must still bound what it reserves: `max` items of at least one byte each may be claimed by
    /// an input that does not hold them.
    package mutating func count(max: Int) throws(ByteReaderError) -> Int {
        guard let count = Int(exactly: try u32()), count <= max else { throw .countTooLarge }
        return count
    }

    /// Throws `trailingBytes` unless all was read.
    package func expectEnd() throws(ByteReaderError) {
        guard position == end else { throw .trailingBytes }
    }

    private mutating func integer<T: FixedWidthInteger & UnsignedInteger>() throws(ByteReaderError) -> T {
        guard let value = T(bigEndianBytes: input[try take(T.bitWidth / 8)]) else { throw .truncated }
        return value
    }

    private mutating func take(_ count: Int) throws(ByteReaderError) -> Range<Int> {
        guard count >= 0 else { throw .countTooLarge }
        guard count <= remaining else { throw .truncated }
        let start = position
        position += count
        return start..<position
    }
}
