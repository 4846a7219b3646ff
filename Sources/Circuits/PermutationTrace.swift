import ProofField

/// Fills the columns of ``PermutationColumns``. A value holds the constants in the field's form.
struct PermutationTrace {
    private let initialConstants = Poseidon2Constants.initialFull.map { Felt($0) }
    private let partialConstants = Poseidon2Constants.partial.map { Felt($0) }
    private let finalConstants = Poseidon2Constants.finalFull.map { Felt($0) }
    private let diagonal = Poseidon2.internalDiagonal.map { Felt($0) }

    /// Writes the 164 columns of the permutation of `left` | `right` into a row of `matrix`.
    func write(_ left: Digest, _ right: Digest, into matrix: FeltMatrix, row: Int) {
        var state = Poseidon2State(repeating: .zero)
        for position in 0..<Digest.count {
            state[position] = left[position]
            state[Digest.count + position] = right[position]
        }
        var column = 0
        store(state, into: matrix, row: row, column: &column)
        Poseidon2.externalLinear(&state)
        fullRounds(&state, initialConstants, into: matrix, row: row, column: &column)
        for (round, constant) in partialConstants.enumerated() {
            state[0] = cube(state[0] + constant)
            matrix[row, column + round] = state[0]
            internalLinear(&state)
        }
        column += Poseidon2.partialRounds
        fullRounds(&state, finalConstants, into: matrix, row: row, column: &column)
    }

    /// Four full rounds, the state stored after each.
    private func fullRounds(
        _ state: inout Poseidon2State, _ constants: [Felt], into matrix: FeltMatrix, row: Int, column: inout Int
    ) {
        for start in stride(from: 0, to: constants.count, by: Poseidon2.width) {
            for position in 0..<Poseidon2.width {
                state[position] = cube(state[position] + constants[start + position])
            }
            Poseidon2.externalLinear(&state)
            store(state, into: matrix, row: row, column: &column)
        }
    }

    /// ``Poseidon2/internalLinear(_:)`` without conversions.
    private func internalLinear(_ state: inout Poseidon2State) {
        var sum = Felt.zero
        for position in 0..<Poseidon2.width { sum += state[position] }
        for position in 0..<Poseidon2.width { state[position] = sum + state[position] * diagonal[position] }
    }

    private func cube(_ value: Felt) -> Felt { value.squared * value }

    private func store(_ state: Poseidon2State, into matrix: FeltMatrix, row: Int, column: inout Int) {
        for position in 0..<Poseidon2.width { matrix[row, column + position] = state[position] }
        column += Poseidon2.width
    }
}
