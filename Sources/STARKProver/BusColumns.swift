import CKernels
package import ProofField
package import STARKCore

/// The stage-2 columns of a trace under a seed, and the bus sum.
package struct BusColumns: Sendable {
    /// Natural row order, one extension column per pair of messages; the last is the accumulator, zero in row 0.
    package let values: FeltMatrix
    package let busSum: BusSum

    package init(
        trace: FeltMatrix, circuit: RecordedCircuit, challenges: BusChallenges, pool: WorkPool
    ) throws(ProverError) {
        let pairs = circuit.pairCount
        let fractions = try Self.fractions(trace: trace, circuit: circuit, challenges: challenges, pool: pool)
        let values = FeltMatrix(rows: trace.rows, width: Ext.degree * pairs)
        var sum = Ext.zero
        for row in 0..<trace.rows {
            for pair in 0..<pairs { sum += fractions[ext: row * pairs + pair, 0] }
        }
        let share = sum * Felt(UInt32(truncatingIfNeeded: trace.rows)).inverse
        var accumulator = Ext.zero
        for row in 0..<trace.rows {
            values[ext: row, Ext.degree * (pairs - 1)] = accumulator
            for pair in 0..<pairs {
                let fraction = fractions[ext: row * pairs + pair, 0]
                if pair + 1 < pairs { values[ext: row, Ext.degree * pair] = fraction }
                accumulator += fraction
            }
            accumulator -= share
        }
        self.values = values
        busSum = BusSum(sum)
    }

    /// Each pair's m1/d1 + m2/d2, pairs of a row consecutive.
    private static func fractions(
        trace: FeltMatrix, circuit: RecordedCircuit, challenges: BusChallenges, pool: WorkPool
    ) throws(ProverError) -> FeltMatrix {
        let bindings = RowProgram.Bindings(challenges: challenges, weights: [], sumShare: .zero)
        let kernel = ProgramKernel(circuit.messageProgram, bindings: bindings)
        let store = FeltMatrix(rows: trace.rows, width: circuit.messageProgram.storeWidth)
        try kernel.run(
            ProgramKernel.Operands(main: trace, store: store), rows: 0..<trace.rows, pool: pool)

        let pairs = circuit.pairCount
        let numerators = FeltMatrix(rows: trace.rows * pairs, width: Ext.degree)
        let denominators = FeltMatrix(rows: trace.rows * pairs, width: Ext.degree)
        pool.forEachRange(of: trace.rows, grain: 2048) { rows in
            for row in rows {
                for pair in 0..<pairs {
                    numerators[ext: row * pairs + pair, 0] = store[ext: row, 2 * Ext.degree * pair]
                    denominators[ext: row * pairs + pair, 0] = store[ext: row, 2 * Ext.degree * pair + Ext.degree]
                }
            }
            let entries = (rows.lowerBound * pairs)..<(rows.upperBound * pairs)
            ExtKernels.invert(denominators, entries)
            ExtKernels.multiply(numerators, by: denominators, entries)
        }
        return numerators
    }
}
