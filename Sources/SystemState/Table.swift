import ByteCodec
import ChainTypes
import Cryptography

/// Which table a record belongs to: the first byte of its key.
package enum TableTag: UInt8, Sendable, CaseIterable {
    /// Height, mix, proven height, supply and next job number.
    case scalars = 0
    case claimable = 1
    case provers = 2
    case operators = 3
    case jobs = 4
    case jobNumbers = 5
    case unproven = 6
    case validatorSets = 7
    case registeredValidators = 8
    case validatorOwners = 9
    case tombstones = 10
}

/// One mapping of the system state: rows sorted by key, a hash a row kept until the row changes, and the keys that
/// changed since they were last taken.
///
/// Iteration is by rising key, so nothing depends on the order of insertion. A copy shares its rows until one side
/// writes.
package struct Table<Key: TableKey, Value: RecordCodable>: Sendable {
    /// First byte of every record key of the table.
    package let tag: TableTag
    /// Rising, without duplicates.
    package private(set) var keys: [Key] = []
    /// In the order of `keys`.
    package private(set) var values: [Value] = []
    private var leaves: [Bytes32?] = []
    private var changed: [Key] = []

    /// An empty table.
    package init(tag: TableTag) { self.tag = tag }

    /// Number of rows.
    package var count: Int { keys.count }
    /// Whether there is no row.
    package var isEmpty: Bool { keys.isEmpty }

    /// The row's value; nil when there is none. Setting nil removes the row.
    package subscript(key: Key) -> Value? {
        get {
            let place = Self.place(of: key, in: keys)
            return place.found ? values[place.index] : nil
        }
        set {
            if let newValue { insert(newValue, at: key) } else { remove(key) }
        }
    }

    /// Whether there is a row with this key. Logarithmic.
    package func contains(_ key: Key) -> Bool { Self.place(of: key, in: keys).found }

    /// Changes a row in place; nil, without calling `body`, when there is none.
    @discardableResult
    package mutating func update<Result>(_ key: Key, _ body: (inout Value) -> Result) -> Result? {
        let place = Self.place(of: key, in: keys)
        guard place.found else { return nil }
        leaves[place.index] = nil
        mark(key)
        return body(&values[place.index])
    }

    /// The rows by rising key.
    package var rows: Zip2Sequence<[Key], [Value]> { zip(keys, values) }

    private mutating func insert(_ value: Value, at key: Key) {
        let place = Self.place(of: key, in: keys)
        if place.found {
            values[place.index] = value
            leaves[place.index] = nil
        } else {
            keys.insert(key, at: place.index)
            values.insert(value, at: place.index)
            leaves.insert(nil, at: place.index)
        }
        mark(key)
    }

    private mutating func remove(_ key: Key) {
        let place = Self.place(of: key, in: keys)
        guard place.found else { return }
        keys.remove(at: place.index)
        values.remove(at: place.index)
        leaves.remove(at: place.index)
        mark(key)
    }

    private mutating func mark(_ key: Key) {
        let place = Self.place(of: key, in: changed)
        if !place.found { changed.insert(key, at: place.index) }
    }

    /// The place of `key`, or where it would stand. Rows are mostly appended, so the end is tried first.
    private static func place(of key: Key, in keys: [Key]) -> (index: Int, found: Bool) {
        guard let last = keys.last, !(last < key) else { return (keys.count, false) }
        var low = 0
        var high = keys.count - 1
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return (low, keys[low] == key)
    }

    // MARK: - Records

    /// Key of a row among all records of the state: the tag, then the key's bytes.
    package func recordKey(_ key: Key) -> [UInt8] { [tag.rawValue] + key.keyBytes }

    /// Appends the leaf hash of every row, computing those that changed.
    mutating func appendLeaves(to hashes: inout [Bytes32]) {
        for index in keys.indices {
            if let known = leaves[index] {
                hashes.append(known)
            } else {
                let hash = RecordTree.leaf(key: recordKey(keys[index]), value: values[index].encoded)
                leaves[index] = hash
                hashes.append(hash)
            }
        }
    }

    /// The rows that changed since the last call, by rising key; a nil value is a removed row.
    mutating func takeChanges(into changes: inout [SystemState.Change]) {
        for key in changed {
            changes.append((recordKey(key), self[key]?.encoded))
        }
        changed = []
    }

    /// Puts a stored row back, without marking it changed.
    mutating func restore(key bytes: [UInt8], value: [UInt8]) throws(SystemStateError) {
        guard let key = Key(keyBytes: bytes), !contains(key) else { throw .invalidKey([tag.rawValue] + bytes) }
        do { insert(try Value(record: value), at: key) } catch {
            throw .invalidRecord(key: [tag.rawValue] + bytes, error)
        }
        changed = []
    }
}
