package import ProofField
package import STARKCore

/// The quotient of the weighted constraints by the vanishing polynomial of the trace domain.
package enum QuotientPolynomial {
    /// Coefficients of the chunks: row i holds, chunk by chunk, the extension coefficients i and N + i.
    ///
    /// The weighted sum has degree below 3N, the quotient below 2N: it is evaluated on 2N points, the first 2N rows
    /// of the extended columns, and interpolated.
    package static func coefficients(
        main: ColumnCommitment, stage2: ColumnCommitment, circuit: RecordedCircuit, bindings: RowProgram.Bindings,
        shape: ProofShape, pool: WorkPool
    ) throws(ProverError) -> FeltMatrix {
        let height = shape.height
        let quotientLog = shape.logHeight + 1
        let values = FeltMatrix(rows: 2 * height, width: Ext.degree)
        let operands = ProgramKernel.Operands(
            main: main.extended, stage2: stage2.extended, nextRows: successors(log: quotientLog), output: values)
        // On each run of N rows x^N is constant: g^N, then -g^N.
        let power = Felt.generator.pow(UInt64(height))
        for (run, value) in [power, -power].enumerated() {
            let kernel = ProgramKernel(
                circuit.constraintProgram, bindings: bindings.weighted(by: (value - .one).inverse))
            try kernel.run(operands, rows: (run * height)..<((run + 1) * height), pool: pool)
        }
        try ColumnTransform.interpolate(values, on: EvaluationDomain(log: quotientLog, shift: .generator))
        let coefficients = FeltMatrix(rows: height, width: shape.quotientWidth)
        for row in 0..<height {
            coefficients[ext: row, 0] = values[ext: row, 0]
            coefficients[ext: row, Ext.degree] = values[ext: height + row, 0]
        }
        return coefficients
    }

    /// For each bit-reversed row of the domain of 2N points, the row of the point times the trace generator: two
    /// steps on in natural order.
    private static func successors(log: Int) -> [UInt32] {
        let mask = (1 << log) - 1
        return (0...mask).map { row in
            let natural = EvaluationDomain.reverse(row, bits: log)
            return UInt32(truncatingIfNeeded: EvaluationDomain.reverse((natural + 2) & mask, bits: log))
        }
    }
}
