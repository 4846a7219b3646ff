import AccountTree
import ChainTypes
package import ProofField

/// Makes the stage-1 traces of a validated job: canonical, so that all honest provers commit to the same roots.
///
/// Row order. `TreeHash`: the old tree, the new tree, the operations' tree; in each from the leaves' level to the
/// root's, in each level by rising position. `Accounts`: the operations by sequence, then the closings by rising leaf
/// index. Each circuit's rows are cut where its instances' heights end; what is left of the last instance is padding.
/// Padding rows are zero but for the permutation's columns, which hold the permutation of zeros. Unused cells are
/// zero, the inverse of zero is zero.
package struct TraceGenerator: Sendable {
    /// The job whose traces are made.
    package let job: ValidatedJob

    /// Nothing is computed before `trace(instance:)`.
    package init(_ job: ValidatedJob) {
        self.job = job
    }

    /// Rows that the job uses in each circuit: equal to what the planner counts.
    package var rows: RowCounts {
        RowCounts(
            treeHash: TreeHashRows(job).count,
            accounts: job.input.operations.count + job.input.witness.leaves.count)
    }

    /// The trace of instance `instance` of the plan; nil when there is none. Memory: that of the instance's own matrix
    /// and of the job's nodes, 96 bytes each.
    package func trace(instance: Int) -> FeltMatrix? {
        let plan = job.input.plan
        guard plan.indices.contains(instance) else { return nil }
        let planned = plan[instance]
        let start = plan[..<instance].filter { $0.circuit == planned.circuit }.reduce(0) { $0 + 1 << Int($1.logHeight) }
        let range = start..<(start + 1 << Int(planned.logHeight))
        switch planned.circuit {
        case TreeHash.id: return TreeHashRows(job).trace(range)
        case Accounts.id: return AccountsRows(job).trace(range)
        default: return nil
        }
    }
}
