import CKernels
import ProofField
import SeededRandom
import Testing

/// A reading of the operations' definitions in CKernels.h, one row at a time.
private struct ReferenceMachine {
    var slots: [Felt]
    var out = Ext.zero
    var stored: [Int: Felt] = [:]

    private func ext(_ first: UInt16) -> Ext {
        Ext(slots[Int(first)], slots[Int(first) + 1], slots[Int(first) + 2], slots[Int(first) + 3])
    }

    private mutating func set(_ first: UInt16, _ value: Ext) {
        for (index, coefficient) in value.coefficients.enumerated() { slots[Int(first) + index] = coefficient }
    }

    mutating func run(_ instruction: ck_instr, constants: [Felt]) {
        let (d, i, j) = (instruction.dst, Int(instruction.a), Int(instruction.b))
        func k() -> Felt { constants[j] }
        func ke() -> Ext { Ext(constants[j], constants[j + 1], constants[j + 2], constants[j + 3]) }
        switch Int(instruction.op) {
        case CK_OP_ADD: slots[Int(d)] = slots[i] + slots[j]
        case CK_OP_SUB: slots[Int(d)] = slots[i] - slots[j]
        case CK_OP_MUL: slots[Int(d)] = slots[i] * slots[j]
        case CK_OP_ADDK: slots[Int(d)] = slots[i] + k()
        case CK_OP_MULK: slots[Int(d)] = slots[i] * k()
        case CK_OP_KSUB: slots[Int(d)] = k() - slots[i]
        case CK_OP_SETK: slots[Int(d)] = k()
        case CK_OP_EADD: set(d, ext(instruction.a) + ext(instruction.b))
        case CK_OP_ESUB: set(d, ext(instruction.a) - ext(instruction.b))
        case CK_OP_EMUL: set(d, ext(instruction.a) * ext(instruction.b))
        case CK_OP_EMULB: set(d, ext(instruction.a) * slots[j])
        case CK_OP_EADDB: set(d, ext(instruction.a) + slots[j])
        case CK_OP_EADDK: set(d, ext(instruction.a) + ke())
        case CK_OP_EMULK: set(d, ext(instruction.a) * ke())
        case CK_OP_ESETK: set(d, ke())
        case CK_OP_EMAC: set(d, ext(d) + ke() * slots[i])
        case CK_OP_ASSERT: out += ke() * slots[i]
        case CK_OP_EASSERT: out += ext(instruction.a) * ke()
        case CK_OP_STORE: stored[j] = slots[i]
        default: Issue.record("unknown operation \(instruction.op)")
        }
    }
}

extension KernelTests {
    private static let slotCount = 80
    private static let constantCount = 40

    /// Random instructions: every operation occurs, destinations are temporaries or exactly a source.
    private static func program(inputs: Int, length: Int, random: inout SplitMix64) -> [ck_instr] {
        (0..<length).map { index in
            // Runs of assertions are evaluated in groups, so make some.
            let op = index % 50 < CK_OP_COUNT ? index % 50 : index % 50 < 28 ? CK_OP_ASSERT : Int(random.next() % 19)
            let block = UInt16(inputs + 4 * Int(random.next() % UInt64((slotCount - inputs) / 4)))
            let isExt = (CK_OP_EADD...CK_OP_EMAC).contains(op) || op == CK_OP_EASSERT
            let a =
                isExt && op != CK_OP_EMAC
                ? UInt16(inputs + 4 * Int(random.next() % 8)) : UInt16(random.next() % UInt64(slotCount))
            let b = UInt16(random.next() % UInt64(constantCount - 3))
            let bExt = UInt16(inputs + 4 * Int(random.next() % 8))
            let twoExts = [CK_OP_EADD, CK_OP_ESUB, CK_OP_EMUL].contains(op)
            let second = op == CK_OP_STORE ? b % 6 : twoExts ? bExt : b
            let writes = op < CK_OP_ASSERT
            return ck_instr(op: UInt16(op), dst: writes ? block : 0, a: a, b: second)
        }
    }

