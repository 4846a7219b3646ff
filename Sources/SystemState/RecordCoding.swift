package import ByteCodec

/// Why stored bytes are not a record of the system state.
package enum RecordError: Error, Hashable, Sendable {
    /// The value's bytes do not have its form.
    case malformed(ByteReaderError)
    /// A tag is none of its enumeration's.
    case unknownCase(UInt8)
    /// A field element is not below the modulus.
    case nonCanonicalElement
    /// A list that must rise does not.
    case notRising
    /// Validators that make no set: empty, doubled, without power, or above the cap.
    case invalidValidators
}

/// What a table can store under a key: an injective, canonical encoding of fixed-width fields.
package protocol RecordCodable: Sendable {
    /// Appends the record's fields in their fixed order; equal values give equal bytes.
    func encode(to writer: inout ByteWriter)
    /// Reads what `encode(to:)` writes and leaves what follows; throws `RecordError` for anything else.
    init(from reader: inout RecordReader) throws(RecordError)
}

extension RecordCodable {
    /// The record's bytes, as they are hashed into the system root.
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        encode(to: &writer)
        return writer.bytes
    }

    /// Reads a whole record; bytes behind it are refused.
    package init(record: [UInt8]) throws(RecordError) {
        var reader = RecordReader(record)
        try self.init(from: &reader)
        try reader.expectEnd()
    }
}

/// A `ByteReader` whose errors name what a record can have wrong besides its length.
package struct RecordReader: Sendable {
    private var reader: ByteReader

    /// A reader at the first of `bytes`. What it throws for short bytes is `malformed(.truncated)`.
    package init(_ bytes: [UInt8]) { reader = ByteReader(bytes) }

    private mutating func read<T>(
        _ body: (inout ByteReader) throws(ByteReaderError) -> T
    ) throws(RecordError) -> T {
        do { return try body(&reader) } catch { throw .malformed(error) }
    }

    /// One byte.
    package mutating func u8() throws(RecordError) -> UInt8 {
        try read { (r) throws(ByteReaderError) in try r.u8() }
    }
    /// Four bytes, big-endian.
    package mutating func u32() throws(RecordError) -> UInt32 {
        try read { (r) throws(ByteReaderError) in try r.u32() }
    }
    /// Eight bytes, big-endian.
    package mutating func u64() throws(RecordError) -> UInt64 {
        try read { (r) throws(ByteReaderError) in try r.u64() }
    }
    /// Sixteen bytes, big-endian.
    package mutating func u128() throws(RecordError) -> UInt128 {
        try read { (r) throws(ByteReaderError) in try r.u128() }
    }
    /// One byte, 0 or 1; anything else is `malformed`.
    package mutating func bool() throws(RecordError) -> Bool {
        try read { (r) throws(ByteReaderError) in try r.bool() }
    }
    /// The next 32 bytes.
    package mutating func bytes32() throws(RecordError) -> Bytes32 {
        try read { (r) throws(ByteReaderError) in try r.bytes32() }
    }
    /// The next 20 bytes.
    package mutating func address() throws(RecordError) -> Address {
        try read { (r) throws(ByteReaderError) in try r.address() }
    }
    /// The next `count` bytes; `count` is a constant of the record's form.
    package mutating func raw(_ count: Int) throws(RecordError) -> [UInt8] {
        try read { (r) throws(ByteReaderError) in try r.raw(count) }
    }
    /// Throws `malformed` when bytes are left.
    package func expectEnd() throws(RecordError) {
        do { try reader.expectEnd() } catch { throw .malformed(error) }
    }

    /// A tag of an enumeration of bytes.
    package mutating func tag<T: RawRepresentable<UInt8>>() throws(RecordError) -> T {
        let raw = try u8()
        guard let value = T(rawValue: raw) else { throw .unknownCase(raw) }
        return value
    }

    /// A flag, and behind 1 what `body` reads.
    package mutating func optional<T>(
        _ body: (inout RecordReader) throws(RecordError) -> T
    ) throws(RecordError) -> T? {
        try bool() ? try body(&self) : nil
    }

    /// A counted list. A count above what the bytes can hold ends as `truncated`; nothing is reserved before.
    package mutating func list<T>(
        _ body: (inout RecordReader) throws(RecordError) -> T
    ) throws(RecordError) -> [T] {
        let count = try u32()
        guard Int(count) <= reader.remaining else { throw .malformed(.truncated) }
        var items: [T] = []
        for _ in 0..<count { items.append(try body(&self)) }
        return items
    }

    /// A counted list (u32) of records.
    package mutating func list<T: RecordCodable>() throws(RecordError) -> [T] {
        try list { (r) throws(RecordError) in try T(from: &r) }
    }
    /// A counted list (u32) of addresses, in the order that was written.
    package mutating func addresses() throws(RecordError) -> [Address] {
        try list { (r) throws(RecordError) in try r.address() }
    }
    /// A counted list (u32) of u32.
    package mutating func indices() throws(RecordError) -> [UInt32] {
        try list { (r) throws(RecordError) in try r.u32() }
    }
    /// A flag, and behind 1 a u64.
    package mutating func optionalU64() throws(RecordError) -> UInt64? {
        try optional { (r) throws(RecordError) in try r.u64() }
    }
}

extension ByteWriter {
    /// A flag (u8), and behind 1 what `body` writes.
    package mutating func optional<T>(_ value: T?, _ body: (inout ByteWriter, T) -> Void) {
        bool(value != nil)
        if let value { body(&self, value) }
    }
    /// A flag (u8), and behind 1 the u64.
    package mutating func optional(_ value: UInt64?) { optional(value) { $0.u64($1) } }

    /// The number of items (u32; below 2^32 by every limit), then each as `body` writes it.
    package mutating func list<T>(_ items: [T], _ body: (inout ByteWriter, T) -> Void) {
        u32(UInt32(clamping: items.count))
        for item in items { body(&self, item) }
    }
    /// The number of items (u32), then their records.
    package mutating func list<T: RecordCodable>(_ items: [T]) { list(items) { $1.encode(to: &$0) } }
    /// The number of items (u32), then 20 bytes each.
    package mutating func addresses(_ items: [Address]) { list(items) { $0.address($1) } }
    /// The number of items (u32), then a u32 each.
    package mutating func indices(_ items: [UInt32]) { list(items) { $0.u32($1) } }
}
