/// Writes the chain's own binary formats: big-endian integers of fixed width and length-prefixed byte strings.
package struct ByteWriter: Sendable {
    /// What has been written so far.
    @usableFromInline
    package internal(set) var bytes: [UInt8] = []

    /// An empty buffer.
    package init() {}

    /// Makes room for `count` bytes in all.
    package mutating func reserveCapacity(_ count: Int) { bytes.reserveCapacity(count) }
    /// One byte.
    package mutating func u8(_ value: UInt8) { bytes.append(value) }
    /// Two bytes, big-endian.
    package mutating func u16(_ value: UInt16) { value.appendBigEndian(to: &bytes) }
    /// Four bytes, big-endian.
    package mutating func u32(_ value: UInt32) { value.appendBigEndian(to: &bytes) }
    /// Eight bytes, big-endian.
    package mutating func u64(_ value: UInt64) { value.appendBigEndian(to: &bytes) }
    /// Sixteen bytes, big-endian.
    package mutating func u128(_ value: UInt128) { value.appendBigEndian(to: &bytes) }

    /// One byte, 0 or 1.
    package mutating func bool(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// 32 bytes, without a length.
    package mutating func bytes32(_ value: Bytes32) { value.append(to: &bytes) }
    /// 20 bytes, without a length.
    package mutating func address(_ value: Address) { value.append(to: &bytes) }

    /// Bytes without a length.
    @inlinable
    package mutating func raw(_ value: some Sequence<UInt8>) { bytes.append(contentsOf: value) }

    /// A byte string behind its length as `u32`. Strings of 4 GiB or more have no encoding and trap.
    package mutating func bytes(_ value: [UInt8]) {
        u32(UInt32(value.count))
        bytes.append(contentsOf: value)
    }
}
