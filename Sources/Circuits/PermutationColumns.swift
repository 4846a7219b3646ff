import ProofField
import STARKCore

/// The 164 columns of one Poseidon2 permutation and their constraints: 16 inputs, the states after the first four full
/// rounds (64), the S-box outputs of the partial rounds (20), the states after the last four full rounds (64).
///
/// Soundness: each column after the inputs is asserted equal to a function of columns before it (a cube of a linear
/// form, summed up by M_E in full rounds), so a row's inputs determine all its columns and `output` is the
/// permutation's first half plus the inputs' first half. The layout is that of Plonky3's poseidon2-air without S-box
/// registers.
struct PermutationColumns {
    static let count = 164
    static let width = Poseidon2.width

    /// Sixteen columns.
    let input: [Expression]
    /// (P(x) + x)[0..<8], linear in the columns.
    let output: [Expression]

    init(_ air: inout AIRBuilder) {
        input = air.columns("input", Self.width)
        var state = Self.externalLinear(input)
        state = Self.fullRounds(&air, "initial", Poseidon2Constants.initialFull, state)
        let boxes = air.columns("partial", Poseidon2.partialRounds)
        for (round, box) in boxes.enumerated() {
            let sum = state[0] + Felt(Poseidon2Constants.partial[round])
            air.assertZero(box - sum * sum * sum, "partial[\(round)] is the S-box")
            state[0] = box
            state = Self.internalLinear(state)
        }
        state = Self.fullRounds(&air, "final", Poseidon2Constants.finalFull, state)
        output = (0..<Digest.count).map { [input] in state[$0] + input[$0] }
    }

    /// Four full rounds; returns the columns of the last one.
    private static func fullRounds(
        _ air: inout AIRBuilder, _ name: String, _ constants: [UInt32], _ start: [Expression]
    ) -> [Expression] {
        var state = start
        for round in 0..<4 {
            let columns = air.columns("\(name)\(round)", width)
            let cubes = state.enumerated().map { position, value in
                let sum = value + Felt(constants[width * round + position])
                return sum * sum * sum
            }
            for (position, expected) in externalLinear(cubes).enumerated() {
                air.assertZero(columns[position] - expected, "\(name)\(round)[\(position)] is the full round")
            }
            state = columns
        }
        return state
    }

    /// M_E, as ``Poseidon2/externalLinear(_:)``.
    private static func externalLinear(_ state: [Expression]) -> [Expression] {
        var result = state
        for chunk in stride(from: 0, to: width, by: 4) {
            let (a, b, c, d) = (state[chunk], state[chunk + 1], state[chunk + 2], state[chunk + 3])
            let sum = (a + b) + (c + d)
            result[chunk] = sum + a + (b + b)
            result[chunk + 1] = sum + b + (c + c)
            result[chunk + 2] = sum + c + (d + d)
            result[chunk + 3] = sum + d + (a + a)
        }
        for column in 0..<4 {
            let sum = result[column] + result[column + 4] + result[column + 8] + result[column + 12]
            for chunk in stride(from: 0, to: width, by: 4) { result[chunk + column] += sum }
        }
        return result
    }

    /// M_I = J + diag(V), as ``Poseidon2/internalLinear(_:)``.
    private static func internalLinear(_ state: [Expression]) -> [Expression] {
        let sum = state.dropFirst().reduce(state[0], +)
        return state.enumerated().map { sum + $0.element * Felt(Poseidon2.internalDiagonal[$0.offset]) }
    }
}
