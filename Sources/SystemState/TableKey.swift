package import ByteCodec

/// A key whose bytes, all of one length in a table, sort as the key does.
package protocol TableKey: Comparable, Sendable {
    /// The key's bytes in a record's key, behind the table's tag.
    var keyBytes: [UInt8] { get }
    /// Nil unless `keyBytes` are the bytes of a key.
    init?(keyBytes: [UInt8])
}

extension Address: TableKey {
    /// The 20 bytes.
    package var keyBytes: [UInt8] { bytes }
    /// Nil unless there are 20 bytes.
    package init?(keyBytes: [UInt8]) { self.init(keyBytes) }
}

extension Bytes32: TableKey {
    /// The 32 bytes.
    package var keyBytes: [UInt8] { bytes }
    /// Nil unless there are 32 bytes.
    package init?(keyBytes: [UInt8]) { self.init(keyBytes) }
}

extension UInt64: TableKey {
    /// Eight bytes, big-endian, so that they sort as the number does.
    package var keyBytes: [UInt8] {
        var bytes: [UInt8] = []
        appendBigEndian(to: &bytes)
        return bytes
    }
    /// Nil unless there are eight bytes.
    package init?(keyBytes: [UInt8]) {
        guard keyBytes.count == 8 else { return nil }
        self.init(bigEndianBytes: keyBytes)
    }
}

extension UInt128: RecordCodable {
    /// Record: sixteen bytes, big-endian.
    package func encode(to writer: inout ByteWriter) { writer.u128(self) }
    /// Reads what `encode(to:)` writes.
    package init(from reader: inout RecordReader) throws(RecordError) { self = try reader.u128() }
}

extension UInt64: RecordCodable {
    /// Record: eight bytes, big-endian.
    package func encode(to writer: inout ByteWriter) { writer.u64(self) }
    /// Reads what `encode(to:)` writes.
    package init(from reader: inout RecordReader) throws(RecordError) { self = try reader.u64() }
}

extension Address: RecordCodable {
    /// Record: the 20 bytes.
    package func encode(to writer: inout ByteWriter) { writer.address(self) }
    /// Reads what `encode(to:)` writes.
    package init(from reader: inout RecordReader) throws(RecordError) { self = try reader.address() }
}
