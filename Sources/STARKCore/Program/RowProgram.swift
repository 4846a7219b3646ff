package import ProofField

/// A straight-line program over the columns of one row, in the instruction set of `CKernels.h`.
///
/// Its storage is a file of slots, one field element each; an extension value is four consecutive slots. The first
/// slots are inputs: the stage-1 columns, the stage-2 columns and the accumulator at the next row. Constants and
/// challenges lie in a separate table of words that ``bind(_:)`` fills.
package struct RowProgram: Equatable, Sendable {
    /// Raw values are those of `CK_OP_*`. S is a slot, E four slots, K a constant word, KE four.
    package enum Opcode: UInt16, Sendable, CaseIterable {
        /// `S[dst] = S[a] + S[b]`
        case add = 0
        /// `S[dst] = S[a] - S[b]`
        case subtract = 1
        /// `S[dst] = S[a] * S[b]`
        case multiply = 2
        /// `S[dst] = S[a] + K[b]`
        case addConstant = 3
        /// `S[dst] = S[a] * K[b]`
        case multiplyConstant = 4
        /// `S[dst] = K[b] - S[a]`
        case subtractFromConstant = 5
        /// `S[dst] = K[b]`
        case setConstant = 6
        /// `E[dst] = E[a] + E[b]`
        case extAdd = 7
        /// `E[dst] = E[a] - E[b]`
        case extSubtract = 8
        /// `E[dst] = E[a] * E[b]`
        case extMultiply = 9
        /// `E[dst] = E[a] * S[b]`
        case extMultiplyBase = 10
        /// `E[dst] = E[a] + S[b]`
        case extAddBase = 11
        /// `E[dst] = E[a] + KE[b]`
        case extAddConstant = 12
        /// `E[dst] = E[a] * KE[b]`
        case extMultiplyConstant = 13
        /// `E[dst] = KE[b]`
        case extSetConstant = 14
        /// `E[dst] += S[a] * KE[b]`
        case extMultiplyAccumulate = 15
        /// `sum += S[a] * KE[b]`, `KE[b]` being the constraint's weight.
        case assertZero = 16
        /// `sum += E[a] * KE[b]`
        case extAssertZero = 17
        /// `stored[b] = S[a]`
        case store = 18
    }

    /// One step: what `opcode` does with its operands. Which of them are slots, constant words or store positions
    /// follows from the opcode (`CKernels.h`).
    package struct Instruction: Equatable, Sendable {
        /// What is done.
        package let opcode: Opcode
        /// First slot of the result; unused by assertions and `store`.
        package let destination: UInt16
        /// First slot of the left operand.
        package let a: UInt16
        /// First slot of the right operand, first constant word, or the position that `store` writes.
        package let b: UInt16
    }

    /// What a constant's words hold.
    package enum Constant: Hashable, Sendable {
        /// A base element by canonical value (one word).
        case literal(UInt32)
        /// The constant part of a message's denominator: alpha + beta[0] bus + the constant elements (four words).
        case fingerprint(bus: UInt32, elements: [ConstantElement])
        /// The challenge of tuple element `coordinate` (four words).
        case beta(coordinate: Int)
        /// The weight of a constraint (four words).
        case weight(Int)
        /// S/N, the instance's bus sum over its height (four words).
        case sumShare
        /// Zero of the extension (four words).
        case extZero

        var wordCount: Int {
            if case .literal = self { 1 } else { Ext.degree }
        }
    }

    /// A tuple element with the same value in every row, which goes into the constant part of the denominator.
    package struct ConstantElement: Hashable, Sendable {
        /// Place in the tuple, from 0.
        package let coordinate: Int
        /// Canonical value.
        package let value: UInt32
    }

    /// The values of one evaluation.
    package struct Bindings: Sendable {
        /// alpha and betas of the job.
        package let challenges: BusChallenges
        /// One weight per constraint.
        package let weights: [Ext]
        /// S/N: the instance's bus sum divided by its height.
        package let sumShare: Ext

        package init(challenges: BusChallenges, weights: [Ext], sumShare: Ext) {
            self.challenges = challenges
            self.weights = weights
            self.sumShare = sumShare
        }
    }

    /// In the order of execution.
    package let instructions: [Instruction]
    /// In the order in which they lie in the table of words.
    package let constants: [Constant]
    /// Words of the table that ``bind(_:)`` fills, at most 65,535.
    package let constantWordCount: Int
    /// Slots of the file, inputs included, at most 65,535.
    package let slotCount: Int
    /// Stage-1 columns: the first input slots.
    package let mainWidth: Int
    /// Stage-2 base columns: the input slots behind them, four for each extension column.
    package let stage2Width: Int
    /// Stage-2 base columns read at the next row, in slot order.
    package let nextStage2Columns: [Int]
    /// Words that `store` writes for each row; 0 for a program of constraints.
    package let storeWidth: Int

    /// The table of constant words, for ``instructions`` to index.
    package func bind(_ bindings: Bindings) -> [Felt] {
        var words: [Felt] = []
        words.reserveCapacity(constantWordCount)
        for constant in constants {
            switch constant {
            case .literal(let value): words.append(Felt(value))
            case .fingerprint(let bus, let elements):
                words.append(contentsOf: bindings.challenges.base(bus: bus, elements: elements).coefficients)
            case .beta(let coordinate):
                words.append(contentsOf: bindings.challenges.beta(coordinate: coordinate).coefficients)
            case .weight(let ordinal):
                let weight = ordinal < bindings.weights.count ? bindings.weights[ordinal] : .zero
                words.append(contentsOf: weight.coefficients)
            case .sumShare: words.append(contentsOf: bindings.sumShare.coefficients)
            case .extZero: words.append(contentsOf: Ext.zero.coefficients)
            }
        }
        return words
    }
}
