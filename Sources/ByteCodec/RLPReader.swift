/// Reads canonical RLP (Ethereum yellow paper, appendix B) item by item, without building a tree.
///
/// Total: each input yields values or an `RLPError`. `readList` gives a reader for the list's own items; it
/// shares the input. After an error the reader's position has no meaning.
package struct RLPReader: Sendable {
    private let input: [UInt8]
    private var position: Int
    private let end: Int
    private let depthLeft: Int
    private let isInsideList: Bool

    /// Reads `input`, in which lists may be nested `depthLimit` deep.
    package init(_ input: [UInt8], depthLimit: Int = 16) {
        self.init(input: input, position: 0, end: input.count, depthLeft: depthLimit, isInsideList: false)
    }

    private init(input: [UInt8], position: Int, end: Int, depthLeft: Int, isInsideList: Bool) {
        self.input = input
        self.position = position
        self.end = end
        self.depthLeft = depthLeft
        self.isInsideList = isInsideList
    }

    /// Whether all items of this reader's list, or all of the input, were read.
    package var isAtEnd: Bool { position == end }

    /// Whether the next item is a list; false at the end.
    package var nextIsList: Bool { position < end && input[position] >= 0xc0 }

    /// Throws `wrongItemCount` inside a list, `trailingBytes` outside, unless all was read.
    package func expectEnd() throws(RLPError) {
        guard isAtEnd else { throw isInsideList ? .wrongItemCount : .trailingBytes }
    }

    /// The next byte string; `wrongByteCount` when it is longer than `maxCount` bytes.
    package mutating func readBytes(maxCount: Int = .max) throws(RLPError) -> [UInt8] {
        let payload = try readString()
        guard payload.count <= maxCount else { throw .wrongByteCount }
        return Array(input[payload])
    }

    /// The next byte string, of exactly `count` bytes.
    package mutating func readBytes(count: Int) throws(RLPError) -> [UInt8] {
        let payload = try readString()
        guard payload.count == count else { throw .wrongByteCount }
        return Array(input[payload])
    }

    /// The next byte string of 32 bytes; `wrongByteCount` for another length.
    package mutating func readBytes32() throws(RLPError) -> Bytes32 {
        guard let value = Bytes32(input[try readString()]) else { throw .wrongByteCount }
        return value
    }

    /// The next byte string of 20 bytes; `wrongByteCount` for another length.
    package mutating func readAddress() throws(RLPError) -> Address {
        guard let value = Address(input[try readString()]) else { throw .wrongByteCount }
        return value
    }

    /// The next address, nil when the byte string is empty.
    package mutating func readOptionalAddress() throws(RLPError) -> Address? {
        let payload = try readString()
        if payload.isEmpty { return nil }
        guard let value = Address(input[payload]) else { throw .wrongByteCount }
        return value
    }

    /// The next integer; `leadingZeroInteger` when it is not canonical, `integerTooLarge` above 64 bits.
    package mutating func readUInt64() throws(RLPError) -> UInt64 {
        guard let value = UInt64(bigEndianBytes: input[try readIntegerDigits()]) else { throw .integerTooLarge }
        return value
    }

    /// The next integer; `leadingZeroInteger` when it is not canonical, `integerTooLarge` above 128 bits.
    package mutating func readUInt128() throws(RLPError) -> UInt128 {
        guard let value = UInt128(bigEndianBytes: input[try readIntegerDigits()]) else { throw .integerTooLarge }
        return value
    }

    /// The next integer of up to 256 bits, as big-endian bytes.
    package mutating func readUInt256() throws(RLPError) -> Bytes32 {
        let digits = try readIntegerDigits()
        guard digits.count <= 32 else { throw .integerTooLarge }
        guard let value = Bytes32([UInt8](repeating: 0, count: 32 - digits.count) + input[digits]) else {
            throw .integerTooLarge
        }
        return value
    }

    /// A reader for the items of the next list.
    package mutating func readList() throws(RLPError) -> RLPReader {
        let header = try readHeader()
        guard header.isList else { throw .unexpectedBytes }
        guard depthLeft > 0 else { throw .depthExceeded }
        return RLPReader(
            input: input, position: header.payload.lowerBound, end: header.payload.upperBound,
            depthLeft: depthLeft - 1, isInsideList: true
        )
    }

    /// The items of the next list, each read by `element`; `tooManyItems` above `maxCount`.
    ///
    /// `element` must read exactly one item.
    package mutating func readArray<Element>(
        maxCount: Int, _ element: (inout RLPReader) throws(RLPError) -> Element
    ) throws(RLPError) -> [Element] {
        var list = try readList()
        var elements: [Element] = []
        while !list.isAtEnd {
            guard elements.count < maxCount else { throw .tooManyItems }
            elements.append(try element(&list))
        }
        return elements
    }

    /// The next item's own encoding, header included. Items inside a list are not looked at.
    package mutating func readEncodedItem() throws(RLPError) -> [UInt8] {
        let start = position
        _ = try readHeader()
        return Array(input[start..<position])
    }

    /// The next item with all below it. `itemsLeft` falls by each item met, `tooManyItems` when it is used up.
    mutating func readItem(itemsLeft: inout Int) throws(RLPError) -> RLPItem {
        guard itemsLeft > 0 else { throw .tooManyItems }
        itemsLeft -= 1
        guard nextIsList else { return .bytes(try readBytes()) }
        var list = try readList()
        var items: [RLPItem] = []
        while !list.isAtEnd {
            items.append(try list.readItem(itemsLeft: &itemsLeft))
        }
        return .list(items)
    }

    private mutating func readString() throws(RLPError) -> Range<Int> {
        let header = try readHeader()
        guard !header.isList else { throw .unexpectedList }
        return header.payload
    }

    private mutating func readIntegerDigits() throws(RLPError) -> Range<Int> {
        let payload = try readString()
        if let first = input[payload].first, first == 0 { throw .leadingZeroInteger }
        return payload
    }

    /// Steps over one item and says where its payload lies.
    private mutating func readHeader() throws(RLPError) -> (isList: Bool, payload: Range<Int>) {
        guard position < end else { throw isInsideList ? .wrongItemCount : .truncated }
        let first = input[position]
        if first < 0x80 {
            position += 1
            return (false, position - 1..<position)
        }
        position += 1
        let isList = first >= 0xc0
        let short = Int(first) - (isList ? 0xc0 : 0x80)
        let count = short <= 55 ? short : try readLength(width: short - 55)
        guard count <= end - position else { throw .truncated }
        let payload = position..<position + count
        if !isList, count == 1, input[payload.lowerBound] < 0x80 { throw .nonCanonicalSingleByte }
        position = payload.upperBound
        return (isList, payload)
    }

    private mutating func readLength(width: Int) throws(RLPError) -> Int {
        guard width <= end - position else { throw .truncated }
        guard input[position] != 0 else { throw .nonCanonicalLength }
        var length: UInt64 = 0
        for byte in input[position..<position + width] {
            length = length << 8 | UInt64(byte)
        }
        position += width
        guard length > 55 else { throw .nonCanonicalLength }
        // A length beyond Int is beyond the input.
        guard let count = Int(exactly: length) else { throw .truncated }
        return count
    }
}
