import ByteCodec
import Cryptography

/// Ethereum's bloom filter of 2,048 bits over the addresses and topics of logs (yellow paper, section 4.3.1).
package struct LogsBloom: Hashable, Sendable {
    /// 2,048 bits.
    package static let byteCount = 256

    /// 256 bytes; bit i of the filter is bit i mod 8 of byte 255 - i / 8.
    package private(set) var bytes: [UInt8]

    /// The empty filter.
    package init() { bytes = [UInt8](repeating: 0, count: Self.byteCount) }

    /// Nil unless there are exactly 256 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// The filter of all addresses and topics of `logs`.
    package init(_ logs: some Sequence<Log>) {
        self.init()
        for log in logs { insert(log) }
    }

    /// Adds the log's address and each of its topics; its data is not in the filter.
    package mutating func insert(_ log: Log) {
        insert(log.address.bytes)
        for topic in log.topics { insert(topic.bytes) }
    }

    /// Adds an address's 20 bytes or a topic's 32: sets up to three bits.
    package mutating func insert(_ item: [UInt8]) {
        for bit in Self.bits(item) { bytes[255 - bit / 8] |= 1 << UInt8(bit % 8) }
    }

    /// Adds everything that was inserted into `other`.
    package mutating func formUnion(_ other: LogsBloom) {
        for index in bytes.indices { bytes[index] |= other.bytes[index] }
    }

    /// False when `item` (an address's 20 bytes or a topic's 32) was never inserted.
    package func mayContain(_ item: [UInt8]) -> Bool {
        Self.bits(item).allSatisfy { bytes[255 - $0 / 8] & 1 << UInt8($0 % 8) != 0 }
    }

    /// The low eleven bits of the first three pairs of bytes of the item's hash.
    private static func bits(_ item: [UInt8]) -> [Int] {
        let word = Keccak256.hash(item).word0
        return [48, 32, 16].map { Int(truncatingIfNeeded: word >> $0 & 0x7ff) }
    }
}