    /// Row counts around the block of 128, ranges that do not begin at zero.
    @Test(arguments: levels, [(1, 0), (128, 0), (130, 0), (300, 37)])
    func programsAgree(level: Int32, range: (rows: Int, begin: Int)) throws {
        var random = SplitMix64(seed: 150)
        let widths = [21, 8, 3]
        let matrices = widths.map { Self.matrix(rows: range.rows, width: $0, stride: $0 + 2, seed: UInt64(151 + $0)) }
        let next = (0..<range.rows).map { UInt32(($0 * 7 + 3) % range.rows) }
        let nextColumns = [
            ck_column(matrix: 1, column: 4), ck_column(matrix: 0, column: 20), ck_column(matrix: 2, column: 0),
        ]
        let inputs = widths.reduce(0, +) + nextColumns.count
        let program = Self.program(inputs: inputs + 1, length: 400, random: &random)
        // Temporaries begin undefined: set all of them.
        let start = (inputs..<Self.slotCount).map {
            ck_instr(op: UInt16(CK_OP_SETK), dst: UInt16($0), a: 0, b: UInt16($0 % Self.constantCount))
        }
        let constants = random.felts(Self.constantCount)
        let store = FeltMatrix(rows: range.rows, width: 6)
        var out = [UInt32](repeating: 0, count: 4 * range.rows)
        let isSound = Self.at(level) {
            Self.evaluate(
                start + program, matrices, next: next, nextColumns: nextColumns, constants: constants, store: store,
                begin: range.begin, out: &out)
        }
        #expect(isSound)
        for row in range.begin..<range.rows {
            var slots = matrices.flatMap { $0.row(row) }
            slots += nextColumns.map { matrices[Int($0.matrix)][Int(next[row]), Int($0.column)] }
            slots += [Felt](repeating: .zero, count: Self.slotCount - slots.count)
            var machine = ReferenceMachine(slots: slots)
            for instruction in start + program { machine.run(instruction, constants: constants) }
            #expect(Self.exts(Array(out[4 * row..<4 * row + 4])) == [machine.out])
            for (column, value) in machine.stored { #expect(store[row, column] == value) }
        }
        #expect(out[..<(4 * range.begin)].allSatisfy { $0 == 0 })
    }

    private static func view(_ words: UnsafeBufferPointer<UInt32>, _ matrix: FeltMatrix) -> ck_view {
        unsafe ck_view(data: words.baseAddress, stride: matrix.stride, width: UInt32(matrix.width))
    }

    private static func evaluate(
        _ program: [ck_instr], _ matrices: [FeltMatrix], next: [UInt32], nextColumns: [ck_column],
        constants: [Felt], store: FeltMatrix, begin: Int, out: inout [UInt32]
    ) -> Bool {
        let scratch = FeltMatrix(rows: 1, width: ck_eval_scratch_words(slotCount))
        let constantWords = words(constants)
        return unsafe matrices[0].withUnsafeWords { main in
            unsafe matrices[1].withUnsafeWords { stage2 in
                unsafe matrices[2].withUnsafeWords { fixed in
                    unsafe next.withUnsafeBufferPointer { next in
                        unsafe nextColumns.withUnsafeBufferPointer { columns in
                            unsafe constantWords.withUnsafeBufferPointer { constants in
                                unsafe store.withUnsafeMutableWords { stored in
                                    var context = unsafe ck_eval_ctx(
                                        main: view(main, matrices[0]), stage2: view(stage2, matrices[1]),
                                        fixed: view(fixed, matrices[2]), next_row: next.baseAddress,
                                        next_columns: columns.baseAddress, next_count: columns.count,
                                        constants: constants.baseAddress, constant_count: constants.count,
                                        slot_count: slotCount, store: stored.baseAddress, store_stride: store.stride,
                                        store_width: store.width)
                                    guard unsafe ck_eval_check(program, program.count, &context) else { return false }
                                    unsafe scratch.withUnsafeMutableWords {
                                        unsafe ck_eval_program(
                                            program, program.count, &context, begin, matrices[0].rows, $0.baseAddress,
                                            &out)
                                    }
                                    return true
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: [
        ck_instr(op: UInt16(CK_OP_COUNT), dst: 0, a: 0, b: 0),
        ck_instr(op: UInt16(CK_OP_ADD), dst: 8, a: 0, b: 0),
        ck_instr(op: UInt16(CK_OP_ADD), dst: 0, a: 8, b: 0),
        ck_instr(op: UInt16(CK_OP_ADD), dst: 0, a: 0, b: 8),
        ck_instr(op: UInt16(CK_OP_EADD), dst: 5, a: 0, b: 0),
        ck_instr(op: UInt16(CK_OP_EADD), dst: 0, a: 5, b: 0),
        ck_instr(op: UInt16(CK_OP_ADDK), dst: 0, a: 0, b: 6),
        ck_instr(op: UInt16(CK_OP_EMULK), dst: 0, a: 0, b: 3),
        ck_instr(op: UInt16(CK_OP_ASSERT), dst: 0, a: 0, b: 3),
        ck_instr(op: UInt16(CK_OP_EASSERT), dst: 0, a: 5, b: 0),
        ck_instr(op: UInt16(CK_OP_STORE), dst: 0, a: 0, b: 0),
    ])
    func checkRefusesAnOperandOutOfRange(instruction: ck_instr) {
        var context = unsafe ck_eval_ctx()
        unsafe context.slot_count = 8
        unsafe context.constant_count = 6
        let sound = [ck_instr(op: UInt16(CK_OP_EMAC), dst: 4, a: 7, b: 2)]
        let acceptsSound = unsafe ck_eval_check(sound, 1, &context)
        let acceptsUnsound = unsafe ck_eval_check(sound + [instruction], 2, &context)
        #expect(acceptsSound && !acceptsUnsound)
    }
}
