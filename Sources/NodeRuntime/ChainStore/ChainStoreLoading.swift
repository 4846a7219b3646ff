import AccountTree
package import ByteCodec
package import ChainTypes
import Consensus
import ProofField
package import Replica
import Storage
import Synchronization
import SystemState

extension ChainStore {
    /// Everything a node needs to go on from its last block. Refuses a directory whose records are not those that the
    /// head's header and its certificate vouch for (`RestoredChain.check`).
    /// - Parameter validator: who signs here; nil for a node that only follows.
    package func load(validator: Address? = nil) throws(StorageFault) -> RestoredChain {
        let (loaded, base) = try store.read { snapshot throws(StorageFault) in
            (try self.restored(from: snapshot), try snapshot.base())
        }
        var restored = loaded
        prunedHeight.withLock { $0 = loaded.ledger.system.provenHeight }
        guard let validator else { return restored }
        let (log, state) = try openSignLog(of: validator)
        signLog.withLock { $0 = log }
        restored.signState = state
        // The directory knows nothing of what was signed between its record and the snapshot, nor after it elsewhere.
        restored.mayHaveSigned = base > 0 && (state.map { $0.height <= base } ?? true)
        return restored
    }

    /// The state after the last block, checked against its header and certificate.
    func restored(from snapshot: borrowing ReadSnapshot) throws(StorageFault) -> RestoredChain {
        let head = try snapshot.head()
        guard let block = try snapshot.block(at: head.height), block.hash == head.hash else {
            throw .damaged("head block")
        }
        let certificate = try snapshot.certificate(at: head.height)
        var system = try snapshot.system(genesis: genesis)
        let systemRoot = system.root()
        guard let accounts = MemoryAccounts(try snapshot.accounts()) else { throw .damaged("accounts") }
        let operations = try snapshot.operations(after: system.provenHeight)
        var restored = RestoredChain(
            tip: ChainTip(header: block.header, certificate: certificate),
            ledger: Ledger(accounts: accounts, system: system, operations: operations),
            signState: nil, proposed: try snapshot.proposed())
        try restored.check(genesis: genesis, systemRoot: systemRoot)
        let base = try snapshot.base()
        for height in system.unproven.keys {
            guard let block = try snapshot.block(at: height) else {
                // What a snapshot brought was checked with it; its blocks are not here.
                guard height <= base else { throw .damaged("block \(height)") }
                continue
            }
            try restored.check(operationsAt: height, of: block.header)
        }
        // Of a snapshot's own block not everything is kept.
        restored.baseHeight = base == 0 ? 1 : base + 1
        return restored
    }

    /// The sign state's log is made once for a validator and directory, and must be there ever after: a validator
    /// that forgot what it signed could sign the opposite (reliability note 4.7).
    private func openSignLog(of validator: Address) throws(StorageFault) -> (SignStateLog, SignState?) {
        let path = SignStateLog.path(besides: store.path, validator: validator)
        let key = ChainRecord.signLog(validator)
        let hasSigned = try store.read { snapshot throws(StorageFault) in try snapshot.get(.signState, key) != nil }
        if RecordLog.exists(at: path) {
            return try SignStateLog.open(at: path, genesis: genesis.hash, validator: validator)
        }
        guard !hasSigned else { throw SignStateLog.missing(path) }
        let log = try SignStateLog.create(at: path, genesis: genesis.hash, validator: validator)
        var batch = WriteBatch()
        batch.put(.signState, key: key, value: [1])
        try store.write(batch)
        return (log, nil)
    }
}

extension ReadSnapshot {
    fileprivate borrowing func system(genesis: Genesis) throws(StorageFault) -> SystemState {
        var records: [(key: [UInt8], value: [UInt8])] = []
        try forEach(in: .system) { (key, value) throws(StorageFault) in
            records.append((key, value))
            return .next
        }
        do { return try SystemState(genesis: genesis, records: records) } catch {
            throw .damaged("system record (\(error))")
        }
    }

    borrowing func accounts() throws(StorageFault) -> [Account] {
        var accounts: [Account] = []
        try forEach(in: .accounts) { (key, value) throws(StorageFault) in
            guard try ChainRecord.number(key, "account's key") == UInt64(accounts.count) else {
                throw .damaged("list of accounts")
            }
            accounts.append(try ChainRecord.account(value))
            return .next
        }
        return accounts
    }

    fileprivate borrowing func operations(after height: UInt64) throws(StorageFault) -> [UInt64: [AccountOperation]] {
        var operations: [UInt64: [AccountOperation]] = [:]
        try forEach(in: .operations, from: ChainRecord.key(height + 1)) { (key, value) throws(StorageFault) in
            let height = try ChainRecord.number(key, "key of operations")
            do {
                operations[height] = try AccountOperation.decodeList(value)
            } catch {
                throw .damaged("operations of block \(height)")
            }
            return .next
        }
        return operations
    }

    fileprivate borrowing func proposed() throws(StorageFault) -> ProposedBlock? {
        guard let bytes = try get(.signState, ChainRecord.proposed) else { return nil }
        return try ChainRecord.proposed(bytes)
    }
}
