import AccountTree
import ByteCodec
package import ChainTypes
import Consensus
import ProofField
package import Replica
import Storage
import Synchronization
import SystemState

extension ChainStore {
    /// Everything a node needs to go on from its last block. Refuses a directory whose accounts or system records do
    /// not have the roots of the head's header.
    package func load() throws(StorageFault) -> RestoredChain {
        try store.read { snapshot throws(StorageFault) in
            let head = try snapshot.head()
            guard let block = try snapshot.block(at: head.height), block.hash == head.hash else {
                throw .damaged("head block")
            }
            let header = block.header
            let certificate = try snapshot.certificate(at: head.height)
            guard certificate != nil || head.height == 0 else { throw .damaged("certificate of the head block") }

            var system = try snapshot.system(genesis: genesis)
            guard system.root() == header.systemRoot else {
                throw Self.mismatch("system records", height: head.height)
            }
            guard let accounts = MemoryAccounts(try snapshot.accounts()) else { throw .damaged("accounts") }
            let operations = try snapshot.operations(after: system.provenHeight)
            let ledger = Ledger(accounts: accounts, system: system, operations: operations)
            guard ledger.tree.root == header.accountsRoot, accounts.accountCount == header.accountCount else {
                throw Self.mismatch("accounts", height: head.height)
            }
            prunedHeight.withLock { $0 = system.provenHeight }
            return RestoredChain(
                tip: ChainTip(header: header, certificate: certificate), ledger: ledger,
                signState: try snapshot.signState(), proposed: try snapshot.proposed())
        }
    }

    private static func mismatch(_ what: String, height: UInt64) -> StorageFault {
        StorageFault(
            kind: .corruption,
            message: "the stored \(what) do not have the root that block \(height) commits to: the data directory is "
                + "damaged; restore a copy of it, or delete it to start anew")
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

    fileprivate borrowing func accounts() throws(StorageFault) -> [Account] {
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

    fileprivate borrowing func signState() throws(StorageFault) -> SignState? {
        guard let bytes = try get(.signState, ChainRecord.signState) else { return nil }
        do { return try SignState(decoding: bytes) } catch { throw .damaged("sign state") }
    }

    fileprivate borrowing func proposed() throws(StorageFault) -> ProposedBlock? {
        guard let bytes = try get(.signState, ChainRecord.proposed) else { return nil }
        return try ChainRecord.proposed(bytes)
    }
}
