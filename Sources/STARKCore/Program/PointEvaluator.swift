package import ProofField

/// Runs a ``RowProgram`` where the columns are given at a point of the extension field, as the verifier does at zeta.
///
/// An extension value of the program (four base columns) is held as its one combined value: the map
/// `E[Y]/(Y^4 - 3) -> E` that sends Y to the generator of E is a ring homomorphism.
package struct PointEvaluator {
    private let program: RowProgram
    private let constants: [Felt]

    /// Binds the program's constants once for all points.
    package init(program: RowProgram, bindings: RowProgram.Bindings) {
        self.program = program
        constants = program.bind(bindings)
    }

    /// The weighted sum of all asserted values.
    ///
    /// - Parameters:
    ///   - main: the stage-1 columns at the point.
    ///   - stage2: the stage-2 columns of the extension at the point.
    ///   - nextAccumulator: the last stage-2 column at the next point.
    /// Returns nil when a count is not the program's.
    package func assertedSum(main: [Ext], stage2: [Ext], nextAccumulator: Ext) -> Ext? {
        guard main.count == program.mainWidth, stage2.count * Ext.degree == program.stage2Width else { return nil }
        var slots = Array(repeating: Ext.zero, count: program.slotCount)
        for (column, value) in main.enumerated() { slots[column] = value }
        for (column, value) in stage2.enumerated() { slots[program.mainWidth + Ext.degree * column] = value }
        slots[program.mainWidth + program.stage2Width] = nextAccumulator
        var sum = Ext.zero
        for instruction in program.instructions { step(instruction, &slots, &sum) }
        return sum
    }

    private func step(_ instruction: RowProgram.Instruction, _ slots: inout [Ext], _ sum: inout Ext) {
        let (target, a, b) = (Int(instruction.destination), Int(instruction.a), Int(instruction.b))
        switch instruction.opcode {
        case .add, .extAdd, .extAddBase: slots[target] = slots[a] + slots[b]
        case .subtract, .extSubtract: slots[target] = slots[a] - slots[b]
        case .multiply, .extMultiply, .extMultiplyBase: slots[target] = slots[a] * slots[b]
        case .addConstant: slots[target] = slots[a] + Ext(constants[b])
        case .multiplyConstant: slots[target] = slots[a] * constants[b]
        case .subtractFromConstant: slots[target] = Ext(constants[b]) - slots[a]
        case .setConstant: slots[target] = Ext(constants[b])
        case .extAddConstant: slots[target] = slots[a] + extConstant(b)
        case .extMultiplyConstant: slots[target] = slots[a] * extConstant(b)
        case .extSetConstant: slots[target] = extConstant(b)
        case .extMultiplyAccumulate: slots[target] += slots[a] * extConstant(b)
        case .assertZero, .extAssertZero: sum += slots[a] * extConstant(b)
        case .store: break
        }
    }

    private func extConstant(_ offset: Int) -> Ext {
        Ext(constants[offset], constants[offset + 1], constants[offset + 2], constants[offset + 3])
    }
}
