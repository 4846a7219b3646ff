import Storage

/// The log in which a validator keeps what it signed, damaged in one place: what is read of it is a prefix of what was
/// written, or it is refused.
enum RecordLogTarget {
    private static let identity = [UInt8](repeating: 7, count: 32)

    /// Bytes 0 to 2 say where, byte 3 how (0 cuts the file there, anything else changes a byte), the rest are records
    /// with zeros between them.
    static func damaged(_ bytes: [UInt8]) {
        _ = try? RecordLog.parse(RecordLog.header(identity) + bytes, identity: identity)
        guard bytes.count >= 4 else { return }
        let records = bytes[4...].split(separator: 0, omittingEmptySubsequences: false).map { Array($0) }
        var file = RecordLog.header(identity)
        for record in records { file += RecordLog.framed(record, at: file.count) }
        guard let whole = try? RecordLog.parse(file, identity: identity) else {
            preconditionFailure("a log as it was written is refused")
        }
        require(whole.records == records && whole.end == file.count, "a log is read back as it was written")
        let place = bytes[..<3].reduce(0) { $0 << 8 | Int($1) } % file.count
        if bytes[3] == 0 { file.removeSubrange(place...) } else { file[place] ^= bytes[3] }
        if let read = try? RecordLog.parse(file, identity: identity) {
            require(records.starts(with: read.records), "damage changes no record")
            require(read.end <= file.count, "a log ends within its file")
        }
    }

    static let seeds: [[UInt8]] = [
        [0, 0, 60, 0, 1, 2, 3, 0, 4, 5, 6], [0, 0, 41, 1, 9, 0, 8, 0, 7], [0, 0, 0, 255, 1],
    ]
}
