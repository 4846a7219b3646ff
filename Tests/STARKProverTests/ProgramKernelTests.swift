import CKernels
import ProofField
import STARKCore
import STARKProver
import STARKSamples
import Testing

@Suite("The program kernel")
struct ProgramKernelTests {
    static let circuits: [RecordedCircuit] = {
        let all: [any Circuit] = [ProductSource(), ProductSink(), PermutationCircuit(), WideCircuit()]
        return all.compactMap { try? RecordedCircuit($0) }
    }()

    private struct Stream {
        var state: UInt64

        mutating func felt() -> Felt {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Felt(UInt32(truncatingIfNeeded: state >> 33))
        }

        mutating func matrix(rows: Int, width: Int, stride: Int) -> FeltMatrix {
            let matrix = FeltMatrix(rows: rows, width: width, stride: stride)
            for row in 0..<rows {
                for column in 0..<width { matrix[row, column] = felt() }
            }
            return matrix
        }

        mutating func ext() -> Ext { Ext(felt(), felt(), felt(), felt()) }
    }

    @Test("Constraints equal the reference evaluator on random rows", arguments: circuits)
    func constraints(_ circuit: RecordedCircuit) throws {
        var stream = Stream(state: UInt64(circuit.id) + 40)
        let rows = 300
        let main = stream.matrix(rows: rows, width: circuit.columnCount, stride: circuit.columnCount + 5)
        let stage2 = stream.matrix(rows: rows, width: circuit.stage2Width, stride: circuit.stage2Width)
        let next = (0..<rows).map { UInt32(($0 * 7 + 3) % rows) }
        let bindings = RowProgram.Bindings(
            challenges: BusChallenges(seed: circuit.digest, circuit: circuit),
            weights: (0..<circuit.constraintCount).map { _ in stream.ext() }, sumShare: stream.ext())
        let output = FeltMatrix(rows: rows, width: 4)
        try ProgramKernel(circuit.constraintProgram, bindings: bindings).run(
            ProgramKernel.Operands(main: main, stage2: stage2, nextRows: next, output: output), rows: 0..<rows,
            pool: WorkPool(threads: 2))
        let reference = RowEvaluator(program: circuit.constraintProgram, bindings: bindings)
        for row in 0..<rows {
            let accumulator = stage2.row(Int(next[row]))[(circuit.stage2Width - 4)...]
            let outcome = reference.evaluate(main.row(row) + stage2.row(row) + accumulator)
            #expect(output[ext: row, 0] == outcome.weightedSum)
        }
    }

    @Test("Messages equal the reference evaluator on random rows", arguments: circuits)
    func messages(_ circuit: RecordedCircuit) throws {
        var stream = Stream(state: UInt64(circuit.id) + 80)
        let rows = 130
        let main = stream.matrix(rows: rows, width: circuit.columnCount, stride: circuit.columnCount)
        let bindings = RowProgram.Bindings(
            challenges: BusChallenges(seed: circuit.digest, circuit: circuit), weights: [], sumShare: .zero)
        let store = FeltMatrix(rows: rows, width: circuit.messageProgram.storeWidth)
        try ProgramKernel(circuit.messageProgram, bindings: bindings).run(
            ProgramKernel.Operands(main: main, store: store), rows: 0..<rows, pool: WorkPool(threads: 1))
        let reference = RowEvaluator(program: circuit.messageProgram, bindings: bindings)
        for row in 0..<rows { #expect(store.row(row) == reference.evaluate(main.row(row)).stored) }
    }

    @Test("A program is not run on matrices that it does not fit", arguments: circuits)
    func foreignMatrices(_ circuit: RecordedCircuit) throws {
        let bindings = RowProgram.Bindings(
            challenges: BusChallenges(seed: circuit.digest, circuit: circuit), weights: [], sumShare: .zero)
        let kernel = ProgramKernel(circuit.messageProgram, bindings: bindings)
        func run(width: Int, storeWidth: Int) throws {
            try kernel.run(
                ProgramKernel.Operands(
                    main: FeltMatrix(rows: 4, width: width), store: FeltMatrix(rows: 4, width: storeWidth)),
                rows: 0..<4, pool: WorkPool(threads: 1))
        }
        let storeWidth = circuit.messageProgram.storeWidth
        #expect(throws: Never.self) { try run(width: circuit.columnCount, storeWidth: storeWidth) }
        #expect(throws: ProverError.invalidProgram) { try run(width: circuit.columnCount, storeWidth: storeWidth - 1) }
        let tooWide = circuit.messageProgram.slotCount + 1
        #expect(throws: ProverError.invalidProgram) { try run(width: tooWide, storeWidth: storeWidth) }
    }
}
