/// Why bytes are not the canonical RLP encoding of what the reader asked for.
package enum RLPError: Error, Hashable, Sendable {
    /// The input ends inside an item, or before one.
    case truncated
    /// Bytes follow the outermost item.
    case trailingBytes
    /// A length has leading zeros, or the long form where the short one fits.
    case nonCanonicalLength
    /// A single byte below 0x80 is written as a string of length one.
    case nonCanonicalSingleByte
    /// An integer has a leading zero byte.
    case leadingZeroInteger
    /// An integer is wider than asked for.
    case integerTooLarge
    /// A list stands where a byte string was asked for.
    case unexpectedList
    /// A byte string stands where a list was asked for.
    case unexpectedBytes
    /// A byte string's length is not the one asked for, or is above the limit.
    case wrongByteCount
    /// Lists are nested deeper than the limit.
    case depthExceeded
    /// There are more items than the limit.
    case tooManyItems
    /// A list has fewer or more items than asked for.
    case wrongItemCount
}
