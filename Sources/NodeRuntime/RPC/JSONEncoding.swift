import ByteCodec
import ChainTypes
import JSONRPC
import ProofField

/// Ethereum's encodings as JSON: quantities and data in hex.
extension JSONValue {
    static func quantity(_ value: some FixedWidthInteger & UnsignedInteger) -> JSONValue {
        .string(Hex.quantity(value))
    }
    static func quantity(_ value: Int) -> JSONValue { .string(Hex.quantity(UInt64(clamping: value))) }
    /// A 256-bit integer without leading zeros.
    static func quantity(_ word: Bytes32) -> JSONValue {
        let digits = Hex.encode(word.bytes, prefix: false).drop { $0 == "0" }
        return .string("0x" + (digits.isEmpty ? "0" : String(digits)))
    }
    static func data(_ bytes: [UInt8]) -> JSONValue { .string(Hex.encode(bytes)) }
    static func data(_ word: Bytes32) -> JSONValue { .string("\(word)") }
    static func data(_ address: Address) -> JSONValue { .string("\(address)") }
    static func data(_ digest: Digest) -> JSONValue { .string(Hex.encode(digest.bytes)) }
    /// A plain JSON number.
    static func count(_ value: Int) -> JSONValue { .integer(Int64(value)) }
    static func optional<T>(_ value: T?, _ encode: (T) -> JSONValue) -> JSONValue { value.map(encode) ?? .null }
    static func heightOrNull(_ height: UInt64?) -> JSONValue { height.map { JSONValue($0) } ?? .null }
    static func list<T>(_ values: [T], _ encode: (T) -> JSONValue) -> JSONValue { .array(values.map(encode)) }

    /// The members of two objects, in order; a member of `other` stands for one of the same name here.
    func merging(_ other: JSONValue) -> JSONValue {
        let added = other.members ?? []
        return .object((members ?? []).filter { member in !added.contains { $0.name == member.name } } + added)
    }
}
