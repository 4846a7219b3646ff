import AccountTree
package import ChainTypes
import STARKCore
import STARKVerifier

/// Rows that operations need in each circuit.
package struct RowCounts: Hashable, Sendable {
    /// Rows of `TreeHash`, one permutation each.
    package var treeHash: Int
    /// Rows of `Accounts`.
    package var accounts: Int

    package init(treeHash: Int, accounts: Int) {
        self.treeHash = treeHash
        self.accounts = accounts
    }

    /// The counts for a list of operations: one permutation per node above a touched leaf, in the old tree and in the
    /// new one, and per node of the operations' tree; one account row per operation and per touched account.
    package init(_ operations: [AccountOperation]) {
        let touched = TouchedNodes(leaves: operations.map(\.index))
        self.init(
            operations: operations.count, touchedNodes: touched.count, touchedAccounts: touched.leaves.count)
    }

    /// The counts for operations that touch so many nodes of the account tree, leaves included, and so many accounts.
    package init(operations: Int, touchedNodes: Int, touchedAccounts: Int) {
        treeHash = 2 * touchedNodes + OperationsTree.nodeCount(count: operations)
        accounts = operations + touchedAccounts
    }
}

/// Why operations cannot be proven by one job.
package enum PlanRejection: Error, Hashable, Sendable {
    /// There is nothing to prove.
    case noOperations
    case tooManyOperations(Int)
    /// Positions i and i + p would be one position in the field.
    case leafOutOfRange(LeafIndex)
    /// The parameters allow no height up to the largest one in use.
    case noHeight
    case tooManyInstances(Int)
    /// The buses could carry more messages than their argument is sound for.
    case tooManyMessages
}

/// Cuts a job's rows into instances, without proving anything: deterministic and cheap, so that every node computes
/// the same plan.
///
/// The rows of a circuit are cut into instances of the largest height in use; what remains goes into one instance of
/// the smallest allowed height that holds it. All instances of `TreeHash` come first, then those of `Accounts`.
package struct Planner: Sendable {
    /// Circuits and parameters, whose `logHeights` are the heights there are.
    package let program: BlockProgram
    /// log2 of the rows of the largest instance; the genesis's number.
    package let maxInstanceLogHeight: Int
    /// Instances of one job, at most; the genesis's number.
    package let maxInstances: Int

    /// `maxInstances` is the genesis's; without it the limit of any genesis.
    package init(
        program: BlockProgram, maxInstanceLogHeight: UInt8, maxInstances: Int = Limits.maxInstancesPerJob
    ) {
        self.program = program
        self.maxInstanceLogHeight = Int(maxInstanceLogHeight)
        self.maxInstances = maxInstances
    }

    /// The plan of a job with these operations. Refused: `noOperations`, `tooManyOperations` above
    /// `Limits.maxOperationsPerJob`, `leafOutOfRange`, and what `plan(_: RowCounts)` refuses.
    package func plan(_ operations: [AccountOperation]) -> Result<[PlannedInstance], PlanRejection> {
        guard !operations.isEmpty else { return .failure(.noOperations) }
        guard operations.count <= Limits.maxOperationsPerJob else {
            return .failure(.tooManyOperations(operations.count))
        }
        if let outside = operations.first(where: { UInt64($0.index) >= Limits.maxAccounts }) {
            return .failure(.leafOutOfRange(outside.index))
        }
        return plan(RowCounts(operations))
    }

    /// The plan for so many rows. Refused: `noHeight`, `tooManyInstances` above `maxInstances`, `tooManyMessages`.
    package func plan(_ rows: RowCounts) -> Result<[PlannedInstance], PlanRejection> {
        let heights = program.parameters.logHeights.filter { $0 <= maxInstanceLogHeight }
        guard let tallest = heights.last else { return .failure(.noHeight) }
        let needed = (rows.treeHash >> tallest) + (rows.accounts >> tallest)
        guard needed <= maxInstances else { return .failure(.tooManyInstances(needed)) }
        let plan =
            Self.cut(rows.treeHash, of: program.treeHash, heights: heights)
            + Self.cut(rows.accounts, of: program.accounts, heights: heights)
        guard plan.count <= maxInstances else { return .failure(.tooManyInstances(plan.count)) }
        let rejection = JobVerifier.checkPlan(
            plan.map { (circuit: $0.circuit, logHeight: Int($0.logHeight)) }, publicMessages: PublicTerms.most,
            circuits: program.circuits, parameters: program.parameters)
        return rejection == nil ? .success(plan) : .failure(.tooManyMessages)
    }

    /// `heights` rise and are not empty.
    private static func cut(_ rows: Int, of circuit: RecordedCircuit, heights: [Int]) -> [PlannedInstance] {
        guard let tallest = heights.last else { return [] }
        var logHeights = [Int](repeating: tallest, count: rows >> tallest)
        let rest = rows - (logHeights.count << tallest)
        if rest > 0, let height = heights.first(where: { 1 << $0 >= rest }) { logHeights.append(height) }
        let columns = BlockProgram.committedColumns(circuit)
        return logHeights.map { logHeight in
            let weight = ((columns << logHeight) + 1_023) / 1_024
            return PlannedInstance(
                circuit: circuit.id, logHeight: UInt8(truncatingIfNeeded: logHeight),
                weight: UInt32(truncatingIfNeeded: weight))
        }
    }
}
