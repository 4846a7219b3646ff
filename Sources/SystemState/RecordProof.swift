package import ByteCodec

/// Where a record stands under a system root, and the way there.
package struct RecordProof: Hashable, Sendable {
    /// Place among all records by rising key.
    package var index: UInt64
    /// Records under the root.
    package var count: UInt64
    /// Siblings, lowest first.
    package var path: [Bytes32]

    package init(index: UInt64, count: UInt64, path: [Bytes32]) {
        self.index = index
        self.count = count
        self.path = path
    }

    /// Whether `value` is the record of job `number` under `systemRoot`.
    package func shows(job number: UInt64, value: [UInt8], under systemRoot: Bytes32) -> Bool {
        let key = [TableTag.jobs.rawValue] + number.keyBytes
        let leaf = RecordTree.leaf(key: key, value: value)
        return RecordTree.root(leaf: leaf, index: index, count: count, path: path) == systemRoot
    }
}
