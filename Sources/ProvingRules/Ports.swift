package import ByteCodec
package import ChainTypes
package import ProofField

/// What a job over a run of blocks proves, and with which instances.
package struct PreparedJob: Hashable, Sendable {
    /// Account operations of the run, at least 1.
    package var operationCount: UInt32
    /// H(domain, count, operationsRoot).
    package var operationsDigest: Bytes32
    /// Root of the operations tree.
    package var operationsRoot: Digest
    /// Instances in order, within the genesis's limits.
    package var plan: [PlannedInstance]

    package init(
        operationCount: UInt32, operationsDigest: Bytes32, operationsRoot: Digest, plan: [PlannedInstance]
    ) {
        self.operationCount = operationCount
        self.operationsDigest = operationsDigest
        self.operationsRoot = operationsRoot
        self.plan = plan
    }
}

/// What operations ask of one job, as far as its plan depends on it.
package struct OperationLoad: Hashable, Sendable {
    /// Account operations.
    package var operations: Int
    /// Nodes of the account tree above the touched leaves, leaves included.
    package var touchedNodes: Int
    /// Distinct leaves that are touched.
    package var touchedAccounts: Int

    package init(operations: Int, touchedNodes: Int, touchedAccounts: Int) {
        self.operations = operations
        self.touchedNodes = touchedNodes
        self.touchedAccounts = touchedAccounts
    }
}

/// Counts and plans: from the operations of blocks to the instances that prove them. Every node must answer alike.
package protocol JobPreparing {
    /// Digest of the circuit set and its parameters.
    var programHash: Digest { get }
    /// Nil when no plan within the limits covers the blocks; fewer blocks are tried then.
    func prepare(firstHeight: UInt64, lastHeight: UInt64) -> PreparedJob?
    /// A part of one block: the operations at these places of its list.
    func prepare(height: UInt64, operations: Range<UInt32>) -> PreparedJob?
    /// Whether one job's plan within the limits can hold the load; with a smaller load it can, too.
    func fits(_ load: OperationLoad) -> Bool
}

/// Why a partial proof is refused.
package enum ProofRefusal: Error, Hashable, Sendable {
    /// No proof of this circuit and height.
    case malformed
    /// Above `maxProofBytes`.
    case tooLarge
    /// It opens another stage-1 root.
    case wrongRoot
    /// It is well-formed and does not verify.
    case unsound
}

/// Checks proofs. Implementations are total: no bytes make them trap.
package protocol ProofVerifying: Sendable {
    /// The global challenge over the ordered stage-1 roots of all instances.
    func challenge(statement: JobStatement, plan: [PlannedInstance], roots: [Digest]) -> Digest
    /// The bus sum that a valid partial proof of `instance` exposes. `instance` lies inside plan and roots.
    func verifyPartial(
        statement: JobStatement, plan: [PlannedInstance], roots: [Digest], challenge: Digest, instance: Int,
        operatorKey: Address, proof: [UInt8]
    ) -> Result<Ext, ProofRefusal>
    /// Whether the bus sums of all instances and the public contributions add to zero.
    func isBalanced(statement: JobStatement, challenge: Digest, sums: [Ext]) -> Bool
    /// Whether the operations of the parts, one after the other, are those of the block, by their counts and roots.
    func joins(_ parts: [JobStatement], into block: JobStatement) -> Bool
    /// Largest size in bytes of a valid partial proof of the instance.
    func maxProofBytes(_ instance: PlannedInstance) -> Int
}
