import ByteCodec
import Cryptography

/// Keccak-256 of a domain and fields of fixed width: the form of every hash that is Cairn's own.
///
///     H(domain, fields…) = keccak256(u8(length of domain) ‖ domain ‖ fields…)
///
/// Integers are big-endian and of the width of their type. Fields of variable length do not occur, so that no two
/// inputs have the same bytes.
struct DomainHash {
    private var writer = ByteWriter()

    init(_ domain: StaticString) {
        let name = Array(domain.description.utf8)
        writer.u8(UInt8(truncatingIfNeeded: name.count))
        writer.raw(name)
    }

    mutating func append(_ value: UInt8) { writer.u8(value) }
    mutating func append(_ value: UInt32) { writer.u32(value) }
    mutating func append(_ value: UInt64) { writer.u64(value) }
    mutating func append(_ value: Bytes32) { writer.bytes32(value) }
    mutating func append(_ value: Address) { writer.address(value) }
    /// Bytes whose number the domain fixes.
    mutating func append(_ value: [UInt8]) { writer.raw(value) }

    /// What would be hashed.
    var bytes: [UInt8] { writer.bytes }
    var digest: Bytes32 { Keccak256.hash(writer.bytes) }
}
