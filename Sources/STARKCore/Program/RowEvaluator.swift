package import ProofField

/// Runs a ``RowProgram`` on one row of base-field values: the readable reference of the kernel, and the debug
/// checker's way to see each constraint on its own.
package struct RowEvaluator {
    /// What the program produced on a row.
    package struct Outcome: Equatable, Sendable {
        /// Asserted values in order, unweighted.
        package var asserted: [Ext] = []
        /// Their weighted sum.
        package var weightedSum: Ext = .zero
        /// What `store` wrote: `storeWidth` elements, by position.
        package var stored: [Felt] = []
    }

    private let program: RowProgram
    private let constants: [Felt]

    /// Binds the program's constants once for all rows.
    package init(program: RowProgram, bindings: RowProgram.Bindings) {
        self.program = program
        constants = program.bind(bindings)
    }

    /// Evaluates the program where the input slots hold `inputs`: stage-1 columns, stage-2 base columns, the
    /// accumulator's four columns at the next row. Missing inputs read as zero.
    package func evaluate(_ inputs: [Felt]) -> Outcome {
        var slots = Array(repeating: Felt.zero, count: program.slotCount)
        for (slot, value) in inputs.prefix(program.slotCount).enumerated() { slots[slot] = value }
        var outcome = Outcome()
        outcome.stored = Array(repeating: .zero, count: program.storeWidth)
        for instruction in program.instructions { step(instruction, &slots, &outcome) }
        return outcome
    }

    private func step(_ instruction: RowProgram.Instruction, _ slots: inout [Felt], _ outcome: inout Outcome) {
        let (target, a, b) = (Int(instruction.destination), Int(instruction.a), Int(instruction.b))
        switch instruction.opcode {
        case .add: slots[target] = slots[a] + slots[b]
        case .subtract: slots[target] = slots[a] - slots[b]
        case .multiply: slots[target] = slots[a] * slots[b]
        case .addConstant: slots[target] = slots[a] + constants[b]
        case .multiplyConstant: slots[target] = slots[a] * constants[b]
        case .subtractFromConstant: slots[target] = constants[b] - slots[a]
        case .setConstant: slots[target] = constants[b]
        case .extAdd: set(target, ext(slots, a) + ext(slots, b), &slots)
        case .extSubtract: set(target, ext(slots, a) - ext(slots, b), &slots)
        case .extMultiply: set(target, ext(slots, a) * ext(slots, b), &slots)
        case .extMultiplyBase: set(target, ext(slots, a) * slots[b], &slots)
        case .extAddBase: set(target, ext(slots, a) + Ext(slots[b]), &slots)
        case .extAddConstant: set(target, ext(slots, a) + ext(constants, b), &slots)
        case .extMultiplyConstant: set(target, ext(slots, a) * ext(constants, b), &slots)
        case .extSetConstant: set(target, ext(constants, b), &slots)
        case .extMultiplyAccumulate: set(target, ext(slots, target) + ext(constants, b) * slots[a], &slots)
        case .assertZero: record(Ext(slots[a]), weight: ext(constants, b), &outcome)
        case .extAssertZero: record(ext(slots, a), weight: ext(constants, b), &outcome)
        case .store: outcome.stored[b] = slots[a]
        }
    }

    private func record(_ value: Ext, weight: Ext, _ outcome: inout Outcome) {
        outcome.asserted.append(value)
        outcome.weightedSum += value * weight
    }

    private func ext(_ words: [Felt], _ offset: Int) -> Ext {
        Ext(words[offset], words[offset + 1], words[offset + 2], words[offset + 3])
    }

    private func set(_ offset: Int, _ value: Ext, _ slots: inout [Felt]) {
        for (word, coefficient) in value.coefficients.enumerated() { slots[offset + word] = coefficient }
    }
}
