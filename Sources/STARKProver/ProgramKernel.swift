import CKernels
package import ProofField
package import STARKCore

/// A row program ready for the kernel, with its constants bound.
package struct ProgramKernel: Sendable {
    private let program: RowProgram
    private let instructions: [ck_instr]
    private let constants: [UInt32]

    package init(_ program: RowProgram, bindings: RowProgram.Bindings) {
        self.program = program
        instructions = program.instructions.map {
            ck_instr(op: $0.opcode.rawValue, dst: $0.destination, a: $0.a, b: $0.b)
        }
        constants = program.bind(bindings).map(\.raw)
    }

    /// What a run reads and writes. Matrices that a program does not use may be nil.
    package struct Operands {
        package var main: FeltMatrix
        package var stage2: FeltMatrix?
        /// The successor of each row.
        package var nextRows: [UInt32]
        /// Where stored values go.
        package var store: FeltMatrix?
        /// Where the weighted sums go: one extension element a row.
        package var output: FeltMatrix?

        package init(
            main: FeltMatrix, stage2: FeltMatrix? = nil, nextRows: [UInt32] = [], store: FeltMatrix? = nil,
            output: FeltMatrix? = nil
        ) {
            self.main = main
            self.stage2 = stage2
            self.nextRows = nextRows
            self.store = store
            self.output = output
        }
    }

    /// Evaluates the rows, shared over the pool's threads.
    package func run(_ operands: Operands, rows: Range<Int>, pool: WorkPool) throws(ProverError) {
        let grain = min(4096, max(Int(CK_BLOCK_ROWS), rows.count / pool.threadCount))
        let chunks = (rows.count + grain - 1) / grain
        let failures = FeltMatrix(rows: chunks, width: 1)
        pool.forEachRange(of: rows.count, grain: grain) { range in
            let (first, last) = (rows.lowerBound + range.lowerBound, rows.lowerBound + range.upperBound)
            if !run(operands, first, last) { failures[range.lowerBound / grain, 0] = .one }
        }
        for chunk in 0..<chunks where !failures[chunk, 0].isZero { throw .invalidProgram }
    }

    private func run(_ operands: Operands, _ first: Int, _ last: Int) -> Bool {
        let nextColumns = program.nextStage2Columns.map { ck_column(matrix: 1, column: UInt16($0)) }
        return unsafe constants.withUnsafeBufferPointer { constants in
            unsafe nextColumns.withUnsafeBufferPointer { columns in
                unsafe operands.nextRows.withUnsafeBufferPointer { nextRows in
                    var context = unsafe ck_eval_ctx()
                    unsafe context.next_row = nextRows.baseAddress
                    unsafe context.next_columns = columns.baseAddress
                    unsafe context.next_count = columns.count
                    unsafe context.constants = constants.baseAddress
                    unsafe context.constant_count = constants.count
                    unsafe context.slot_count = program.slotCount
                    return unsafe withMatrices(operands, &context) { context, output in
                        unsafe evaluate(context, first, last, output)
                    }
                }
            }
        }
    }

    /// Fills in the matrices' addresses for the time of the call.
    private func withMatrices(
        _ operands: Operands, _ context: inout ck_eval_ctx,
        _ body: (borrowing ck_eval_ctx, UnsafeMutablePointer<UInt32>?) -> Bool
    ) -> Bool {
        let empty = FeltMatrix(rows: 0, width: 0)
        let (stage2, store) = (operands.stage2 ?? empty, operands.store ?? empty)
        return unsafe operands.main.withUnsafeWords { mainWords in
            unsafe stage2.withUnsafeWords { stage2Words in
                unsafe store.withUnsafeMutableWords { storeWords in
                    unsafe (operands.output ?? empty).withUnsafeMutableWords { outputWords in
                        unsafe context.main = Self.view(operands.main, mainWords.baseAddress)
                        unsafe context.stage2 = Self.view(stage2, stage2Words.baseAddress)
                        unsafe context.store = storeWords.baseAddress
                        unsafe context.store_stride = store.stride
                        unsafe context.store_width = store.width
                        return unsafe body(context, operands.output == nil ? nil : outputWords.baseAddress)
                    }
                }
            }
        }
    }

    private static func view(_ matrix: FeltMatrix, _ data: UnsafePointer<UInt32>?) -> ck_view {
        unsafe ck_view(data: data, stride: matrix.stride, width: UInt32(matrix.width))
    }

    private func evaluate(
        _ context: borrowing ck_eval_ctx, _ first: Int, _ last: Int, _ output: UnsafeMutablePointer<UInt32>?
    ) -> Bool {
        let scratchWords = ck_eval_scratch_words(program.slotCount)
        guard let scratch = unsafe ck_buffer_acquire(scratchWords) else { return false }
        defer { unsafe ck_buffer_release(scratch, scratchWords) }
        var context = unsafe copy context
        return unsafe instructions.withUnsafeBufferPointer { program in
            guard unsafe ck_eval_check(program.baseAddress, program.count, &context) else { return false }
            unsafe ck_eval_program(program.baseAddress, program.count, &context, first, last, scratch, output)
            return true
        }
    }
}
