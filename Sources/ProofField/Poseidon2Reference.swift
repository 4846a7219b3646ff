/// The readable permutation: the oracle of the kernels, and the source of round-by-round values for trace
/// generation and constraints.
extension Poseidon2 {
    /// The permutation, written as in ePrint 2023/323, section 5.
    package static func referencePermute(_ state: inout Poseidon2State) {
        externalLinear(&state)
        for round in 0..<4 { fullRound(&state, constants: Poseidon2Constants.initialFull, round: round) }
        for round in 0..<partialRounds { partialRound(&state, round: round) }
        for round in 0..<4 { fullRound(&state, constants: Poseidon2Constants.finalFull, round: round) }
    }

    /// Adds 16 constants, cubes every element, applies M_E. `constants` holds four rounds, `round` is in 0..<4.
    package static func fullRound(_ state: inout Poseidon2State, constants: [UInt32], round: Int) {
        for index in 0..<width { state[index] = cube(state[index] + Felt(constants[width * round + index])) }
        externalLinear(&state)
    }

    /// Adds a constant to element 0, cubes it, applies M_I. `round` is in 0..<20.
    package static func partialRound(_ state: inout Poseidon2State, round: Int) {
        state[0] = cube(state[0] + Felt(Poseidon2Constants.partial[round]))
        internalLinear(&state)
    }

    /// The S-box: x^3, a permutation since 3 does not divide p - 1.
    package static func cube(_ value: Felt) -> Felt { value * value * value }

    /// M_E = circ(2 M4, M4, M4, M4), M4 = [[2,3,1,1],[1,2,3,1],[1,1,2,3],[3,1,1,2]].
    package static func externalLinear(_ state: inout Poseidon2State) {
        for chunk in stride(from: 0, to: width, by: 4) {
            let (a, b, c, d) = (state[chunk], state[chunk + 1], state[chunk + 2], state[chunk + 3])
            let sum = a + b + c + d
            state[chunk] = sum + a + b + b
            state[chunk + 1] = sum + b + c + c
            state[chunk + 2] = sum + c + d + d
            state[chunk + 3] = sum + d + a + a
        }
        for column in 0..<4 {
            let sum = state[column] + state[column + 4] + state[column + 8] + state[column + 12]
            for chunk in stride(from: 0, to: width, by: 4) { state[chunk + column] += sum }
        }
    }

    /// M_I = J + diag(V): y_i = sum of all + V_i x_i.
    package static func internalLinear(_ state: inout Poseidon2State) {
        var sum = Felt.zero
        for index in 0..<width { sum += state[index] }
        for index in 0..<width { state[index] = sum + state[index] * Felt(internalDiagonal[index]) }
    }

    /// V = [-2, 1, 2, 1/2, 3, 4, -1/2, -3, -4, 1/2^8, 1/8, 1/2^24, -1/2^8, -1/8, -1/16, -1/2^24], canonical.
    package static let internalDiagonal: [UInt32] = [
        2_130_706_431, 1, 2, 1_065_353_217, 3, 4, 1_065_353_216, 2_130_706_430,
        2_130_706_429, 2_122_383_361, 1_864_368_129, 2_130_706_306, 8_323_072, 266_338_304, 133_169_152, 127,
    ]
}
