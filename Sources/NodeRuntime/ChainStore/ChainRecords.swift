import AccountTree
import ByteCodec
package import ChainTypes
import Consensus
package import ProvingRules
import Replica
import Storage
import SystemState

/// Keys and values of the records of a chain. What each column family holds stands in `Storage.ColumnFamily`; what is
/// more than the type's own codec stands here:
///
/// - `meta`: "genesisHash" → 32 bytes; "genesis" → the genesis file's text; "head" → height u64 ‖ block hash;
///   "base" → height u64 of the lowest block that is kept, when it is not 0.
/// - `receipts`: height → RLP `[[receipt…], [system receipt…], [facts…]]`, every item a byte string: receipts in
///   stored form, the system logs in receipts of at most `Limits.maxLogsPerReceipt` each, the facts of each proving
///   transaction as a record or the empty string.
/// - `accountHistory`: leaf u64 ‖ height u64 → nonce u64 ‖ balance u128.
/// - `signState`: "proposed" → RLP `[block, [payload…]]` as byte strings, the block that the sign state speaks of;
///   "log" ‖ address → 1 once that validator has a log of what it signed (`SignStateLog`).
/// - `transactionIndex`: the hash of a block's system receipt stands there too, with the index after the last
///   transaction.
enum ChainRecord {
    static let genesisHash = Array("genesisHash".utf8)
    static let genesis = Array("genesis".utf8)
    static let head = Array("head".utf8)
    static let base = Array("base".utf8)
    static let proposed = Array("proposed".utf8)

    static func signLog(_ validator: Address) -> [UInt8] { Array("log".utf8) + validator.bytes }

    static func key(_ height: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        height.appendBigEndian(to: &bytes)
        return bytes
    }

    static func key(_ leaf: LeafIndex) -> [UInt8] { key(UInt64(leaf)) }

    static func key(_ leaf: LeafIndex, _ height: UInt64) -> [UInt8] { key(UInt64(leaf)) + key(height) }

    static func number(_ bytes: some Collection<UInt8>, _ what: String) throws(StorageFault) -> UInt64 {
        guard bytes.count == 8, let value = UInt64(bigEndianBytes: bytes) else { throw .damaged(what) }
        return value
    }
}

// MARK: - Accounts

extension ChainRecord {
    static func account(_ account: Account) -> [UInt8] {
        var writer = ByteWriter()
        writer.address(account.address)
        writer.u64(account.nonce)
        writer.u128(account.balance)
        return writer.bytes
    }

    static func account(_ bytes: [UInt8]) throws(StorageFault) -> Account {
        var reader = ByteReader(bytes)
        do {
            let account = Account(address: try reader.address(), nonce: try reader.u64(), balance: try reader.u128())
            try reader.expectEnd()
            return account
        } catch {
            throw .damaged("account")
        }
    }

    static func history(_ account: Account) -> [UInt8] {
        var writer = ByteWriter()
        writer.u64(account.nonce)
        writer.u128(account.balance)
        return writer.bytes
    }

    static func history(_ bytes: [UInt8], of address: Address) throws(StorageFault) -> Account {
        var reader = ByteReader(bytes)
        do {
            let account = Account(address: address, nonce: try reader.u64(), balance: try reader.u128())
            try reader.expectEnd()
            return account
        } catch {
            throw .damaged("account history")
        }
    }
}

// MARK: - Head and index

extension ChainRecord {
    static func head(_ height: UInt64, _ hash: Bytes32) -> [UInt8] { key(height) + hash.bytes }

    static func head(_ bytes: [UInt8]) throws(StorageFault) -> (height: UInt64, hash: Bytes32) {
        guard bytes.count == 40, let hash = Bytes32(bytes[8...]) else { throw .damaged("head") }
        return (try number(bytes[..<8], "head"), hash)
    }

    static func position(_ height: UInt64, _ index: Int) -> [UInt8] {
        var bytes = key(height)
        UInt32(truncatingIfNeeded: index).appendBigEndian(to: &bytes)
        return bytes
    }

    static func position(_ bytes: [UInt8]) throws(StorageFault) -> (height: UInt64, index: Int) {
        guard bytes.count == 12, let index = UInt32(bigEndianBytes: bytes[8...]) else {
            throw .damaged("transaction index")
        }
        return (try number(bytes[..<8], "transaction index"), Int(index))
    }

    static func witness(_ bytes: [UInt8], height: UInt64) throws(StorageFault) -> BlockWitness {
        var reader = ByteReader(bytes)
        do {
            return try BlockWitness(from: &reader, maxLeaves: 2 * Limits.maxOperationsPerBlock)
        } catch {
            throw .damaged("witness of block \(height)")
        }
    }

    static func sidecar(_ height: UInt64, _ digest: Bytes32) -> [UInt8] { key(height) + digest.bytes }
}

// MARK: - Receipts

/// What executing a block reported.
package struct StoredReceipts: Sendable {
    package var receipts: [Receipt]
    package var systemLogs: [Log]
    package var facts: [PayloadFacts?]
}

extension StoredReceipts {
    var encoded: [UInt8] {
        var encoder = RLPEncoder()
        encoder.list { list in
            list.list { items in
                for receipt in receipts { items.append(receipt.stored) }
            }
            list.list { items in
                for start in stride(from: 0, to: systemLogs.count, by: Limits.maxLogsPerReceipt) {
                    let logs = systemLogs[start..<min(start + Limits.maxLogsPerReceipt, systemLogs.count)]
                    items.append(Receipt.system(logs: Array(logs), cumulativeGasUsed: 0).stored)
                }
            }
            list.list { items in
                for fact in facts { items.append(fact?.encoded ?? []) }
            }
        }
        return encoder.bytes
    }

    init(encoded: [UInt8]) throws(StorageFault) {
        do {
            var reader = RLPReader(encoded)
            var list = try reader.readList()
            receipts = try list.readArray(maxCount: .max) { item throws(RLPError) in try item.readBytes() }
                .map { try Receipt(stored: $0) }
            systemLogs = try list.readArray(maxCount: .max) { item throws(RLPError) in try item.readBytes() }
                .flatMap { try Receipt(stored: $0).logs }
            facts = try list.readArray(maxCount: .max) { item throws(RLPError) in try item.readBytes() }
                .map { $0.isEmpty ? nil : try PayloadFacts(record: $0) }
            try list.expectEnd()
            try reader.expectEnd()
        } catch {
            throw .damaged("receipts")
        }
    }
}

// MARK: - Proposed block

extension ChainRecord {
    static func proposed(_ proposed: ProposedBlock) -> [UInt8] {
        var encoder = RLPEncoder()
        encoder.list { list in
            list.append(proposed.block.encoded)
            list.list { items in
                for payload in proposed.payloads { items.append(payload) }
            }
        }
        return encoder.bytes
    }

    static func proposed(_ bytes: [UInt8]) throws(StorageFault) -> ProposedBlock {
        do {
            var reader = RLPReader(bytes)
            var list = try reader.readList()
            let block = try Block(decoding: try list.readBytes())
            let payloads = try list.readArray(maxCount: Limits.maxBlockTransactions) { item throws(RLPError) in
                try item.readBytes()
            }
            try list.expectEnd()
            try reader.expectEnd()
            return ProposedBlock(block: block, payloads: payloads)
        } catch {
            throw .damaged("proposed block")
        }
    }
}
