/// Why bytes are not the canonical ABI encoding of what the reader asked for.
package enum ABIError: Error, Hashable, Sendable {
    /// The input ends before the value does.
    case truncated
    /// A `uint256` is above 128 bits, or above the width asked for.
    case abiValueTooLarge
    /// An address has bits above the lowest 160.
    case invalidAddress
    /// A truth value is neither 0 nor 1.
    case invalidBool
    /// Bytes after a byte string's last are not zero.
    case nonZeroPadding
    /// An offset does not point to the place that head and tail in order would give it.
    case nonCanonicalOffset
    /// A byte string or an array is longer than the limit.
    case countTooLarge
    /// A `string` is not UTF-8.
    case invalidUTF8
    /// Tuples and arrays are nested deeper than the limit.
    case depthExceeded
    /// Bytes follow the last tail.
    case trailingBytes
}

/// Reads a tuple in the Solidity contract ABI (version 2).
///
/// Only the layout that encoders write is read: tails in the order of their heads, without gaps or sharing,
/// padding zero. So each value has one encoding, and a short input cannot stand for a large value.
/// Total: each input yields values or an `ABIError`.
package struct ABIReader: Sendable {
    private let input: [UInt8]
    private let base: Int
    private var position: Int
    /// Where the first tail starts, known from the first offset: the head must end there.
    private var firstTail: Int?
    private var tailEnd: Int
    private let depthLeft: Int

    /// Reads the tuple that starts at byte `offset` of `input` (4 after a function selector).
    package init(_ input: [UInt8], at offset: Int = 0, depthLimit: Int = 8) {
        self.init(input: input, base: min(max(offset, 0), input.count), depthLeft: depthLimit)
    }

    private init(input: [UInt8], base: Int, depthLeft: Int) {
        self.input = input
        self.base = base
        self.depthLeft = depthLeft
        position = base
        tailEnd = base
    }

    /// The next static word of 32 bytes, whatever its type.
    package mutating func readBytes32() throws(ABIError) -> Bytes32 {
        let word = try self.word(at: position)
        position += 32
        return word
    }

    /// The next `uint`; `abiValueTooLarge` above 128 bits.
    package mutating func readUInt128() throws(ABIError) -> UInt128 {
        guard let value = try readBytes32().uint128 else { throw .abiValueTooLarge }
        return value
    }

    /// The next `uint`; `abiValueTooLarge` above 64 bits.
    package mutating func readUInt64() throws(ABIError) -> UInt64 {
        guard let value = UInt64(exactly: try readUInt128()) else { throw .abiValueTooLarge }
        return value
    }

    /// The next `address`; `invalidAddress` when a bit above the lowest 160 is set.
    package mutating func readAddress() throws(ABIError) -> Address {
        let word = try readBytes32()
        guard word.word0 == 0, word.word1 >> 32 == 0 else { throw .invalidAddress }
        return Address(lowBytesOf: word)
    }

    /// The next `bool`; `invalidBool` for another word than 0 or 1.
    package mutating func readBool() throws(ABIError) -> Bool {
        switch try readBytes32().uint128 {
        case 0: return false
        case 1: return true
        default: throw .invalidBool
        }
    }

    /// The next dynamic `bytes`; `countTooLarge` above `maxCount`.
    package mutating func readBytes(maxCount: Int) throws(ABIError) -> [UInt8] {
        let start = try enterTail()
        let count = try self.count(at: start, max: maxCount)
        let first = start + 32
        guard count <= input.count - first else { throw .truncated }
        let padding = ABIWriter.padding(count)
        guard padding <= input.count - first - count else { throw .truncated }
        tailEnd = first + count + padding
        guard input[first + count..<tailEnd].allSatisfy({ $0 == 0 }) else { throw .nonZeroPadding }
        return Array(input[first..<first + count])
    }

    /// The next `string`; `countTooLarge` above `maxCount` bytes.
    package mutating func readString(maxCount: Int) throws(ABIError) -> String {
        guard let text = String(validating: try readBytes(maxCount: maxCount), as: UTF8.self) else {
            throw .invalidUTF8
        }
        return text
    }

    /// The next array of variable length; `element` reads one element as one value.
    package mutating func readArray<Element>(
        maxCount: Int, _ element: (inout ABIReader) throws(ABIError) -> Element
    ) throws(ABIError) -> [Element] {
        let start = try enterTail()
        let count = try self.count(at: start, max: maxCount)
        var members = try child(at: start + 32)
        var elements: [Element] = []
        for _ in 0..<count {
            elements.append(try element(&members))
        }
        tailEnd = try members.end()
        return elements
    }

    /// The next tuple that has a dynamic member. A static tuple has its members inline: read them in place.
    package mutating func readDynamicTuple<Value>(
        _ body: (inout ABIReader) throws(ABIError) -> Value
    ) throws(ABIError) -> Value {
        var members = try child(at: try enterTail())
        let value = try body(&members)
        tailEnd = try members.end()
        return value
    }

    /// Throws unless the members read fill the input.
    package func expectEnd() throws(ABIError) {
        guard try end() == input.count else { throw .trailingBytes }
    }

    /// Where the tuple's last tail ends; throws when the first tail does not follow the head.
    private func end() throws(ABIError) -> Int {
        guard let firstTail else { return position }
        guard firstTail == position else { throw .nonCanonicalOffset }
        return tailEnd
    }

    private func child(at start: Int) throws(ABIError) -> ABIReader {
        guard depthLeft > 0 else { throw .depthExceeded }
        return ABIReader(input: input, base: start, depthLeft: depthLeft - 1)
    }

    /// Reads an offset from the head and gives the place in the input where the tail starts.
    private mutating func enterTail() throws(ABIError) -> Int {
        guard let offset = try readBytes32().uint128, offset <= UInt128(input.count - base) else { throw .truncated }
        let start = base + Int(offset)
        if firstTail == nil {
            guard start >= position, offset.isMultiple(of: 32) else { throw .nonCanonicalOffset }
            firstTail = start
        } else if start != tailEnd {
            throw .nonCanonicalOffset
        }
        return start
    }

    private func count(at start: Int, max: Int) throws(ABIError) -> Int {
        guard let value = try word(at: start).uint128, let count = Int(exactly: value), count <= max else {
            throw .countTooLarge
        }
        return count
    }

    private func word(at start: Int) throws(ABIError) -> Bytes32 {
        guard start <= input.count - 32, let word = Bytes32(input[start..<start + 32]) else { throw .truncated }
        return word
    }
}
