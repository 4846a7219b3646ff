import AccountTree
package import ByteCodec
package import ChainTypes
package import Consensus
import Cryptography
package import Replica
package import Storage
import Synchronization
import SystemState

/// A chain on disk: the records of one genesis in one directory.
///
/// A block reaches the disk in one synced batch with everything that follows from it, so what is read is always the
/// state after some block, whole (reliability note 11).
package final class ChainStore: Sendable {
    package let genesis: Genesis
    package let store: Store
    /// Height up to which operations and witnesses were dropped.
    let prunedHeight = Mutex<UInt64>(0)
    /// What the validator of this directory has signed; nil for a node that does not sign.
    let signLog = Mutex<SignStateLog?>(nil)

    private init(genesis: Genesis, store: Store) {
        self.genesis = genesis
        self.store = store
    }

    /// Opens the chain of `genesis` in the directory `path`, and begins it there when the directory is empty.
    package static func open(path: String, genesis: Genesis) throws(ChainStoreError) -> ChainStore {
        do {
            let store = try Store(path: path)
            let chain = ChainStore(genesis: genesis, store: store)
            if let stored = try chain.storedGenesisHash() {
                guard stored == genesis.hash else {
                    throw ChainStoreError.otherGenesis(path: path, stored: "\(stored)", wanted: "\(genesis.hash)")
                }
            } else {
                try chain.begin()
            }
            return chain
        } catch let error as ChainStoreError {
            throw error
        } catch let fault as StorageFault {
            throw .fault(fault)
        } catch {
            throw .genesis("\(error)")
        }
    }

    /// Opens the chain that is in the directory `path`, whatever its genesis.
    package static func openExisting(path: String) throws(ChainStoreError) -> ChainStore {
        do {
            let store = try Store(path: path, createIfMissing: false)
            let text = try store.read { snapshot throws(StorageFault) in
                try snapshot.get(.meta, ChainRecord.genesis)
            }
            guard let text else { throw ChainStoreError.empty(path: path) }
            guard let genesis = try? GenesisFile.parse(text) else { throw StorageFault.damaged("genesis") }
            let chain = ChainStore(genesis: genesis, store: store)
            guard try chain.storedGenesisHash() == genesis.hash else { throw StorageFault.damaged("genesis") }
            return chain
        } catch let error as ChainStoreError {
            throw error
        } catch let fault as StorageFault {
            throw fault.kind == .missing ? .empty(path: path) : .fault(fault)
        } catch {
            throw .genesis("\(error)")
        }
    }

    /// Ends all use of the directory; reads in flight finish first.
    package func close() { store.close() }

    private func storedGenesisHash() throws(StorageFault) -> Bytes32? {
        let bytes = try store.read { snapshot throws(StorageFault) in
            try snapshot.get(.meta, ChainRecord.genesisHash)
        }
        guard let bytes else { return nil }
        guard let hash = Bytes32(bytes) else { throw .damaged("genesis hash") }
        return hash
    }

    // MARK: - Genesis

    /// Writes the state before block 1, as block 0.
    private func begin() throws {
        let errors = genesis.validate().filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw ChainStoreError.genesis(errors.map { "\($0): \($0.explanation)" }.joined(separator: "; "))
        }
        var system = try SystemState(genesis: genesis, mix: Randao.genesisMix(genesis.hash))
        let tree = AccountTree(accounts: genesis.accounts)
        guard
            let header = genesis.header(
                accountsRoot: tree.root, systemRoot: system.root(), operationsDigest: OperationsTree([]).digest)
        else { throw ChainStoreError.genesis("its validators are not a set") }
        let accounts = genesis.accounts.enumerated().map {
            IndexedAccount(index: LeafIndex($0.offset), account: $0.element)
        }
        var batch = WriteBatch()
        batch.put(.meta, key: ChainRecord.genesisHash, value: genesis.hash.bytes)
        batch.put(.meta, key: ChainRecord.genesis, value: Array(GenesisFile.write(genesis).utf8))
        batch.put(Block(header: header, transactions: [], lastCertificate: nil), hash: header.hash)
        batch.put(StoredReceipts(receipts: [], systemLogs: [], facts: []), height: 0)
        batch.put(accounts, height: 0, firstNew: 0)
        batch.put(system.takeChanges())
        batch.put(.meta, key: ChainRecord.head, value: ChainRecord.head(0, header.hash))
        try store.write(batch)
    }

    // MARK: - Writing

    /// Writes everything of a block in one synced batch.
    package func commit(_ committed: CommittedBlock) throws(StorageFault) {
        let height = committed.block.header.height
        var batch = WriteBatch()
        batch.put(committed.block, hash: committed.hash)
        batch.put(.certificates, key: ChainRecord.key(height), value: committed.certificate.encoded)
        batch.put(
            StoredReceipts(
                receipts: committed.receipts, systemLogs: committed.systemLogs, facts: committed.facts),
            height: height)
        batch.putIndex(of: committed, height: height)
        let created = committed.operations.lazy.filter(\.creates).map(\.index).min()
        batch.put(committed.accounts, height: height, firstNew: created ?? .max)
        batch.put(committed.systemChanges)
        if !committed.operations.isEmpty {
            batch.put(
                .operations, key: ChainRecord.key(height), value: AccountOperation.encodeList(committed.operations))
            var writer = ByteWriter()
            committed.witness.encode(to: &writer)
            batch.put(.witness, key: ChainRecord.key(height), value: writer.bytes)
        }
        for payload in committed.payloads {
            let digest = Payload.digest(of: payload)
            batch.put(.sidecars, key: ChainRecord.sidecar(height, digest), value: payload)
            batch.put(.sidecarHeights, key: digest.bytes, value: ChainRecord.key(height))
        }
        batch.put(committed.rosters, changes: committed.systemChanges)
        try dropExpiredPayloads(at: height, in: &batch)
        let pruned = prunedHeight.withLock { $0 }
        if committed.provenHeight > pruned {
            let range = (lower: ChainRecord.key(pruned), upper: ChainRecord.key(committed.provenHeight + 1))
            batch.deleteRange(.operations, from: range.lower, upTo: range.upper)
            batch.deleteRange(.witness, from: range.lower, upTo: range.upper)
        }
        batch.put(.meta, key: ChainRecord.head, value: ChainRecord.head(height, committed.hash))
        try store.write(batch)
        prunedHeight.withLock { $0 = max($0, committed.provenHeight) }
        try reclaim(at: height)
    }

    /// Payloads are kept for `proofRetention` blocks after the last transaction that brought them.
    private func dropExpiredPayloads(at height: UInt64, in batch: inout WriteBatch) throws(StorageFault) {
        guard let expired = expiredHeight(at: height) else { return }
        let digests = try store.read { snapshot throws(StorageFault) -> [Bytes32] in
            guard let block = try snapshot.block(at: expired) else { return [] }
            return block.transactions.compactMap { bytes in
                guard bytes.first == TransactionKind.proving.rawValue else { return nil }
                return (try? UnverifiedTransaction(decoding: bytes))?.body.proving?.payloadDigest
            }
        }
        guard !digests.isEmpty else { return }
        batch.deleteRange(.sidecars, from: ChainRecord.key(expired), upTo: ChainRecord.key(expired + 1))
        try store.read { snapshot throws(StorageFault) in
            for digest in digests {
                // A digest that came again since is still wanted.
                guard let last = try snapshot.get(.sidecarHeights, digest.bytes), last == ChainRecord.key(expired)
                else { continue }
                batch.delete(.sidecarHeights, key: digest.bytes)
            }
        }
    }

    /// The height whose payloads expire with block `height`; nil while none do.
    private func expiredHeight(at height: UInt64) -> UInt64? {
        height > genesis.proving.proofRetention ? height - genesis.proving.proofRetention : nil
    }

    /// Blocks from one return of room to the next.
    private static let reclaimInterval: UInt64 = 64

    /// Gives the room of expired payloads back to the file system, once in a while.
    private func reclaim(at height: UInt64) throws(StorageFault) {
        guard let expired = expiredHeight(at: height), expired % Self.reclaimInterval == 0 else { return }
        try store.reclaim(.sidecars, below: ChainRecord.key(expired + 1))
    }

    /// Records the sign state, synced: what it holds may leave the process afterwards. The block it speaks of is
    /// written first, so that it can be served whenever the message about it was sent.
    package func persistSignState(_ state: SignState, proposed: ProposedBlock?) throws(StorageFault) {
        guard let log = signLog.withLock({ $0 }) else {
            throw StorageFault(kind: .other, message: "this directory was opened without a validator")
        }
        let hash = proposed?.block.hash
        if let proposed, log.proposed.withLock({ $0 != hash }) {
            var batch = WriteBatch()
            batch.put(.signState, key: ChainRecord.proposed, value: ChainRecord.proposed(proposed))
            try store.write(batch)
            log.proposed.withLock { $0 = hash }
        }
        try log.append(state)
    }
}

