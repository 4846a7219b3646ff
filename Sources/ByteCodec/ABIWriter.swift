/// Writes a tuple in the Solidity contract ABI (version 2), head and tail.
///
/// Static members go into the head. A dynamic member puts its offset into the head and its contents into the
/// tail, in order and without gaps, which is the layout `ABIReader` accepts.
package struct ABIWriter: Sendable {
    private var head: [UInt8] = []
    private var tails: [(offsetPosition: Int, contents: [UInt8])] = []

    /// An empty tuple.
    package init() {}

    /// Appends a `uint` of any width that holds the value.
    package mutating func append(_ value: UInt128) { Bytes32(value).append(to: &head) }

    /// Appends a `uint` of any width that holds the value.
    package mutating func append(_ value: UInt64) { append(UInt128(value)) }

    /// Appends a `bytes32`, or any static word.
    package mutating func append(_ value: Bytes32) { value.append(to: &head) }

    /// Appends an `address`, left-padded to a word.
    package mutating func append(_ value: Address) {
        head.append(contentsOf: repeatElement(0, count: 12))
        value.append(to: &head)
    }

    /// Appends a `bool`.
    package mutating func append(_ value: Bool) { append(UInt128(value ? 1 : 0)) }

    /// Appends dynamic `bytes`.
    package mutating func append(_ value: [UInt8]) {
        var contents = Bytes32(UInt128(value.count)).bytes
        contents += value
        contents.append(contentsOf: repeatElement(0, count: Self.padding(value.count)))
        appendTail(contents)
    }

    /// Appends a `string`.
    package mutating func append(_ value: String) { append(Array(value.utf8)) }

    /// Appends a tuple, or an array of fixed length, whose members `body` writes.
    package mutating func appendTuple(_ body: (inout ABIWriter) -> Void) {
        var tuple = ABIWriter()
        body(&tuple)
        // A tuple is dynamic exactly when one of its members is.
        if tuple.tails.isEmpty {
            head += tuple.head
        } else {
            appendTail(tuple.encoded)
        }
    }

    /// Appends an array of variable length; `body` appends one element as one value.
    package mutating func appendArray<Element>(_ elements: [Element], _ body: (inout ABIWriter, Element) -> Void) {
        var members = ABIWriter()
        for element in elements {
            body(&members, element)
        }
        appendTail(Bytes32(UInt128(elements.count)).bytes + members.encoded)
    }

    /// The tuple's encoding.
    package var encoded: [UInt8] {
        var bytes = head
        for tail in tails {
            bytes.replaceSubrange(
                tail.offsetPosition..<tail.offsetPosition + 32, with: Bytes32(UInt128(bytes.count)).bytes)
            bytes += tail.contents
        }
        return bytes
    }

    private mutating func appendTail(_ contents: [UInt8]) {
        tails.append((head.count, contents))
        head.append(contentsOf: repeatElement(0, count: 32))
    }

    static func padding(_ count: Int) -> Int { (32 - count % 32) % 32 }
}
