/// Big-endian bytes of fixed-width integers, the only byte order of the chain's own formats.
extension FixedWidthInteger where Self: UnsignedInteger {
    /// Appends all bytes of the integer, the most significant first.
    @inlinable
    package func appendBigEndian(to bytes: inout [UInt8]) {
        var shift = Self.bitWidth
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: self >> shift))
        }
    }

    /// The integer whose big-endian digits are `bytes`; nil when there are more bytes than the type holds.
    @inlinable
    package init?(bigEndianBytes bytes: some Collection<UInt8>) {
        guard bytes.count <= Self.bitWidth / 8 else { return nil }
        var value: Self = 0
        for byte in bytes {
            value = value << 8 | Self(byte)
        }
        self = value
    }
}
