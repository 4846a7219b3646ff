import ByteCodec
import ChainTypes
import Cryptography
import FoundationEssentials
package import Logging

/// The pool on disk, so that what waits survives a restart. It is a convenience and no truth: a file that is missing or
/// damaged is an empty pool.
package struct PendingFile: Sendable {
    package let path: String

    /// One transaction, with its payload when it is a proving one.
    package struct Entry: Hashable, Sendable {
        package var transaction: [UInt8]
        package var payload: [UInt8]?
        package init(transaction: [UInt8], payload: [UInt8]?) {
            self.transaction = transaction
            self.payload = payload
        }
    }

    private static let version: UInt8 = 1
    /// Bytes of payloads that are written; proofs beyond them are sent again by their provers.
    private static let maxPayloadBytes = 64 << 20

    private let log: Logger?

    package init(path: String, log: Logger? = nil) {
        self.path = path
        self.log = log
    }

    /// version (u8) ‖ count (u32) ‖ entries ‖ Keccak-256 of all before it; an entry is its transaction, 0 or 1, and
    /// after 1 the payload, byte strings behind their length (u32).
    package static func encode(_ entries: [Entry]) -> [UInt8] {
        var left = maxPayloadBytes
        let kept = entries.filter { entry in
            left -= entry.payload?.count ?? 0
            return entry.payload == nil || left >= 0
        }
        var writer = ByteWriter()
        writer.u8(version)
        writer.u32(UInt32(clamping: kept.count))
        for entry in kept {
            writer.bytes(entry.transaction)
            writer.bool(entry.payload != nil)
            if let payload = entry.payload { writer.bytes(payload) }
        }
        return writer.bytes + Keccak256.hash(writer.bytes).bytes
    }

    /// Nil for bytes that `encode` did not write.
    package static func decode(_ bytes: [UInt8]) -> [Entry]? {
        guard bytes.count > 32, Keccak256.hash(Array(bytes.dropLast(32))).bytes == Array(bytes.suffix(32)) else {
            return nil
        }
        var reader = ByteReader(bytes.dropLast(32))
        do throws(ByteReaderError) {
            guard try reader.u8() == version else { return nil }
            var entries: [Entry] = []
            for _ in 0..<(try reader.count(max: bytes.count)) {
                let transaction = try reader.bytes(maxCount: Limits.maxTransactionBytes)
                let payload = try reader.bool() ? try reader.bytes(maxCount: Int(Limits.maxPayloadBytes)) : nil
                entries.append(Entry(transaction: transaction, payload: payload))
            }
            try reader.expectEnd()
            return entries
        } catch {
            return nil
        }
    }

    /// Replaces the file whole.
    package func save(_ entries: [Entry]) throws {
        try Data(Self.encode(entries)).write(to: URL(filePath: path), options: .atomic)
    }

    /// Saves; a node goes on without, and says so.
    func keep(_ entries: [Entry]) {
        do { try save(entries) } catch { log?.warning("the pool cannot be written to \(path): \(error)") }
    }

    package func load() -> [Entry] {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return [] }
        guard let entries = Self.decode([UInt8](data)) else {
            log?.warning("\(path) is damaged: transactions that waited are forgotten")
            return []
        }
        return entries
    }
}
