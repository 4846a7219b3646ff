import AccountTree
import ByteCodec
package import ChainTypes
import Cryptography
package import Replica
package import Storage
import SystemState

/// Why no snapshot can be made of a data directory.
package enum SnapshotError: Error, Sendable, CustomStringConvertible {
    /// Its last block is the genesis: the genesis file says it all.
    case nothingYet
    /// The state of a block that is not the last one is not kept.
    case otherHeight(have: UInt64, want: UInt64)
    /// The directory began with a snapshot, and not all blocks up to that one are proven yet: their headers are not here.
    case unprovenBase(have: UInt64, want: UInt64)
    case fault(StorageFault)

    package var description: String {
        switch self {
        case .nothingYet: "the chain is still at its genesis: there is nothing to take a snapshot of"
        case .otherHeight(let have, let want):
            "the directory holds the state after block \(have), and that of no other block: no snapshot of \(want)"
        case .unprovenBase(let have, let want):
            "the directory began with the snapshot of block \(want), and only block \(have) is proven: a snapshot can be "
                + "made here once block \(want) is"
        case .fault(let fault): fault.message
        }
    }
}

extension ChainStore {
    /// The state after the last block with all that is needed to go on from it, cut into chunks. The stored records are
    /// checked against the head's roots before.
    /// - Parameters:
    ///   - height: the height that the last block must have; nil for any.
    ///   - held: the database at the moment of that block; as it is now when nil.
    package func snapshot(
        at height: UInt64? = nil, in held: HeldSnapshot? = nil
    ) throws(SnapshotError) -> (manifest: SnapshotManifest, chunks: [[UInt8]]) {
        let result: Result<(manifest: SnapshotManifest, chunks: [[UInt8]]), SnapshotError>
        do throws(StorageFault) {
            let view: HeldSnapshot
            if let held { view = held } else { view = try store.hold() }
            result = try view.read { reader throws(StorageFault) in try self.snapshot(at: height, reader) }
        } catch {
            throw .fault(error)
        }
        return try result.get()
    }

    private func snapshot(
        at height: UInt64?, _ reader: borrowing ReadSnapshot
    ) throws(StorageFault) -> Result<(manifest: SnapshotManifest, chunks: [[UInt8]]), SnapshotError> {
        let restored = try self.restored(from: reader)
        let header = restored.tip.header
        if let height, height != header.height {
            return .failure(.otherHeight(have: header.height, want: height))
        }
        guard let certificate = restored.tip.certificate else { return .failure(.nothingYet) }
        let system = restored.ledger.system
        guard let validators = system.validators(at: header.height) else {
            throw .damaged("validators of block \(header.height)")
        }
        // Below the snapshot that the directory itself began with there are no headers.
        guard try reader.base() <= system.provenHeight else {
            return .failure(.unprovenBase(have: system.provenHeight, want: try reader.base()))
        }
        let (chunks, parts) = try contents(reader, after: header, provenHeight: system.provenHeight).cut()
        let manifest = SnapshotManifest(
            genesisHash: genesis.hash, header: header, certificate: certificate, validators: validators,
            chunks: chunks)
        return .success((manifest, parts))
    }

    private func contents(
        _ snapshot: borrowing ReadSnapshot, after header: BlockHeader, provenHeight: UInt64
    ) throws(StorageFault) -> SnapshotContents {
        guard let report = try snapshot.report(at: header.height) else {
            throw .damaged("receipts of block \(header.height)")
        }
        var headers: [BlockHeader] = []
        var work: [SnapshotContents.UnprovenWork] = []
        for height in provenHeight...header.height {
            guard let block = try snapshot.block(at: height) else { throw .damaged("block \(height)") }
            if height < header.height { headers.append(block.header) }
            guard height > provenHeight, block.header.operationCount > 0 else { continue }
            guard let operations = try snapshot.operations(at: height),
                let witness = try snapshot.witness(at: height)
            else { throw .damaged("operations of block \(height)") }
            work.append(
                SnapshotContents.UnprovenWork(
                    height: height, operations: operations, witness: witness))
        }
        return SnapshotContents(
            block: report.block, receipts: report.receipts.receipts, systemLogs: report.receipts.systemLogs,
            headers: headers, accounts: try snapshot.accounts(), records: try snapshot.systemRecords(),
            work: work)
    }

    /// Begins a chain in the empty directory `path` with a snapshot's state. Earlier blocks are not there.
    package static func restore(
        _ snapshot: VerifiedSnapshot, genesis: Genesis, path: String
    ) throws(ChainStoreError) {
        do {
            let store = try Store(path: path)
            defer { store.close() }
            let isEmpty = try store.read { reader throws(StorageFault) in
                try reader.get(.meta, ChainRecord.genesisHash) == nil
            }
            guard isEmpty else { throw ChainStoreError.notEmpty(path: path) }
            try store.write(Self.batch(snapshot, genesis: genesis))
        } catch let error as ChainStoreError {
            throw error
        } catch let fault as StorageFault {
            throw .fault(fault)
        } catch {
            throw .genesis("\(error)")
        }
    }

    private static func batch(_ snapshot: VerifiedSnapshot, genesis: Genesis) -> WriteBatch {
        let contents = snapshot.contents
        let header = snapshot.manifest.header
        let hash = header.hash
        var batch = WriteBatch()
        batch.put(.meta, key: ChainRecord.genesisHash, value: genesis.hash.bytes)
        batch.put(.meta, key: ChainRecord.genesis, value: Array(GenesisFile.write(genesis).utf8))
        batch.put(.meta, key: ChainRecord.base, value: ChainRecord.key(header.height))
        batch.put(contents.block, hash: hash)
        batch.put(
            .certificates, key: ChainRecord.key(header.height), value: snapshot.manifest.certificate.encoded)
        batch.put(
            StoredReceipts(receipts: contents.receipts, systemLogs: contents.systemLogs, facts: []),
            height: header.height)
        for (index, bytes) in contents.block.transactions.enumerated() {
            batch.put(
                .transactionIndex, key: Keccak256.hash(bytes).bytes,
                value: ChainRecord.position(header.height, index))
        }
        let accounts = contents.accounts.enumerated().map {
            IndexedAccount(index: LeafIndex($0.offset), account: $0.element)
        }
        batch.put(accounts, height: header.height, firstNew: 0)
        for record in contents.records { batch.put(.system, key: record.key, value: record.value) }
        for entry in contents.work {
            let key = ChainRecord.key(entry.height)
            batch.put(.operations, key: key, value: AccountOperation.encodeList(entry.operations))
            var writer = ByteWriter()
            entry.witness.encode(to: &writer)
            batch.put(.witness, key: key, value: writer.bytes)
        }
        batch.put(.meta, key: ChainRecord.head, value: ChainRecord.head(header.height, hash))
        return batch
    }
}

extension ReadSnapshot {
    /// The lowest height whose block is kept: 0, or that of the snapshot with which the directory began.
    package borrowing func base() throws(StorageFault) -> UInt64 {
        guard let bytes = try get(.meta, ChainRecord.base) else { return 0 }
        return try ChainRecord.number(bytes, "lowest height")
    }

    fileprivate borrowing func systemRecords() throws(StorageFault) -> [(key: [UInt8], value: [UInt8])] {
        var records: [(key: [UInt8], value: [UInt8])] = []
        try forEach(in: .system) { (key, value) throws(StorageFault) in
            records.append((key, value))
            return .next
        }
        return records
    }
}
