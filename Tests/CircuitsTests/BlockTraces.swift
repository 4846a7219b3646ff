import ChainTypes
import Circuits
import ProofField
import STARKCore
import STARKProver
import STARKVerifier
import Testing

let testProgram: Result<BlockProgram, RecordingError> = Result { () throws(RecordingError) in
    try BlockProgram(parameters: .insecureTest)
}

/// All traces of a job, open to tampering.
struct BlockTraces {
    let program: BlockProgram
    var input: JobInput
    let matrices: [FeltMatrix]

    init(_ input: JobInput, program: BlockProgram) throws {
        self.program = program
        self.input = input
        let generator = TraceGenerator(try input.validated(program: program).get())
        matrices = try input.plan.indices.map { try #require(generator.trace(instance: $0)) }
    }

    init(_ scenario: LedgerScenario) throws {
        try self.init(scenario.input(testProgram.get()), program: testProgram.get())
    }

    var statement: JobStatement {
        get { input.statement }
        set { input.statement = newValue }
    }

    var plan: [PlannedInstance] { input.plan }

    var instances: [TraceChecker.Instance] {
        get throws {
            try zip(plan, matrices).map { planned, matrix in
                TraceChecker.Instance(
                    circuit: try #require(program.circuits.circuit(id: planned.circuit)), trace: matrix)
            }
        }
    }

    /// The label of the first violated constraint.
    var violation: String? {
        get throws { try instances.lazy.compactMap { TraceChecker.firstViolation($0) }.first?.constraint }
    }

    var imbalances: [TraceChecker.Imbalance] {
        get throws {
            TraceChecker.imbalances(
                try instances,
                publicMessages: PublicTerms.messages(statement).map { ($0.bus, $0.tuple, $0.multiplicity) })
        }
    }

    var treeHash: TraceTable { TraceTable(circuit: program.treeHash, matrix: matrices[0]) }
    /// The first instance of `Accounts`.
    var accounts: TraceTable {
        TraceTable(
            circuit: program.accounts, matrix: matrices[plan.firstIndex { $0.circuit == Accounts.id } ?? 0])
    }
}

/// One trace with its columns by name.
struct TraceTable {
    let circuit: RecordedCircuit
    let matrix: FeltMatrix

    subscript(_ row: Int, _ column: String) -> Felt {
        get { matrix[row, position(column)] }
        nonmutating set { matrix[row, position(column)] = newValue }
    }

    private func position(_ column: String) -> Int {
        guard let position = circuit.columnNames.firstIndex(of: column) else {
            preconditionFailure("no column \(column) in \(circuit.name)")
        }
        return position
    }

    func copy(_ source: Int, to target: Int) {
        for column in 0..<matrix.width { matrix[target, column] = matrix[source, column] }
    }

    /// The first padding row of `TreeHash` or `Accounts`.
    func padding() throws -> Int {
        let flags = Set(["isOld", "isNew", "isOps", "isOp", "isAcct"]).intersection(circuit.columnNames)
        return try #require((0..<matrix.rows).first { row in flags.allSatisfy { self[row, $0].isZero } })
    }

    /// The first row where all the columns have the values.
    func row(_ values: (String, Int)...) throws -> Int {
        try #require(
            (0..<matrix.rows).first { row in values.allSatisfy { self[row, $0.0] == Felt(reducing: $0.1) } })
    }

    /// Writes a limb-wise number into `name[0]`, `name[1]` and so on.
    func write(_ limbs: [UInt32], row: Int, _ name: String) {
        for (position, limb) in limbs.enumerated() { self[row, "\(name)[\(position)]"] = Felt(limb) }
    }

    /// Writes the bits of the balance given.
    func writeBalanceGiven(_ balance: UInt128, row: Int) {
        for bit in 0..<128 { self[row, "balanceGivenBit[\(bit)]"] = balance >> UInt128(bit) & 1 == 1 ? .one : .zero }
    }
}
