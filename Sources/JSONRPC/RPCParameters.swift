package import ByteCodec

/// The positional parameters of a call, read one by one; what does not fit is a -32602 error that names its place.
package struct RPCParameters: Sendable {
    private let values: [JSONValue]

    /// No parameters, or an array; at most `maximum` of them.
    package init(_ params: JSONValue?, atMost maximum: Int = .max) throws(RPCError) {
        switch params {
        case nil, .null: values = []
        case .array(let elements): values = elements
        case let other?: throw .invalidParams("params must be an array, found \(other.kindName)")
        }
        guard values.count <= maximum else {
            throw .invalidParams("too many arguments, want at most \(maximum)")
        }
    }

    /// Parameters that were given.
    package var count: Int { values.count }

    /// The parameter at `index`, present or not.
    package subscript(index: Int) -> RPCArgument {
        RPCArgument(values.indices.contains(index) ? values[index] : nil, index: index, path: "")
    }
}

/// A value somewhere in the parameters, and the name of its place for error messages.
package struct RPCArgument: Sendable {
    /// Nil when it is absent.
    package let value: JSONValue?
    private let index: Int
    private let path: String

    init(_ value: JSONValue?, index: Int, path: String) {
        self.value = value
        self.index = index
        self.path = path
    }

    /// This argument, or nil when it is absent or null.
    package var ifPresent: RPCArgument? { value == nil || value == .null ? nil : self }

    /// The error that this argument is not `expected`.
    package func expected(_ expectation: String) -> RPCError {
        guard let value else {
            return .invalidParams(
                path.isEmpty
                    ? "missing value for required argument \(index)"
                    : "invalid argument \(index): missing \(path), expected \(expectation)")
        }
        let place = path.isEmpty ? "" : "\(path): "
        return .invalidParams("invalid argument \(index): \(place)expected \(expectation), found \(value.excerpt)")
    }

    // MARK: Compound values

    /// The member `name` of this object; absent when the object has none.
    package func member(_ name: String) throws(RPCError) -> RPCArgument {
        guard let value, value.members != nil else { throw expected("an object") }
        return RPCArgument(value[name], index: index, path: path.isEmpty ? name : "\(path).\(name)")
    }

    /// The elements of this array.
    package func elements(atMost maximum: Int = .max) throws(RPCError) -> [RPCArgument] {
        guard let elements = value?.array else { throw expected("an array") }
        guard elements.count <= maximum else { throw expected("an array of at most \(maximum) elements") }
        return elements.enumerated().map { RPCArgument($1, index: index, path: "\(path)[\($0)]") }
    }

    // MARK: Plain values

    /// A JSON string.
    package func string() throws(RPCError) -> String {
        guard let text = value?.string else { throw expected("a string") }
        return text
    }

    /// A JSON truth value.
    package func bool() throws(RPCError) -> Bool {
        guard let flag = value?.bool else { throw expected("a boolean") }
        return flag
    }

    /// A JSON number with or without a fraction, such as a fee percentile.
    package func number() throws(RPCError) -> Double {
        switch value {
        case .number(let number): return number
        case .integer(let number): return Double(number)
        case .unsigned(let number): return Double(number)
        default: throw expected("a number")
        }
    }

    /// An integer as hexadecimal text without leading zeros, of at most 128 bits.
    package func quantity() throws(RPCError) -> UInt128 {
        guard let number = value?.string.flatMap(Hex.parseQuantity) else {
            throw expected("a hex quantity such as \"0x1a\"")
        }
        return number
    }

    /// A quantity of at most 64 bits.
    package func quantity64() throws(RPCError) -> UInt64 {
        guard let number = UInt64(exactly: try quantity()) else { throw expected("a hex quantity below 2^64") }
        return number
    }

    /// A quantity, or a plain JSON integer as some clients send it (eth_feeHistory's block count).
    package func count() throws(RPCError) -> UInt64 {
        if let number = value?.uint64 { return number }
        return try quantity64()
    }

    /// Bytes as hexadecimal text with "0x", two digits each.
    package func data(atMost maximum: Int = .max) throws(RPCError) -> [UInt8] {
        guard let bytes = value?.string.flatMap({ Hex.decode($0, requirePrefix: true) }) else {
            throw expected("hex data such as \"0x00ff\"")
        }
        guard bytes.count <= maximum else { throw expected("hex data of at most \(maximum) bytes") }
        return bytes
    }

    /// An account address: 20 bytes of hex data.
    package func address() throws(RPCError) -> Address {
        guard let bytes = value?.string.flatMap({ Hex.decode($0, requirePrefix: true) }), let address = Address(bytes)
        else { throw expected("an address: \"0x\" and 40 hex digits") }
        return address
    }

    /// A hash: 32 bytes of hex data.
    package func hash() throws(RPCError) -> Bytes32 {
        guard let bytes = value?.string.flatMap({ Hex.decode($0, requirePrefix: true) }), let hash = Bytes32(bytes)
        else { throw expected("a hash: \"0x\" and 64 hex digits") }
        return hash
    }

    /// A block: a tag, a quantity, a hash, `{blockNumber}` or `{blockHash, requireCanonical}`; absent means latest.
    package func block() throws(RPCError) -> BlockReference {
        switch value {
        case nil, .null: return .latest
        case .object: return try blockObject()
        case .string(let text):
            if let tag = BlockReference(tag: text) { return tag }
            if text.utf8.count == 66 { return .hash(try hash(), requireCanonical: false) }
            guard let number = Hex.parseQuantity(text).flatMap({ UInt64(exactly: $0) }) else { fallthrough }
            return .number(number)
        default:
            throw expected("a block: latest, earliest, pending, safe, finalized, a hex quantity or a 32-byte hash")
        }
    }

    private func blockObject() throws(RPCError) -> BlockReference {
        let (number, hash) = (try member("blockNumber").ifPresent, try member("blockHash").ifPresent)
        switch (number, hash) {
        case (let number?, nil): return .number(try number.quantity64())
        case (nil, let hash?):
            let requireCanonical = try member("requireCanonical").ifPresent?.bool() ?? false
            return .hash(try hash.hash(), requireCanonical: requireCanonical)
        default: throw expected("either blockNumber or blockHash")
        }
    }
}

extension JSONValue {
    /// The value itself when it is short, else its kind.
    fileprivate var excerpt: String {
        switch self {
        case .string(let text) where text.utf8.count > 80: "a string of \(text.utf8.count) bytes"
        case .array, .object: kindName
        default: String(decoding: serialized, as: UTF8.self)
        }
    }
}
