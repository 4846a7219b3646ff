import ProofField

/// Compiles graph nodes into a ``RowProgram``: each node once, registers reused after the last use.
struct ProgramCompiler {
    private typealias Opcode = RowProgram.Opcode

    private let nodes: [ExpressionGraph.Node]
    private let mainWidth: Int
    private let stage2Width: Int
    private let nextColumns: [Int]
    private var instructions: [RowProgram.Instruction] = []
    private var constants: [RowProgram.Constant] = []
    private var constantOffsets: [RowProgram.Constant: Int] = [:]
    private var constantWordCount = 0
    private var slotCount: Int
    private var freeSlots: [Int] = []
    private var freeExtSlots: [Int] = []
    private var slots: [Int?]
    private var uses: [Int]
    private var storeWidth = 0

    private init(nodes: [ExpressionGraph.Node], mainWidth: Int, stage2Width: Int, nextColumns: [Int], outputs: [Int]) {
        self.nodes = nodes
        self.mainWidth = mainWidth
        self.stage2Width = stage2Width
        self.nextColumns = nextColumns
        slotCount = mainWidth + stage2Width + nextColumns.count
        slots = Array(repeating: nil, count: nodes.count)
        uses = Self.countUses(nodes: nodes, outputs: outputs)
    }

    /// All constraints of a circuit over stage 1 and stage 2.
    static func constraints(
        nodes: [ExpressionGraph.Node], columnCount: Int, constraints: [RecordedConstraint], messages: [BusMessage]
    ) throws(RecordingError) -> RowProgram {
        let stage2Width = Ext.degree * ((messages.count + 1) / 2)
        let accumulator = stage2Width - Ext.degree
        var compiler = ProgramCompiler(
            nodes: nodes, mainWidth: columnCount, stage2Width: stage2Width,
            nextColumns: Array(accumulator..<stage2Width), outputs: constraints.map(\.node) + outputs(of: messages))
        for (ordinal, constraint) in constraints.enumerated() {
            let slot = compiler.evaluate(constraint.node)
            compiler.emit(.assertZero, 0, slot, compiler.constant(.weight(ordinal)))
            compiler.release(constraint.node)
        }
        let pairs = stride(from: 0, to: messages.count, by: 2)
        for (pair, first) in pairs.enumerated() {
            let (numerator, denominator) = compiler.fraction(messages[first..<min(first + 2, messages.count)])
            compiler.assertFraction(
                pair: pair, pairCount: stage2Width / Ext.degree, numerator: numerator, denominator: denominator,
                ordinal: constraints.count + pair)
            compiler.freeExtSlots += [numerator, denominator]
        }
        return try compiler.finish()
    }

    /// Stores, per pair of messages, four words of numerator and four of denominator.
    static func messages(
        nodes: [ExpressionGraph.Node], columnCount: Int, messages: [BusMessage]
    ) throws(RecordingError) -> RowProgram {
        var compiler = ProgramCompiler(
            nodes: nodes, mainWidth: columnCount, stage2Width: 0, nextColumns: [], outputs: outputs(of: messages))
        for first in stride(from: 0, to: messages.count, by: 2) {
            let (numerator, denominator) = compiler.fraction(messages[first..<min(first + 2, messages.count)])
            for base in [numerator, denominator] {
                for word in 0..<Ext.degree {
                    compiler.emit(.store, 0, base + word, compiler.storeWidth)
                    compiler.storeWidth += 1
                }
            }
            compiler.freeExtSlots += [numerator, denominator]
        }
        return try compiler.finish()
    }

    private func finish() throws(RecordingError) -> RowProgram {
        let limit = Int(UInt16.max)
        guard slotCount <= limit, constantWordCount <= limit else { throw .programTooLarge }
        return RowProgram(
            instructions: instructions, constants: constants, constantWordCount: constantWordCount,
            slotCount: slotCount, mainWidth: mainWidth, stage2Width: stage2Width, nextStage2Columns: nextColumns,
            storeWidth: storeWidth)
    }

    // MARK: stage 2

    /// Numerator and denominator (extension slots) of the sum of one or two messages' fractions.
    private mutating func fraction(_ pair: ArraySlice<BusMessage>) -> (numerator: Int, denominator: Int) {
        var parts: [(multiplicity: Int, denominator: Int)] = []
        for message in pair {
            parts.append((evaluate(message.multiplicity), denominator(of: message)))
        }
        defer { for message in pair { release(message.multiplicity) } }
        let numerator = takeExtSlot()
        guard parts.count == 2 else {
            emit(.extSetConstant, numerator, 0, constant(.extZero))
            emit(.extAddBase, numerator, numerator, parts[0].multiplicity)
            return (numerator, parts[0].denominator)
        }
        let scratch = takeExtSlot()
        emit(.extMultiplyBase, numerator, parts[1].denominator, parts[0].multiplicity)
        emit(.extMultiplyBase, scratch, parts[0].denominator, parts[1].multiplicity)
        emit(.extAdd, numerator, numerator, scratch)
        emit(.extMultiply, parts[0].denominator, parts[0].denominator, parts[1].denominator)
        freeExtSlots += [scratch, parts[1].denominator]
        return (numerator, parts[0].denominator)
    }

