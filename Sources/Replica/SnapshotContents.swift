package import AccountTree
import ByteCodec
package import ChainTypes
import Cryptography

/// Everything that a node needs in order to go on after a block, as it is written into a snapshot.
package struct SnapshotContents: Sendable {
    /// What proving a block takes, for a block that is not proven yet.
    package struct UnprovenWork: Sendable {
        /// Height of the block.
        package var height: UInt64
        /// The block's operations, in order.
        package var operations: [AccountOperation]
        /// At the account root before the block.
        package var witness: BlockWitness
        package init(height: UInt64, operations: [AccountOperation], witness: BlockWitness) {
            self.height = height
            self.operations = operations
            self.witness = witness
        }
    }

    /// The block of the snapshot's height.
    package var block: Block
    /// One for each of its transactions, in order.
    package var receipts: [Receipt]
    /// Its logs without a transaction, in order.
    package var systemLogs: [Log]
    /// Of the blocks from `provenHeight` to the one before the snapshot's, rising.
    package var headers: [BlockHeader]
    /// By leaf.
    package var accounts: [Account]
    /// All records of the system state by rising key, with their table's tag.
    package var records: [(key: [UInt8], value: [UInt8])]
    /// By rising height.
    package var work: [UnprovenWork]

    package init(
        block: Block, receipts: [Receipt], systemLogs: [Log], headers: [BlockHeader], accounts: [Account],
        records: [(key: [UInt8], value: [UInt8])], work: [UnprovenWork]
    ) {
        self.block = block
        self.receipts = receipts
        self.systemLogs = systemLogs
        self.headers = headers
        self.accounts = accounts
        self.records = records
        self.work = work
    }
}

/// Layout, all byte strings behind their lengths (u32):
///
/// - block: block ‖ number of receipts u32 ‖ receipts as stored ‖ number of system receipts u32 ‖ those;
/// - headers: each a byte string;
/// - accounts: address ‖ nonce u64 ‖ balance u128 each;
/// - system: key and value as byte strings each;
/// - operations: height u64 ‖ operations as a byte string ‖ witness as a byte string each.
extension SnapshotContents {
    /// The bytes of one section.
    package func encoded(_ section: SnapshotSection) -> [UInt8] {
        var writer = ByteWriter()
        switch section {
        case .block:
            writer.bytes(block.encoded)
            let groups = stride(from: 0, to: systemLogs.count, by: Limits.maxLogsPerReceipt).map { start in
                Receipt.system(
                    logs: Array(systemLogs[start..<min(start + Limits.maxLogsPerReceipt, systemLogs.count)]),
                    cumulativeGasUsed: 0)
            }
            for list in [receipts, groups] {
                writer.u32(UInt32(clamping: list.count))
                for receipt in list { writer.bytes(receipt.stored) }
            }
        case .headers:
            for header in headers { writer.bytes(header.encoded) }
        case .accounts:
            for account in accounts {
                writer.address(account.address)
                writer.u64(account.nonce)
                writer.u128(account.balance)
            }
        case .system:
            for record in records {
                writer.bytes(record.key)
                writer.bytes(record.value)
            }
        case .operations:
            for entry in work {
                writer.u64(entry.height)
                writer.bytes(AccountOperation.encodeList(entry.operations))
                var witness = ByteWriter()
                entry.witness.encode(to: &witness)
                writer.bytes(witness.bytes)
            }
        }
        return writer.bytes
    }

    /// All sections cut into chunks, in the manifest's order, with the bytes of each.
    package func cut() -> (chunks: [SnapshotManifest.Chunk], bytes: [[UInt8]]) {
        var (chunks, parts): ([SnapshotManifest.Chunk], [[UInt8]]) = ([], [])
        for section in SnapshotSection.allCases {
            let bytes = encoded(section)
            for start in stride(from: 0, to: bytes.count, by: SnapshotManifest.maxChunkBytes) {
                let part = Array(bytes[start..<min(start + SnapshotManifest.maxChunkBytes, bytes.count)])
                chunks.append(
                    SnapshotManifest.Chunk(
                        section: section, byteCount: UInt32(part.count), digest: Keccak256.hash(part)))
                parts.append(part)
            }
        }
        return (chunks, parts)
    }

    /// A section's bytes are not its layout.
    struct Malformed: Error { var section: SnapshotSection }

    /// Reads all sections. Memory is bounded by the bytes that are there.
    init(sections: [SnapshotSection: [UInt8]]) throws(Malformed) {
        func read<T>(
            _ section: SnapshotSection, _ body: (inout ByteReader) throws -> T
        ) throws(Malformed) -> T {
            var reader = ByteReader(sections[section] ?? [])
            do {
                let value = try body(&reader)
                try reader.expectEnd()
                return value
            } catch {
                throw Malformed(section: section)
            }
        }
        func rows<T>(
            _ section: SnapshotSection, _ row: (inout ByteReader) throws -> T
        ) throws(Malformed) -> [T] {
            try read(section) { reader in
                var list: [T] = []
                while reader.remaining > 0 { list.append(try row(&reader)) }
                return list
            }
        }
        (block, receipts, systemLogs) = try read(.block) { reader in
            let block = try Block(decoding: try reader.bytes(maxCount: Limits.maxBlockBytes))
            var lists: [[Receipt]] = []
            for _ in 0..<2 {
                let count = try reader.u32()
                guard count <= Limits.maxBlockTransactions else { throw Malformed(section: .block) }
                var list: [Receipt] = []
                for _ in 0..<count { list.append(try Receipt(stored: try reader.bytes(maxCount: reader.remaining))) }
                lists.append(list)
            }
            return (block, lists[0], lists[1].flatMap(\.logs))
        }
        headers = try rows(.headers) { try BlockHeader(decoding: try $0.bytes(maxCount: Limits.maxBlockBytes)) }
        accounts = try rows(.accounts) {
            Account(address: try $0.address(), nonce: try $0.u64(), balance: try $0.u128())
        }
        records = try rows(.system) {
            (key: try $0.bytes(maxCount: $0.remaining), value: try $0.bytes(maxCount: $0.remaining))
        }
        work = try rows(.operations) { reader in
            let height = try reader.u64()
            let operations = try AccountOperation.decodeList(try reader.bytes(maxCount: reader.remaining))
            var witness = ByteReader(try reader.bytes(maxCount: reader.remaining))
            let decoded = try BlockWitness(from: &witness, maxLeaves: 2 * Limits.maxOperationsPerBlock)
            try witness.expectEnd()
            return UnprovenWork(height: height, operations: operations, witness: decoded)
        }
    }
}
