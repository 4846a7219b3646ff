import ByteCodec
import ChainTypes
import Cryptography
import JSONRPC

/// The fields of one JSON object of the genesis file, each of which must be taken exactly once.
struct GenesisFields {
    let path: String
    private var members: [String: JSONValue] = [:]

    init(_ value: JSONValue, path: String) throws(GenesisFileError) {
        self.path = path
        guard let members = value.members else {
            throw .wrongType(path: path.isEmpty ? "the file" : path, expected: "an object", found: Self.describe(value))
        }
        // The parser has refused objects with two members of one name.
        for member in members { self.members[member.name] = member.value }
    }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    func path(of name: String) -> String { Self.join(path, name) }

    func contains(_ name: String) -> Bool { members[name] != nil }

    mutating func take(_ name: String) throws(GenesisFileError) -> JSONValue {
        guard let value = members.removeValue(forKey: name) else { throw .missing(path: path(of: name)) }
        return value
    }

    /// Refuses what was not taken.
    func finish() throws(GenesisFileError) {
        if let name = members.keys.min() { throw .unknown(path: path(of: name)) }
    }

    // MARK: - Types

    private mutating func read<T>(
        _ name: String, expected: String, _ convert: (JSONValue) -> T?
    ) throws(GenesisFileError) -> T {
        let value = try take(name)
        guard let converted = convert(value) else {
            throw .wrongType(path: path(of: name), expected: expected, found: Self.describe(value))
        }
        return converted
    }

    mutating func integer<T: FixedWidthInteger & UnsignedInteger>(_ name: String) throws(GenesisFileError) -> T {
        try read(name, expected: "an integer from 0 to \(T.max)") { value in
            value.uint64.flatMap { T(exactly: $0) }
        }
    }

    mutating func bool(_ name: String) throws(GenesisFileError) -> Bool {
        try read(name, expected: "true or false") { $0.bool }
    }

    mutating func text(_ name: String) throws(GenesisFileError) -> String {
        try read(name, expected: "a string") { $0.string }
    }

    /// An amount in wei: a string of decimal digits without leading zeros.
    mutating func wei(_ name: String) throws(GenesisFileError) -> UInt128 {
        try read(name, expected: "wei as a string of decimal digits") { $0.string.flatMap(Self.decimal) }
    }

    private static func decimal(_ text: String) -> UInt128? {
        let digits = Array(text.utf8)
        guard digits.count <= 39, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            digits.first != 0x30 || digits.count == 1
        else { return nil }
        return UInt128(text)
    }

    mutating func address(_ name: String) throws(GenesisFileError) -> Address {
        try read(name, expected: "an address of 20 bytes in hex with 0x") { Self.bytes($0).flatMap(Address.init(_:)) }
    }

    mutating func signingKey(_ name: String) throws(GenesisFileError) -> PublicKey {
        try read(name, expected: "a compressed secp256k1 key of 33 bytes in hex with 0x") { value in
            guard let bytes = Self.bytes(value), bytes.count == 33 else { return nil }
            return try? PublicKey(bytes)
        }
    }

    mutating func vrfKey(_ name: String) throws(GenesisFileError) -> VRFPublicKey {
        try read(name, expected: "a compressed secp256k1 key of 33 bytes in hex with 0x") { value in
            Self.bytes(value).flatMap { try? VRFPublicKey(compressed: $0) }
        }
    }

    private static func bytes(_ value: JSONValue) -> [UInt8]? {
        value.string.flatMap { Hex.decode($0, requirePrefix: true) }
    }

    /// The value itself when it is plain and short, else its kind.
    private static func describe(_ value: JSONValue) -> String {
        switch value {
        case .string(let text) where text.utf8.count <= 80: "\"\(text)\""
        case .integer(let number): "\(number)"
        case .unsigned(let number): "\(number)"
        default: value.kindName
        }
    }

    // MARK: - Structure

    /// Reads an object field with `body` and refuses what `body` left.
    mutating func object<T>(
        _ name: String, _ body: (inout GenesisFields) throws(GenesisFileError) -> T
    ) throws(GenesisFileError) -> T {
        var fields = try GenesisFields(try take(name), path: path(of: name))
        let value = try body(&fields)
        try fields.finish()
        return value
    }

    /// Reads an array of objects.
    mutating func objects<T>(
        _ name: String, _ body: (inout GenesisFields) throws(GenesisFileError) -> T
    ) throws(GenesisFileError) -> [T] {
        let value = try take(name)
        guard let elements = value.array else {
            throw .wrongType(path: path(of: name), expected: "an array", found: Self.describe(value))
        }
        var result: [T] = []
        for (index, element) in elements.enumerated() {
            var fields = try GenesisFields(element, path: "\(path(of: name))[\(index)]")
            result.append(try body(&fields))
            try fields.finish()
        }
        return result
    }
}