extension WriteBatch {
    mutating func put(_ block: Block, hash: Bytes32) {
        put(.blocks, key: ChainRecord.key(block.header.height), value: block.encoded)
        put(.blockHeights, key: hash.bytes, value: ChainRecord.key(block.header.height))
    }

    mutating func put(_ receipts: StoredReceipts, height: UInt64) {
        put(.receipts, key: ChainRecord.key(height), value: receipts.encoded)
    }

    fileprivate mutating func putIndex(of committed: CommittedBlock, height: UInt64) {
        for (index, transaction) in committed.transactions.enumerated() {
            put(.transactionIndex, key: transaction.hash.bytes, value: ChainRecord.position(height, index))
        }
        if !committed.systemLogs.isEmpty {
            put(
                .transactionIndex, key: SystemReceipt.hash(height: height).bytes,
                value: ChainRecord.position(height, committed.transactions.count))
        }
    }

    /// Accounts from leaf `firstNew` on are new.
    mutating func put(_ accounts: [IndexedAccount], height: UInt64, firstNew: LeafIndex) {
        for entry in accounts {
            put(.accounts, key: ChainRecord.key(entry.index), value: ChainRecord.account(entry.account))
            put(
                .accountHistory, key: ChainRecord.key(entry.index, height),
                value: ChainRecord.history(entry.account))
            guard entry.index >= firstNew else { continue }
            put(.accountIndex, key: entry.account.address.bytes, value: ChainRecord.key(entry.index))
        }
    }

