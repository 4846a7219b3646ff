package import ProofField
package import STARKCore

/// The columns' values at zeta and the accumulator's at the next point.
package enum PointOpenings {
    package static func values(
        trace: FeltMatrix, stage2: FeltMatrix, quotient: FeltMatrix, zeta: Ext, shape: ProofShape, pool: WorkPool
    ) -> OutOfDomainValues {
        let lagrange = lagrangeWeights(zeta: zeta, shape, pool)
        let next = nextAccumulator(stage2, lagrange, shape)
        let main = dots(trace, lagrange, pool)
        let stage2 = combine(dots(stage2, lagrange, pool))
        let quotient = combine(dots(quotient, powers(of: zeta, count: shape.height, pool), pool))
        return OutOfDomainValues(main: main, stage2: stage2, quotient: quotient, nextAccumulator: next)
    }

    /// The Lagrange basis of the trace domain at zeta: (zeta^N - 1)/N * w^i / (zeta - w^i).
    private static func lagrangeWeights(zeta: Ext, _ shape: ProofShape, _ pool: WorkPool) -> FeltMatrix {
        let weights = FeltMatrix(rows: shape.height, width: Ext.degree)
        let root = Felt.twoAdicGenerator(logOrder: shape.logHeight)
        let scale = (zeta.pow(UInt64(shape.height)) - .one) * Felt(UInt32(shape.height)).inverse
        pool.forEachRange(of: shape.height, grain: 4096) { rows in
            let first = root.pow(UInt64(rows.lowerBound))
            var point = first
            for row in rows {
                weights[ext: row, 0] = zeta - Ext(point)
                point *= root
            }
            ExtKernels.invert(weights, rows)
            point = first
            for row in rows {
                weights[ext: row, 0] = weights[ext: row, 0] * (scale * point)
                point *= root
            }
        }
        return weights
    }

    private static func powers(of zeta: Ext, count: Int, _ pool: WorkPool) -> FeltMatrix {
        let powers = FeltMatrix(rows: count, width: Ext.degree)
        pool.forEachRange(of: count, grain: 4096) { rows in
            var power = zeta.pow(UInt64(rows.lowerBound))
            for row in rows {
                powers[ext: row, 0] = power
                power *= zeta
            }
        }
        return powers
    }

    /// L_i(w zeta) is L_(i-1)(zeta): the accumulator at the next point uses the weights one row on.
    private static func nextAccumulator(_ stage2: FeltMatrix, _ lagrange: FeltMatrix, _ shape: ProofShape) -> Ext {
        let last = shape.height - 1
        let most = ExtKernels.columnDots(stage2, 1..<shape.height, weights: lagrange, firstWeight: 0)
        let first = ExtKernels.columnDots(stage2, 0..<1, weights: lagrange, firstWeight: last)
        let sums = combine(zip(most, first).map { $0 + $1 })
        return sums[shape.stage2Columns - 1]
    }

    private static func dots(_ matrix: FeltMatrix, _ weights: FeltMatrix, _ pool: WorkPool) -> [Ext] {
        let grain = max(256, matrix.rows / (4 * pool.threadCount))
        let parts = FeltMatrix(rows: (matrix.rows + grain - 1) / grain, width: Ext.degree * matrix.width)
        pool.forEachRange(of: matrix.rows, grain: grain) { rows in
            let sums = ExtKernels.columnDots(matrix, rows, weights: weights, firstWeight: rows.lowerBound)
            for (column, sum) in sums.enumerated() {
                parts[ext: rows.lowerBound / grain, Ext.degree * column] = sum
            }
        }
        return (0..<matrix.width).map { column in
            (0..<parts.rows).reduce(Ext.zero) { $0 + parts[ext: $1, Ext.degree * column] }
        }
    }

    /// Extension columns from the values of their base columns.
    private static func combine(_ values: [Ext]) -> [Ext] {
        stride(from: 0, to: values.count, by: Ext.degree).map { start in
            (0..<Ext.degree).reduce(Ext.zero) { $0 + values[start + $1].multipliedByBasis($1) }
        }
    }
}
