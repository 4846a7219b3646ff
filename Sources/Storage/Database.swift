import CRocksDB
import ChainTypes

/// An open RocksDB database and the handles of its column families.
///
/// It closes when the last reference goes, so a read in flight keeps it open. RocksDB is thread-safe, and the pointers
/// never change after `init`.
@safe
final class Database: @unchecked Sendable {
    private let database: OpaquePointer
    /// By the position of the family in `ColumnFamily.allCases`, with RocksDB's own "default" family at the end.
    private let handles: [OpaquePointer]
    private let synced: OpaquePointer

    init(path: String, createIfMissing: Bool) throws(StorageFault) {
        let options = DatabaseOptions(createIfMissing: createIfMissing)
        let names = ColumnFamily.allCases.map(\.rawValue) + ["default"]
        (unsafe database, unsafe handles) = try unsafe options.open(path: path, families: names)
        unsafe synced = rocksdb_writeoptions_create()
        unsafe rocksdb_writeoptions_set_sync(synced, 1)
        unsafe rocksdb_writeoptions_disable_WAL(synced, 0)
    }

    deinit {
        // Debian's RocksDB asserts that no handle outlives its database.
        for index in unsafe handles.indices { unsafe rocksdb_column_family_handle_destroy(handles[index]) }
        unsafe rocksdb_writeoptions_destroy(synced)
        unsafe rocksdb_close(database)
    }

    /// Writes the changes atomically and returns when they are on the disk.
    func write(_ batch: WriteBatch) throws(StorageFault) {
        let changes = unsafe NativeBatch()
        for change in batch.changes {
            switch change {
            case .put(let family, let key, let value): unsafe changes.put(handle(of: family), key, value)
            case .delete(let family, let key): unsafe changes.delete(handle(of: family), key)
            case .deleteRange(let family, let lower, let upper):
                unsafe changes.deleteRange(handle(of: family), lower, upper)
            }
        }
        try checked("write to the database") { status in
            unsafe rocksdb_write(database, synced, changes.pointer, status)
        }
    }

    /// A hard-linked copy of the database in `directory`, which must not exist.
    func checkpoint(at directory: String) throws(StorageFault) {
        let action = "make a checkpoint at \(directory)"
        let object = try checked(action) { status in
            unsafe rocksdb_checkpoint_object_create(database, status)
        }
        guard let object = unsafe object else {
            throw StorageFault(kind: .other, message: "cannot \(action): RocksDB gave no checkpoint object")
        }
        defer { unsafe rocksdb_checkpoint_object_destroy(object) }
        // A log size of zero flushes the memtables first: the copy then needs no log of ours.
        try checked(action) { status in unsafe rocksdb_checkpoint_create(object, directory, 0, status) }
    }

    // MARK: Room

    /// Drops the files that hold nothing but keys below `upper`, and rewrites what else holds such keys, so that
    /// entries deleted there take no room. Snapshots that are being read keep what they see, except in dropped files.
    func reclaim(_ family: ColumnFamily, below upper: [UInt8]) throws(StorageFault) {
        try checked("free room in the database") { status in
            unsafe upper.withCharacters { end, count in
                unsafe rocksdb_delete_file_in_range_cf(database, handle(of: family), nil, 0, end, count, status)
            }
        }
        unsafe upper.withCharacters { end, count in
            unsafe rocksdb_compact_range_cf(database, handle(of: family), nil, 0, end, count)
        }
    }

    /// Bytes of a family's files and of its entries in memory.
    func size(of family: ColumnFamily) -> UInt64 {
        ["rocksdb.total-sst-files-size", "rocksdb.cur-size-all-mem-tables"].reduce(0) { sum, name in
            var value: UInt64 = 0
            guard unsafe rocksdb_property_int_cf(database, handle(of: family), name, &value) == 0 else { return sum }
            return sum &+ value
        }
    }

    // MARK: Reading

    @unsafe func makeSnapshot() -> OpaquePointer { unsafe rocksdb_create_snapshot(database) }

    @unsafe func release(snapshot: OpaquePointer) { unsafe rocksdb_release_snapshot(database, snapshot) }

    @unsafe func makeIterator(_ family: ColumnFamily, _ options: OpaquePointer) -> OpaquePointer {
        unsafe rocksdb_create_iterator_cf(database, options, handle(of: family))
    }

    @unsafe
    func get(_ family: ColumnFamily, _ key: [UInt8], _ options: OpaquePointer) throws(StorageFault) -> [UInt8]? {
        let slice = try checked("read from the database") { status in
            unsafe key.withCharacters { characters, count in
                unsafe rocksdb_get_pinned_cf(database, options, handle(of: family), characters, count, status)
            }
        }
        guard let slice = unsafe slice else { return nil }
        defer { unsafe rocksdb_pinnableslice_destroy(slice) }
        var count = 0
        let start = unsafe rocksdb_pinnableslice_value(slice, &count)
        return unsafe [UInt8](copying: start, count: count)
    }

    @unsafe private func handle(of family: ColumnFamily) -> OpaquePointer { unsafe handles[family.position] }
}

/// RocksDB's own form of a write batch; it frees its memory when it goes out of scope.
@unsafe
private struct NativeBatch: ~Copyable {
    let pointer: OpaquePointer = unsafe rocksdb_writebatch_create()

    deinit { unsafe rocksdb_writebatch_destroy(pointer) }

    func put(_ handle: OpaquePointer, _ key: [UInt8], _ value: [UInt8]) {
        unsafe key.withCharacters { key, keyCount in
            unsafe value.withCharacters { value, valueCount in
                unsafe rocksdb_writebatch_put_cf(pointer, handle, key, keyCount, value, valueCount)
            }
        }
    }

    func delete(_ handle: OpaquePointer, _ key: [UInt8]) {
        unsafe key.withCharacters { key, count in unsafe rocksdb_writebatch_delete_cf(pointer, handle, key, count) }
    }

    func deleteRange(_ handle: OpaquePointer, _ lower: [UInt8], _ upper: [UInt8]) {
        unsafe lower.withCharacters { lower, lowerCount in
            unsafe upper.withCharacters { upper, upperCount in
                unsafe rocksdb_writebatch_delete_range_cf(pointer, handle, lower, lowerCount, upper, upperCount)
            }
        }
    }
}

extension ColumnFamily {
    /// The index in `allCases`, in constant time.
    fileprivate var position: Int { Self.positions[self] ?? 0 }

    private static let positions = Dictionary(uniqueKeysWithValues: zip(allCases, 0...))
}
