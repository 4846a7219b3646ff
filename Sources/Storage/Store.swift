package import ChainTypes
import Synchronization

/// The node's database: one RocksDB in one directory, safe to use from any thread.
package final class Store: Sendable {
    /// The version of the record layouts in `ColumnFamily`.
    package static let schemaVersion: UInt32 = 2

    private static let schemaKey = Array("schemaVersion".utf8)

    private struct State: Sendable {
        var database: Database?
        /// The first write that failed. After a failed fsync the page cache may call the page clean, so no later
        /// write can be trusted: the process has to stop.
        var failedWrite: StorageFault?
    }

    /// Directory of the database.
    package let path: String
    private let state: Mutex<State>

    /// Opens the database in the directory `path`, and makes it there first when `createIfMissing` is true.
    ///
    /// The parent directory has to exist. Throws `.lockHeld` when the directory is in use, `.missing` when there is
    /// nothing to open, `.schemaMismatch` when another version of the program wrote it.
    package init(path: String, createIfMissing: Bool = true) throws(StorageFault) {
        try FreeSpace.check(for: path)
        let database = try Database(path: path, createIfMissing: createIfMissing)
        try Self.checkSchema(of: database, path: path)
        self.path = path
        state = Mutex(State(database: database))
    }

    /// Writes all changes or none, and returns once they are on the disk (`fsync`).
    ///
    /// After a write has failed, every later one throws the same fault.
    package func write(_ batch: WriteBatch) throws(StorageFault) {
        let database = try openDatabase(forWriting: true)
        do {
            try database.write(batch)
        } catch {
            state.withLock { state in state.failedWrite = state.failedWrite ?? error }
            throw error
        }
    }

    /// Lends a snapshot of the database to `body`.
    package func read<Result: ~Copyable>(
        _ body: (borrowing ReadSnapshot) throws(StorageFault) -> Result
    ) throws(StorageFault) -> Result {
        let snapshot = ReadSnapshot(try openDatabase())
        return try body(snapshot)
    }

    /// A snapshot of the database that is kept until the last reference to it goes, for a long read on another thread.
    package func hold() throws(StorageFault) -> HeldSnapshot { HeldSnapshot(ReadSnapshot(try openDatabase())) }

    /// Makes a consistent copy of the database in `directory`, which must not exist yet but whose parent must.
    ///
    /// Files are hard-linked where both directories are on one file system.
    package func checkpoint(at directory: String) throws(StorageFault) {
        try openDatabase().checkpoint(at: directory)
    }

    /// Gives the room of deleted entries below `upper` back to the file system: whole files at once, the rest by
    /// rewriting the file at the edge.
    package func reclaim(_ family: ColumnFamily, below upper: [UInt8]) throws(StorageFault) {
        try openDatabase().reclaim(family, below: upper)
    }

    /// Bytes that a family takes on the disk and, until they get there, in memory.
    package func size(of family: ColumnFamily) throws(StorageFault) -> UInt64 {
        try openDatabase().size(of: family)
    }

    /// Closes the database as soon as no read or write is in flight; later calls throw `.closed`.
    package func close() {
        // The reference is dropped outside the lock: closing may take as long as a flush.
        _ = state.withLock { state -> Database? in
            defer { state.database = nil }
            return state.database
        }
    }

    private func openDatabase(forWriting: Bool = false) throws(StorageFault) -> Database {
        let (database, fault) = state.withLock { ($0.database, $0.failedWrite) }
        if forWriting, let fault { throw fault }
        guard let database else {
            throw StorageFault(kind: .closed, message: "the database at \(path) is closed")
        }
        return database
    }

    private static func checkSchema(of database: Database, path: String) throws(StorageFault) {
        let current = schemaVersion.bigEndianBytes
        let (stored, isEmpty) = try readSchema(of: database)
        if stored == current { return }
        if stored == nil, isEmpty {
            var batch = WriteBatch()
            batch.put(.meta, key: schemaKey, value: current)
            return try database.write(batch)
        }
        let found = stored.flatMap(UInt32.init(bigEndianBytes:)).map { "has schema version \($0)" }
        throw StorageFault(
            kind: .schemaMismatch,
            message: "the database at \(path) \(found ?? "has no schema version"), but this program reads version "
                + "\(schemaVersion); use the version of the program that wrote it, or an empty directory")
    }

    private static func readSchema(of database: Database) throws(StorageFault) -> ([UInt8]?, isEmpty: Bool) {
        let snapshot = ReadSnapshot(database)
        return (try snapshot.get(.meta, schemaKey), try snapshot.last(in: .meta) == nil)
    }
}

extension UInt32 {
    fileprivate var bigEndianBytes: [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self >> UInt32($0)) }
    }

    fileprivate init?(bigEndianBytes bytes: [UInt8]) {
        guard bytes.count == 4 else { return nil }
        self = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
