package import ProofField

/// A straight-line program over the columns of one row, in the instruction set of `CKernels.h`.
///
/// Its storage is a file of slots, one field element each; an extension value is four consecutive slots. The first
/// slots are inputs: the stage-1 columns, the stage-2 columns and the accumulator at the next row. Constants and
/// challenges lie in a separate table of words that ``bind(_:)`` fills.
package struct RowProgram: Equatable, Sendable {
    /// Raw values are those of `CK_OP_*`. S is a slot, E four slots, K a constant word, KE four.
    package enum Opcode: UInt16, Sendable, CaseIterable {
        case add = 0
        case subtract = 1
        case multiply = 2
        case addConstant = 3
        case multiplyConstant = 4
        case subtractFromConstant = 5
        case setConstant = 6
        case extAdd = 7
        case extSubtract = 8
        case extMultiply = 9
        case extMultiplyBase = 10
        case extAddBase = 11
        case extAddConstant = 12
        case extMultiplyConstant = 13
        case extSetConstant = 14
        /// `E[dst] += S[a] * KE[b]`
        case extMultiplyAccumulate = 15
        case assertZero = 16
        case extAssertZero = 17
        case store = 18
    }

    package struct Instruction: Equatable, Sendable {
        package let opcode: Opcode
        package let destination: UInt16
        package let a: UInt16
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

    package struct ConstantElement: Hashable, Sendable {
        package let coordinate: Int
        package let value: UInt32
    }

    /// The values of one evaluation.
    package struct Bindings: Sendable {
        package let challenges: BusChallenges
        /// One weight per constraint.
        package let weights: [Ext]
        package let sumShare: Ext

        package init(challenges: BusChallenges, weights: [Ext], sumShare: Ext) {
            self.challenges = challenges
            self.weights = weights
            self.sumShare = sumShare
        }
    }

    package let instructions: [Instruction]
    package let constants: [Constant]
    package let constantWordCount: Int
    package let slotCount: Int
    package let mainWidth: Int
    package let stage2Width: Int
    /// Stage-2 base columns read at the next row, in slot order.
    package let nextStage2Columns: [Int]
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
