/// A failure of the disk or of the database on it, which halts the node.
///
/// A fault is never a verdict: it says nothing about a block, and it is never turned into "not found".
package struct StorageFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// What went wrong, as far as an operator has to tell the cases apart.
    package enum Kind: Sendable, Hashable {
        /// The file system has no room left.
        case diskFull
        /// Stored bytes contradict their checksum or their own structure.
        case corruption
        /// Another process, or another store in this one, has the directory open.
        case lockHeld
        /// There is no database in the directory, and none was to be made.
        case missing
        /// The database was written under another schema version.
        case schemaMismatch
        /// The store was closed before the call.
        case closed
        /// The operating system refused an operation.
        case io
        case other
    }

    package let kind: Kind

    /// What happened, for the operator.
    package let message: String

    package init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }

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

    package var description: String { message }

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