    /// alpha + beta[0] bus + sum of beta[1 + j] tuple[j], constants gathered into the start value.
    private mutating func denominator(of message: BusMessage) -> Int {
        var fixed: [RowProgram.ConstantElement] = []
        for (coordinate, node) in message.tuple.enumerated() {
            if case .constant(let value) = nodes[node] {
                fixed.append(RowProgram.ConstantElement(coordinate: coordinate, value: value))
            }
        }
        let slot = takeExtSlot()
        emit(.extSetConstant, slot, 0, constant(.fingerprint(bus: message.bus.id, elements: fixed)))
        for (coordinate, node) in message.tuple.enumerated() {
            if case .constant = nodes[node] { continue }
            let element = evaluate(node)
            emit(.extMultiplyAccumulate, slot, element, constant(.beta(coordinate: coordinate)))
            release(node)
        }
        return slot
    }

    private mutating func assertFraction(
        pair: Int, pairCount: Int, numerator: Int, denominator: Int, ordinal: Int
    ) {
        func column(_ pair: Int) -> Int { mainWidth + Ext.degree * pair }
        let value = takeExtSlot()
        if pair + 1 < pairCount {
            emit(.extMultiply, value, column(pair), denominator)
        } else {
            emit(.extSubtract, value, mainWidth + stage2Width, column(pair))
            for other in 0..<pair { emit(.extSubtract, value, value, column(other)) }
            emit(.extAddConstant, value, value, constant(.sumShare))
            emit(.extMultiply, value, value, denominator)
        }
        emit(.extSubtract, value, value, numerator)
        emit(.extAssertZero, 0, value, constant(.weight(ordinal)))
        freeExtSlots.append(value)
    }

    // MARK: base-field nodes

    private mutating func evaluate(_ node: Int) -> Int {
        if let slot = slots[node] { return slot }
        let slot: Int
        switch nodes[node] {
        case .column(let column):
            return column
        case .constant(let value):
            slot = takeSlot()
            emit(.setConstant, slot, 0, constant(.literal(value)))
        case .operation(let operation, let a, let b):
            slot = evaluate(operation, a, b)
        }
        slots[node] = slot
        return slot
    }

    private mutating func evaluate(_ operation: ExpressionGraph.Operation, _ a: Int, _ b: Int) -> Int {
        switch (operation, nodes[a], nodes[b]) {
        case (.add, .constant(let value), _): return withConstant(.addConstant, b, value)
        case (.add, _, .constant(let value)): return withConstant(.addConstant, a, value)
        case (.multiply, .constant(let value), _): return withConstant(.multiplyConstant, b, value)
        case (.multiply, _, .constant(let value)): return withConstant(.multiplyConstant, a, value)
        case (.subtract, .constant(let value), _): return withConstant(.subtractFromConstant, b, value)
        case (.subtract, _, .constant(let value)):
            return withConstant(.addConstant, a, (-Felt(value)).canonical)
        default:
            let (left, right) = (evaluate(a), evaluate(b))
            release(a)
            release(b)
            let slot = takeSlot()
            emit(opcode(operation), slot, left, right)
            return slot
        }
    }

    private mutating func withConstant(_ opcode: Opcode, _ operand: Int, _ value: UInt32) -> Int {
        let source = evaluate(operand)
        release(operand)
        let slot = takeSlot()
        emit(opcode, slot, source, constant(.literal(value)))
        return slot
    }

    private func opcode(_ operation: ExpressionGraph.Operation) -> Opcode {
        switch operation {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        }
    }

    // MARK: resources

    private mutating func emit(_ opcode: Opcode, _ destination: Int, _ a: Int, _ b: Int) {
        instructions.append(
            RowProgram.Instruction(
                opcode: opcode, destination: UInt16(truncatingIfNeeded: destination),
                a: UInt16(truncatingIfNeeded: a), b: UInt16(truncatingIfNeeded: b)))
    }

    private mutating func constant(_ constant: RowProgram.Constant) -> Int {
        if let offset = constantOffsets[constant] { return offset }
        let offset = constantWordCount
        constantOffsets[constant] = offset
        constants.append(constant)
        constantWordCount += constant.wordCount
        return offset
    }

    private mutating func takeSlot() -> Int {
        if let slot = freeSlots.popLast() { return slot }
        defer { slotCount += 1 }
        return slotCount
    }

    private mutating func takeExtSlot() -> Int {
        if let slot = freeExtSlots.popLast() { return slot }
        defer { slotCount += Ext.degree }
        return slotCount
    }

    /// One use of the node is done; after the last one its register is free.
    private mutating func release(_ node: Int) {
        uses[node] -= 1
        guard uses[node] == 0, let slot = slots[node] else { return }
        slots[node] = nil
        freeSlots.append(slot)
    }

    private static func outputs(of messages: [BusMessage]) -> [Int] {
        messages.flatMap { $0.tuple + [$0.multiplicity] }
    }

    /// Uses of every node by the outputs and by the operations they need.
    private static func countUses(nodes: [ExpressionGraph.Node], outputs: [Int]) -> [Int] {
        var uses = Array(repeating: 0, count: nodes.count)
        for output in outputs { uses[output] += 1 }
        for number in nodes.indices.reversed() where uses[number] > 0 {
            if case .operation(_, let a, let b) = nodes[number] {
                uses[a] += 1
                uses[b] += 1
            }
        }
        return uses
    }
}
