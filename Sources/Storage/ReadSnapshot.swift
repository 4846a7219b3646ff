import CRocksDB
package import ChainTypes

/// Whether an iteration goes on.
package enum IterationStep: Sendable {
    case next
    case stop
}

/// The direction of an iteration over keys in lexicographic order.
package enum IterationOrder: Sendable {
    case ascending
    case descending
}

/// The database as it stood at one moment; lent by `Store.read(_:)` and gone when that call returns.
///
/// Keys and values are copies: they may outlive the snapshot.
@safe
package struct ReadSnapshot: ~Copyable {
    private let database: Database
    private let snapshot: OpaquePointer
    private let options: OpaquePointer

    init(_ database: Database) {
        self.database = database
        unsafe snapshot = database.makeSnapshot()
        unsafe options = rocksdb_readoptions_create()
        unsafe rocksdb_readoptions_set_snapshot(options, snapshot)
        unsafe rocksdb_readoptions_set_verify_checksums(options, 1)
    }

    deinit {
        unsafe rocksdb_readoptions_destroy(options)
        unsafe database.release(snapshot: snapshot)
    }

    /// The value under `key`, nil when there is none.
    package func get(_ family: ColumnFamily, _ key: [UInt8]) throws(StorageFault) -> [UInt8]? {
        try unsafe database.get(family, key, options)
    }

    /// Calls `body` with the entries whose key begins with `prefix`, in order, until it says stop.
    ///
    /// `start`, when given, is where to begin: the first key at or after it, or, descending, the last key at or before
    /// it. It has to begin with `prefix` itself; otherwise there is nothing to visit.
    package func forEach(
        in family: ColumnFamily, prefix: [UInt8] = [], from start: [UInt8]? = nil,
        order: IterationOrder = .ascending,
        _ body: (_ key: [UInt8], _ value: [UInt8]) throws(StorageFault) -> IterationStep
    ) throws(StorageFault) {
        let cursor = unsafe Cursor(database.makeIterator(family, options))
        switch (order, start) {
        case (.ascending, let start): cursor.seek(start ?? prefix)
        case (.descending, let start?): cursor.seekBack(start)
        case (.descending, nil): cursor.seekToEnd(ofPrefix: prefix)
        }
        while let key = cursor.key, key.starts(with: prefix) {
            guard try body(key, cursor.value) == .next else { return }
            switch order {
            case .ascending: cursor.advance()
            case .descending: cursor.retreat()
            }
        }
        try cursor.throwFault()
    }

    /// The last entry at or before `key` among those that begin with `prefix`.
    package func last(
        in family: ColumnFamily, prefix: [UInt8] = [], atOrBefore key: [UInt8]? = nil
    ) throws(StorageFault) -> (key: [UInt8], value: [UInt8])? {
        var found: (key: [UInt8], value: [UInt8])?
        try forEach(in: family, prefix: prefix, from: key, order: .descending) { key, value in
            found = (key, value)
            return .stop
        }
        return found
    }
}

/// A position in a column family; owns RocksDB's iterator.
@safe
private struct Cursor: ~Copyable {
    private let iterator: OpaquePointer

    @unsafe
    init(_ iterator: OpaquePointer) {
        unsafe self.iterator = iterator
    }

    deinit { unsafe rocksdb_iter_destroy(iterator) }

    /// The key here, nil past either end and after a fault.
    var key: [UInt8]? {
        guard unsafe rocksdb_iter_valid(iterator) != 0 else { return nil }
        var count = 0
        let start = unsafe rocksdb_iter_key(iterator, &count)
        return unsafe [UInt8](copying: start, count: count)
    }

    /// The value here; meaningful only where `key` is not nil.
    var value: [UInt8] {
        guard unsafe rocksdb_iter_valid(iterator) != 0 else { return [] }
        var count = 0
        let start = unsafe rocksdb_iter_value(iterator, &count)
        return unsafe [UInt8](copying: start, count: count)
    }

    func advance() { unsafe rocksdb_iter_next(iterator) }

    func retreat() { unsafe rocksdb_iter_prev(iterator) }

    func seek(_ key: [UInt8]) {
        unsafe key.withCharacters { key, count in unsafe rocksdb_iter_seek(iterator, key, count) }
    }

    func seekBack(_ key: [UInt8]) {
        unsafe key.withCharacters { key, count in unsafe rocksdb_iter_seek_for_prev(iterator, key, count) }
    }

    /// The last key that begins with `prefix`, or the key before where it would be.
    func seekToEnd(ofPrefix prefix: [UInt8]) {
        guard let end = prefix.lexicographicalSuccessor else { return unsafe rocksdb_iter_seek_to_last(iterator) }
        seekBack(end)
        if key == end { retreat() }
    }

    func throwFault() throws(StorageFault) {
        try checked("read from the database") { status in unsafe rocksdb_iter_get_error(iterator, status) }
    }
}

extension [UInt8] {
    /// The first byte string after all those that begin with this one; nil when there is none (all bytes 0xff).
    package var lexicographicalSuccessor: [UInt8]? {
        guard let last = lastIndex(where: { $0 != 0xff }) else { return nil }
        return self[..<last] + [self[last] + 1]
    }
}

/// The database as it stood at one moment, for as long as this lives. RocksDB's snapshots may be read from any thread.
package final class HeldSnapshot: @unchecked Sendable {
    private let snapshot: ReadSnapshot

    init(_ snapshot: consuming ReadSnapshot) { self.snapshot = snapshot }

    /// Lends the snapshot to `body`, from any thread and as often as asked.
    package func read<Result: ~Copyable>(
        _ body: (borrowing ReadSnapshot) throws(StorageFault) -> Result
    ) throws(StorageFault) -> Result {
        try body(snapshot)
    }
}
