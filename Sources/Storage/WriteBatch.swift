/// Changes that reach the disk together or not at all, in the order in which they were added.
///
/// A plain value: it touches no database until `Store.write(_:)`.
package struct WriteBatch: Sendable, Equatable {
    /// One change of one family.
    package enum Change: Sendable, Equatable {
        case put(ColumnFamily, key: [UInt8], value: [UInt8])
        case delete(ColumnFamily, key: [UInt8])
        /// All keys from `lower` on that are below `upper`.
        case deleteRange(ColumnFamily, lower: [UInt8], upper: [UInt8])
    }

    /// In the order in which they are applied.
    package private(set) var changes: [Change] = []

    /// A batch without changes.
    package init() {}

    /// Whether writing it would change nothing.
    package var isEmpty: Bool { changes.isEmpty }

    /// Sets the value under `key`, whether there is one or not.
    package mutating func put(_ family: ColumnFamily, key: [UInt8], value: [UInt8]) {
        changes.append(.put(family, key: key, value: value))
    }

    /// Removes `key`; nothing when it is not there.
    package mutating func delete(_ family: ColumnFamily, key: [UInt8]) {
        changes.append(.delete(family, key: key))
    }

    /// Deletes the keys in `lower..<upper`; nothing when the range is empty or reversed.
    package mutating func deleteRange(_ family: ColumnFamily, from lower: [UInt8], upTo upper: [UInt8]) {
        guard lower.lexicographicallyPrecedes(upper) else { return }
        changes.append(.deleteRange(family, lower: lower, upper: upper))
    }

    /// Adds the changes of `other` after those of this batch.
    package mutating func append(_ other: WriteBatch) {
        changes.append(contentsOf: other.changes)
    }
}
