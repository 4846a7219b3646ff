package import ProofField
package import STARKCore

/// The circuits of a block's proof, recorded, with the parameters they are proven under.
package struct BlockProgram: Sendable {
    /// Nodes of the three trees, one permutation a row.
    package let treeHash: RecordedCircuit
    /// Operations and closings of accounts, one a row.
    package let accounts: RecordedCircuit
    /// Both, `treeHash` first: the order of the program's hash.
    package let circuits: CircuitSet
    /// Rate, queries, work and heights that proofs are made with.
    package let parameters: ProofParameters
    /// The verifying key: digest of parameters, hash family and both circuits with all their constraints.
    package let programHash: Digest

    /// Throws only if a circuit breaks the rules of recording, which tests exclude.
    package init(parameters: ProofParameters) throws(RecordingError) {
        treeHash = try RecordedCircuit(TreeHash())
        accounts = try RecordedCircuit(Accounts())
        circuits = try CircuitSet([treeHash, accounts])
        self.parameters = parameters
        programHash = circuits.programHash(parameters: parameters)
    }

    /// Columns that proving one row of the circuit commits to: stage 1, stage 2 and quotient.
    static func committedColumns(_ circuit: RecordedCircuit) -> Int {
        circuit.columnCount + circuit.stage2Width + Ext.degree * ProofShape.quotientChunkCount
    }
}