    /// A roster is kept as long as its job's record.
    fileprivate mutating func put(_ rosters: [RosterRecord], changes: [SystemState.Change]) {
        for change in changes where change.value == nil && change.key.first == TableTag.jobs.rawValue {
            delete(.rosters, key: Array(change.key.dropFirst()))
        }
        for roster in rosters { put(.rosters, key: ChainRecord.key(roster.job), value: roster.bytes) }
    }

    fileprivate mutating func put(_ changes: [SystemState.Change]) {
        for change in changes {
            if let value = change.value {
                put(record: change.key, value: value)
            } else {
                delete(.system, key: change.key)
            }
        }
    }

    /// A record of the system state; sets of validators are kept for longer than the state has them.
    mutating func put(record key: [UInt8], value: [UInt8]) {
        put(.system, key: key, value: value)
        guard key.first == TableTag.validatorSets.rawValue else { return }
        put(.validatorSets, key: Array(key.dropFirst()), value: value)
    }
}

/// The synthetic transaction that carries the logs of a block's selections and phase transitions.
package enum SystemReceipt {
    /// Keccak-256 of "cairn/system/v1" and the height as 8 big-endian bytes.
    package static func hash(height: UInt64) -> Bytes32 {
        Keccak256.hash(Array("cairn/system/v1".utf8), ChainRecord.key(height))
    }
}
