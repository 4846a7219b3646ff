package import ChainTypes

extension StorageFault {
    /// The fault that RocksDB's status text describes (`Status::ToString` in its `util/status.cc`).
    ///
    /// The order matters: a held lock and a full disk are both reported as "IO error".
    package init(status text: String, doing action: String) {
        let kind: Kind =
            if text.contains("No space left") || text.hasPrefix("Space limit") || text.contains("Disk quota exceeded") {
                .diskFull
            } else if text.contains("lock hold by current process") || text.contains("While lock file") {
                .lockHeld
            } else if text.hasPrefix("Corruption") {
                .corruption
            } else if text.contains("create_if_missing is false") {
                .missing
            } else if text.contains("Column families not opened") {
                .schemaMismatch
            } else if text.hasPrefix("IO error") {
                .io
            } else {
                .other
            }
        self.init(kind: kind, message: "cannot \(action): \(Self.explanation(kind))\(text)")
    }

    private static func explanation(_ kind: Kind) -> String {
        switch kind {
        case .diskFull: "the disk is full; free some room and start again. "
        case .lockHeld: "another process is using this directory. "
        case .corruption: "the stored data is damaged. "
        case .missing: "there is no database here. "
        case .schemaMismatch: "a newer version of the program wrote this database. "
        case .closed, .io, .other: ""
        }
    }
}
