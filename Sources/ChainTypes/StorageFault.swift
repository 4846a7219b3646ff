/// A failure of the disk or of the database on it, which halts the node.
///
/// A fault is never a verdict: it says nothing about a block, and it is never turned into "not found".
package struct StorageFault: Error, Hashable, Sendable, CustomStringConvertible {
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

    /// Which case it is, for what the operator can do.
    package let kind: Kind

    /// What happened, for the operator.
    package let message: String

    /// Unchecked; a store makes faults from what the operating system or the database answered.
    package init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }

    /// The message alone.
    package var description: String { message }
}
