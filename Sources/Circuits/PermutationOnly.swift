package import ProofField
package import STARKCore

/// One Poseidon2 permutation a row and nothing else: what provers publish benchmarks of. No block uses it.
///
/// Its one message has multiplicity 0, since every circuit has a bus: one stage-2 column beside the 164.
package struct PermutationOnly: Circuit {
    /// Name in reports.
    package let name = "Permutation"
    /// That of `TreeHash` in a chain's program: the two stand in no program together.
    package let id: UInt32 = 1

    package init() {}

    /// Records the permutation's columns and constraints, and the message of multiplicity 0.
    package func describe(_ air: inout AIRBuilder) {
        let permutation = PermutationColumns(&air)
        air.send(Bus(id: 1, name: "NONE", width: 1), [permutation.input[0]], times: 0, "nothing")
    }
}

/// Traces to measure with, all rows in use, of pseudorandom permutations.
package enum BenchmarkTrace {
    /// 2^logHeight rows of ``PermutationOnly``.
    package static func permutations(logHeight: Int) -> FeltMatrix {
        let matrix = FeltMatrix(rows: 1 << logHeight, width: PermutationColumns.count)
        fill(matrix)
        return matrix
    }

    /// 2^logHeight rows of ``TreeHash``: leaves of the operations' tree, which satisfy all constraints. The buses do
    /// not balance, which no single instance's proof says anything about.
    package static func treeHash(logHeight: Int) -> FeltMatrix {
        let matrix = FeltMatrix(rows: 1 << logHeight, width: TreeHash.Column.count)
        fill(matrix)
        let inverse = (-Felt.one).inverse
        for row in 0..<matrix.rows {
            matrix[row, TreeHash.Column.isOps] = .one
            matrix[row, TreeHash.Column.level] = Felt(UInt32(BlockBuses.halfLevel - 1))
            matrix[row, TreeHash.Column.index] = Felt(UInt32(truncatingIfNeeded: row))
            matrix[row, TreeHash.Column.levelInverse] = inverse
        }
        return matrix
    }

    private static func fill(_ matrix: FeltMatrix) {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        for row in 0..<matrix.rows {
            for column in 0..<PermutationColumns.width {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                matrix[row, column] = Felt(UInt32(truncatingIfNeeded: state >> 33))
            }
        }
        PermutationTrace.complete(matrix, 0..<matrix.rows)
    }
}
