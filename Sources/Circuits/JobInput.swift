package import AccountTree
package import ChainTypes
import ProofField

/// Everything a prover needs for a job. It travels to the prover's process; ``validated(program:)`` says whether the
/// parts belong together.
package struct JobInput: Hashable, Sendable {
    /// What is to be proven.
    package var statement: JobStatement
    /// Instances in order, as the planner cuts them.
    package var plan: [PlannedInstance]
    /// The operations of all the job's blocks, in order; as many as the statement's `operationCount`.
    package var operations: [AccountOperation]
    /// Touched leaves and siblings at the root `statement.before`.
    package var witness: BlockWitness

    package init(
        statement: JobStatement, plan: [PlannedInstance], operations: [AccountOperation], witness: BlockWitness
    ) {
        self.statement = statement
        self.plan = plan
        self.operations = operations
        self.witness = witness
    }
}

/// Why the parts of a job's input do not belong together.
package enum JobInputRejection: Error, Hashable, Sendable {
    case programMismatch
    case operationCountMismatch
    case operationsRootMismatch
    case operationsDigestMismatch
    /// The witness is not about exactly the touched leaves, or lacks siblings.
    case witnessMismatch
    case beforeRootMismatch
    case operation(OperationRejection)
    case afterRootMismatch
    case plan(PlanRejection)
    /// Not the plan that follows from the operations.
    case planMismatch
}

/// A job's input whose statement was recomputed from operations and witness: what traces are made from.
package struct ValidatedJob: Sendable {
    /// What was validated.
    package let input: JobInput
    let program: BlockProgram
    let operationsTree: OperationsTree
    let before: TouchedTree
    let after: TouchedTree
}

extension JobInput {
    /// Recomputes the statement: the operations' digest, the root before from the witness, the root after from applying
    /// the operations, and the plan. Cost: a permutation per row of `TreeHash`.
    package func validated(program: BlockProgram) -> Result<ValidatedJob, JobInputRejection> {
        do throws(JobInputRejection) {
            return .success(try validate(program))
        } catch {
            return .failure(error)
        }
    }

    private func validate(_ program: BlockProgram) throws(JobInputRejection) -> ValidatedJob {
        guard statement.programHash == program.programHash else { throw .programMismatch }
        guard Int(statement.operationCount) == operations.count else { throw .operationCountMismatch }
        try checkPlan(program)
        let operationsTree = OperationsTree(operations)
        guard operationsTree.root == statement.operationsRoot else { throw .operationsRootMismatch }
        guard operationsTree.digest == statement.operationsDigest else { throw .operationsDigestMismatch }

        let touched = TouchedNodes(leaves: operations.map(\.index))
        guard touched.leaves == witness.leaves.map(\.index), let before = witness.treeBefore() else {
            throw .witnessMismatch
        }
        guard before.root == statement.before else { throw .beforeRootMismatch }
        let accountsAfter: [Account?]
        do { accountsAfter = try witness.accounts(after: operations) } catch { throw .operation(error) }
        guard let after = witness.tree(with: accountsAfter) else { throw .witnessMismatch }
        guard after.root == statement.after else { throw .afterRootMismatch }
        return ValidatedJob(
            input: self, program: program, operationsTree: operationsTree, before: before, after: after)
    }

    /// The plan must be the planner's for the tallest instance it has. A larger limit would give the same plan unless
    /// more rows fitted into one instance, which the equality shows.
    private func checkPlan(_ program: BlockProgram) throws(JobInputRejection) {
        let tallest = plan.reduce(0) { max($0, $1.logHeight) }
        switch Planner(program: program, maxInstanceLogHeight: tallest).plan(operations) {
        case .failure(let rejection): throw .plan(rejection)
        case .success(let expected): if plan != expected { throw .planMismatch }
        }
    }
}
