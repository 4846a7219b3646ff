import AccountTree
import ChainTypes
package import Circuits
package import ProofField
package import ProvingRules
import SystemState

/// Counts and plans the jobs of a chain from the operations that its ledger holds.
package struct JobFeed: JobPreparing {
    private let operations: [UInt64: [AccountOperation]]
    private let planner: Planner
    private let maxOperations: Int

    /// A copy of what the ledger holds now: later blocks do not show in it.
    package init(ledger: Ledger, program: BlockProgram) {
        self.init(operations: ledger.operations, parameters: ledger.system.parameters, program: program)
    }

    /// `operations` are those of the blocks that are not proven, by height.
    init(operations: [UInt64: [AccountOperation]], parameters: ProvingParameters, program: BlockProgram) {
        self.operations = operations
        maxOperations = Int(parameters.maxOperationsPerJob)
        planner = Planner(
            program: program, maxInstanceLogHeight: parameters.maxInstanceLogHeight,
            maxInstances: Int(parameters.maxInstances))
    }

    /// See `JobPreparing`.
    package var programHash: Digest { planner.program.programHash }

    /// See `JobPreparing`. Nil also when the blocks have more than the genesis's `maxOperationsPerJob`, or none.
    package func prepare(firstHeight: UInt64, lastHeight: UInt64) -> PreparedJob? {
        guard firstHeight <= lastHeight else { return nil }
        var list: [AccountOperation] = []
        for height in operations.keys.sorted() where height >= firstHeight && height <= lastHeight {
            list += operations[height] ?? []
            guard list.count <= maxOperations else { return nil }
        }
        return prepare(list)
    }

    /// See `JobPreparing`. Nil also when the block's operations are not held, or are fewer than `range` says.
    package func prepare(height: UInt64, operations range: Range<UInt32>) -> PreparedJob? {
        guard let all = operations[height], range.upperBound <= all.count, range.count <= maxOperations else {
            return nil
        }
        return prepare(Array(all[Int(range.lowerBound)..<Int(range.upperBound)]))
    }

    /// See `JobPreparing`.
    package func fits(_ load: OperationLoad) -> Bool {
        guard load.operations <= maxOperations else { return false }
        let rows = RowCounts(
            operations: load.operations, touchedNodes: load.touchedNodes, touchedAccounts: load.touchedAccounts)
        return (try? planner.plan(rows).get()) != nil
    }

    private func prepare(_ list: [AccountOperation]) -> PreparedJob? {
        guard case .success(let plan) = planner.plan(list) else { return nil }
        let tree = OperationsTree(list)
        return PreparedJob(
            operationCount: UInt32(tree.count), operationsDigest: tree.digest, operationsRoot: tree.root, plan: plan)
    }
}
