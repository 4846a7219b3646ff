/// What proving one account operation takes at worst: one that touches an account far from all others.
///
/// Rows of `TreeHash`: its leaf and the 28 nodes above it, in the old tree and in the new one, and its share of the
/// operations' tree, which for n operations has below 2.5 n nodes. Rows of `Accounts`: the operation and the closing of
/// its account. A row costs the columns that are committed for it, in stage 1, stage 2 and quotient. The circuits'
/// tests hold these numbers against the circuits and the planner.
package enum OperationWeight {
    /// Rows of `TreeHash` for one operation at worst: 2 · 29 for its two paths, and below 3 for the operations' tree.
    package static let treeHashRows: UInt64 = 61
    /// Rows of `Accounts` for one operation at worst.
    package static let accountsRows: UInt64 = 2
    /// Columns that are committed for a row of `TreeHash`.
    package static let treeHashColumns: UInt64 = 188
    /// Columns that are committed for a row of `Accounts`.
    package static let accountsColumns: UInt64 = 208

    /// Weight of one operation in the unit of `PlannedInstance.weight`, 1,024 committed cells, rounded up: 12.
    package static let ofOperation =
        (treeHashRows * treeHashColumns + accountsRows * accountsColumns + 1_023) / 1_024

    /// Account operations of one ordinary transaction, at most: its sender's, and a credit (`Docs/Spec/Operations.md`).
    package static let operationsOfTransaction: UInt64 = 2

    /// Weight of one ordinary transaction at worst.
    package static let ofTransaction = UInt128(ofOperation * operationsOfTransaction)
}
