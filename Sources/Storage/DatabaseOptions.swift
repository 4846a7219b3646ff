import CRocksDB
import ChainTypes

/// How Cairn opens RocksDB; owns the C objects for as long as the database is being opened.
@safe
struct DatabaseOptions: ~Copyable {
    private static let mebibyte = 1 << 20

    private let options: OpaquePointer
    private let tables: OpaquePointer
    private let cache: OpaquePointer

    init(createIfMissing: Bool) {
        unsafe options = rocksdb_options_create()
        unsafe tables = rocksdb_block_based_options_create()
        unsafe cache = rocksdb_cache_create_lru(64 * Self.mebibyte)

        unsafe rocksdb_options_set_create_if_missing(options, createIfMissing ? 1 : 0)
        unsafe rocksdb_options_set_create_missing_column_families(options, 1)
        unsafe rocksdb_options_set_paranoid_checks(options, 1)
        // A torn last record is a write that was never acknowledged; damage before it must stop the start, or sign
        // state that was acknowledged could be lost in silence.
        unsafe rocksdb_options_set_wal_recovery_mode(
            options, Int32(rocksdb_tolerate_corrupted_tail_records_recovery))
        unsafe rocksdb_options_set_recycle_log_file_num(options, 0)
        unsafe rocksdb_options_set_max_total_wal_size(options, UInt64(128 * Self.mebibyte))

        unsafe rocksdb_options_set_max_open_files(options, 256)
        unsafe rocksdb_options_set_max_background_jobs(options, 2)
        unsafe rocksdb_options_set_write_buffer_size(options, 16 * Self.mebibyte)
        unsafe rocksdb_options_set_db_write_buffer_size(options, 64 * Self.mebibyte)

        // RocksDB's own diary (not the write-ahead log) is cut to its fatal level: in a build with assertions, such as
        // Debian's 7.8.3, a line written to it after one that met a full disk aborts the process
        // (`EnvLogger`, `WritableFileWriter::AssertFalseAndGetStatusForPrevError`).
        unsafe rocksdb_options_set_info_log_level(options, 4)
        unsafe rocksdb_options_set_max_log_file_size(options, Self.mebibyte)
        unsafe rocksdb_options_set_keep_log_file_num(options, 2)

        unsafe rocksdb_block_based_options_set_block_cache(tables, cache)
        unsafe rocksdb_block_based_options_set_filter_policy(tables, rocksdb_filterpolicy_create_bloom_full(10))
        unsafe rocksdb_options_set_block_based_table_factory(options, tables)
    }

    deinit {
        unsafe rocksdb_block_based_options_destroy(tables)
        unsafe rocksdb_cache_destroy(cache)
        unsafe rocksdb_options_destroy(options)
    }

    /// Opens the database in `path`; the handles are in the order of `families`.
    @unsafe
    func open(path: String, families: [String]) throws(StorageFault) -> (OpaquePointer, [OpaquePointer]) {
        let action = "open the database at \(path)"
        var handles = unsafe [OpaquePointer?](repeating: nil, count: families.count)
        let familyOptions = unsafe [OpaquePointer?](repeating: options, count: families.count)
        let names = unsafe families.map { unsafe copyOfCharacters($0) }
        defer { for index in unsafe names.indices { unsafe names[index].deallocate() } }
        let nameList = unsafe names.map { unsafe UnsafePointer<CChar>?($0) }
        let database = try checked(action) { status in
            unsafe rocksdb_open_column_families(
                options, path, Int32(families.count), nameList, familyOptions, &handles, status)
        }
        guard let database = unsafe database else {
            throw StorageFault(kind: .other, message: "cannot \(action): RocksDB gave no database")
        }
        return unsafe (database, handles.compactMap { unsafe $0 })
    }

    @unsafe
    private func copyOfCharacters(_ text: String) -> UnsafeMutablePointer<CChar> {
        let characters = text.utf8CString
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: characters.count)
        for (index, character) in characters.enumerated() { unsafe copy[index] = character }
        return unsafe copy
    }
}
