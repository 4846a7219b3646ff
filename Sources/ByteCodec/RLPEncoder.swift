/// Writes RLP (Ethereum yellow paper, appendix B) into one growing buffer.
package struct RLPEncoder: Sendable {
    /// What has been written so far.
    package private(set) var bytes: [UInt8] = []

    /// An empty buffer.
    package init() {}

    /// Appends a byte string.
    package mutating func append(_ string: [UInt8]) {
        if string.count == 1, let byte = string.first, byte < 0x80 {
            bytes.append(byte)
        } else {
            bytes += Self.header(shortBase: 0x80, count: string.count)
            bytes += string
        }
    }

    /// Appends an unsigned integer: big-endian without leading zeros, zero as the empty string.
    package mutating func append(_ value: UInt64) {
        append(UInt128(value))
    }

    /// Appends an unsigned integer: big-endian without leading zeros, zero as the empty string.
    package mutating func append(_ value: UInt128) {
        if value > 0, value < 0x80 {
            bytes.append(UInt8(value))
            return
        }
        let count = (128 - value.leadingZeroBitCount + 7) / 8
        bytes.append(0x80 + UInt8(count))
        var shift = 8 * count
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// Appends 32 bytes as a string of that length.
    package mutating func append(_ value: Bytes32) {
        bytes.append(0x80 + 32)
        value.append(to: &bytes)
    }

    /// Appends a 256-bit big-endian integer without its leading zeros, as a signature's r and s are written.
    package mutating func append(integer value: Bytes32) {
        append(Array(value.bytes.drop { $0 == 0 }))
    }

    /// Appends an address as a string of 20 bytes.
    package mutating func append(_ address: Address) {
        bytes.append(0x80 + 20)
        address.append(to: &bytes)
    }

    /// Appends an address, or the empty string when there is none.
    package mutating func append(_ address: Address?) {
        if let address {
            append(address)
        } else {
            bytes.append(0x80)
        }
    }

    /// Appends one item of a tree of items.
    package mutating func append(_ item: RLPItem) {
        switch item {
        case .bytes(let string): append(string)
        case .list(let items): list { for item in items { $0.append(item) } }
        }
    }

    /// Appends bytes that already are RLP items.
    package mutating func append(encoded: [UInt8]) {
        bytes += encoded
    }

    /// Appends a list whose items `body` writes.
    package mutating func list<Failure: Error>(_ body: (inout RLPEncoder) throws(Failure) -> Void) throws(Failure) {
        let start = bytes.count
        try body(&self)
        bytes.insert(contentsOf: Self.header(shortBase: 0xc0, count: bytes.count - start), at: start)
    }

    private static func header(shortBase: UInt8, count: Int) -> [UInt8] {
        guard count > 55 else { return [shortBase + UInt8(count)] }
        let width = (Int.bitWidth - count.leadingZeroBitCount + 7) / 8
        var header = [shortBase + 55 + UInt8(width)]
        for index in stride(from: width - 1, through: 0, by: -1) {
            header.append(UInt8(truncatingIfNeeded: count >> (8 * index)))
        }
        return header
    }
}
