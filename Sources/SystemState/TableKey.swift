package import ByteCodec

/// A key whose bytes, all of one length in a table, sort as the key does.
package protocol TableKey: Comparable, Sendable {
    var keyBytes: [UInt8] { get }
    /// Nil unless `keyBytes` are the bytes of a key.
    init?(keyBytes: [UInt8])
}

extension Address: TableKey {
    package var keyBytes: [UInt8] { bytes }
    package init?(keyBytes: [UInt8]) { self.init(keyBytes) }
}

extension Bytes32: TableKey {
    package var keyBytes: [UInt8] { bytes }
    package init?(keyBytes: [UInt8]) { self.init(keyBytes) }
}

extension UInt64: TableKey {
    package var keyBytes: [UInt8] {
        var bytes: [UInt8] = []
        appendBigEndian(to: &bytes)
        return bytes
    }
    package init?(keyBytes: [UInt8]) {
        guard keyBytes.count == 8 else { return nil }
        self.init(bigEndianBytes: keyBytes)
    }
}

extension UInt128: RecordCodable {
    package func encode(to writer: inout ByteWriter) { writer.u128(self) }
    package init(from reader: inout RecordReader) throws(RecordError) { self = try reader.u128() }
}

extension UInt64: RecordCodable {
    package func encode(to writer: inout ByteWriter) { writer.u64(self) }
    package init(from reader: inout RecordReader) throws(RecordError) { self = try reader.u64() }
}

extension Address: RecordCodable {
    package func encode(to writer: inout ByteWriter) { writer.address(self) }
    package init(from reader: inout RecordReader) throws(RecordError) { self = try reader.address() }
}
