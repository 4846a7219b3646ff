import ChainTypes

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The room on a file system, looked at before RocksDB is.
enum FreeSpace {
    /// What opening a database needs for the options it writes to its diary, with a margin.
    ///
    /// RocksDB writes them at every log level, and meets a full disk there with an assertion instead of a status.
    static let neededToOpen: UInt64 = 1 << 20

    /// Throws `.diskFull` when the file system of `path`, or of its parent if it does not exist, is all but full.
    ///
    /// What cannot be looked at is left for RocksDB to report.
    static func check(for path: String) throws(StorageFault) {
        guard let available = available(at: path) ?? available(at: parent(of: path)),
            available < neededToOpen
        else { return }
        throw StorageFault(
            kind: .diskFull,
            message: "cannot open the database at \(path): the disk is full (\(available) bytes are free, "
                + "\(neededToOpen) are needed); free some room and start again")
    }

    private static func available(at path: String) -> UInt64? {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? .max : bytes
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
