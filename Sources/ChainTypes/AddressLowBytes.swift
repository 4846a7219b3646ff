package import ByteCodec

extension Address {
    /// The address whose last eight bytes are `lowBytes` in big-endian order, and all others zero.
    package init(lowBytes: UInt64) {
        self.init(words: 0, lowBytes >> 32, UInt32(truncatingIfNeeded: lowBytes))
    }
}
