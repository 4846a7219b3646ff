package import ByteCodec
package import JSONRPC

/// A node's answer that is read member by member. What is not there, or is of another form, is an error that names it:
/// the node is not trusted to keep to its contract.
package struct Answer: Sendable {
    package let value: JSONValue
    /// The method and the path to this value, for messages.
    private let place: String

    package init(_ value: JSONValue, of method: String) {
        self.value = value
        place = method
    }

    private init(value: JSONValue, place: String) {
        self.value = value
        self.place = place
    }

    private func unexpected(_ expected: String) -> CommandFailure {
        CommandFailure("the node's answer cannot be read: \(place): expected \(expected), found \(value.kindName)")
    }

    // MARK: Structure

    package subscript(name: String) -> Answer { Answer(value: value[name] ?? .null, place: "\(place).\(name)") }

    /// Nil when this is absent or null.
    package var ifPresent: Answer? { value.isNull ? nil : self }

    package func list() throws(CommandFailure) -> [Answer] {
        guard let elements = value.array else { throw unexpected("an array") }
        return elements.enumerated().map { Answer(value: $1, place: "\(place)[\($0)]") }
    }

    // MARK: Plain values

    /// Text without control characters: what a node says must not command the terminal.
    package func text() throws(CommandFailure) -> String {
        guard let text = value.string else { throw unexpected("a string") }
        let printable = text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7f..<0xa0).contains($0.value) }
        return String(String.UnicodeScalarView(printable))
    }

    package func flag() throws(CommandFailure) -> Bool {
        guard let flag = value.bool else { throw unexpected("true or false") }
        return flag
    }

    /// An integer of 64 bits, as a number or as a hexadecimal quantity.
    package func count() throws(CommandFailure) -> UInt64 {
        if let number = value.uint64 { return number }
        guard let number = value.string.flatMap(Hex.parseQuantity).flatMap({ UInt64(exactly: $0) }) else {
            throw unexpected("an integer")
        }
        return number
    }

    /// Wei as a hexadecimal quantity.
    package func amount() throws(CommandFailure) -> UInt128 {
        guard let amount = value.string.flatMap(Hex.parseQuantity) else { throw unexpected("an amount in wei") }
        return amount
    }

    package func bytes() throws(CommandFailure) -> [UInt8] {
        guard let bytes = value.string.flatMap({ Hex.decode($0, requirePrefix: true) }) else {
            throw unexpected("bytes in hex")
        }
        return bytes
    }

    package func hash() throws(CommandFailure) -> Bytes32 {
        guard let hash = Bytes32(try bytes()) else { throw unexpected("32 bytes in hex") }
        return hash
    }

    package func address() throws(CommandFailure) -> Address {
        guard let address = Address(try bytes()) else { throw unexpected("an address") }
        return address
    }
}
