package import ByteCodec

/// Why bytes are not records of account operations.
package enum AccountOperationDecodingError: Error, Hashable, Sendable {
    case malformed(ByteReaderError)
    /// Bits other than the three in use are set.
    case unknownFlags(UInt8)
}

extension AccountOperation {
    /// Bytes of one record.
    package static let recordByteCount = 41

    /// The canonical record: index (u32), address (20), flags (u8: 1 increments the nonce, 2 debit, 4 creates),
    /// amount (u128), big-endian.
    package var record: [UInt8] {
        var writer = ByteWriter()
        append(to: &writer)
        return writer.bytes
    }

    /// Reads exactly one record of 41 bytes. Throws `malformed` for any other length and `unknownFlags` for flags
    /// above 7.
    package init(record: [UInt8]) throws(AccountOperationDecodingError) {
        var reader = ByteReader(record)
        try self.init(&reader)
        do { try reader.expectEnd() } catch { throw .malformed(error) }
    }

    /// A count (u32) and the records in order.
    package static func encodeList(_ operations: [AccountOperation]) -> [UInt8] {
        var writer = ByteWriter()
        writer.reserveCapacity(4 + recordByteCount * operations.count)
        writer.u32(UInt32(operations.count))
        for operation in operations { operation.append(to: &writer) }
        return writer.bytes
    }

    /// Reads what `encodeList` writes, up to `Limits.maxOperationsPerBlock` records.
    package static func decodeList(_ bytes: [UInt8]) throws(AccountOperationDecodingError) -> [AccountOperation] {
        var reader = ByteReader(bytes)
        var operations: [AccountOperation] = []
        let count: Int
        do { count = try reader.count(max: Limits.maxOperationsPerBlock) } catch { throw .malformed(error) }
        for _ in 0..<count { operations.append(try AccountOperation(&reader)) }
        do { try reader.expectEnd() } catch { throw .malformed(error) }
        return operations
    }

    private func append(to writer: inout ByteWriter) {
        writer.u32(index)
        writer.address(address)
        writer.u8((incrementsNonce ? 1 : 0) | (isDebit ? 2 : 0) | (creates ? 4 : 0))
        writer.u128(amount)
    }

    private init(_ reader: inout ByteReader) throws(AccountOperationDecodingError) {
        let flags: UInt8
        do {
            index = try reader.u32()
            address = try reader.address()
            flags = try reader.u8()
            amount = try reader.u128()
        } catch {
            throw .malformed(error)
        }
        guard flags < 8 else { throw .unknownFlags(flags) }
        incrementsNonce = flags & 1 != 0
        isDebit = flags & 2 != 0
        creates = flags & 4 != 0
    }
}
