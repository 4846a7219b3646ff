package import ProofField
package import STARKCore

/// The first FRI layer: the batched quotient of all columns on the whole domain, bit-reversed.
package struct BatchedQuotient {
    let main: ColumnCommitment
    let stage2: ColumnCommitment
    let quotient: ColumnCommitment
    let values: OutOfDomainValues
    let shape: ProofShape

    package init(
        main: ColumnCommitment, stage2: ColumnCommitment, quotient: ColumnCommitment, values: OutOfDomainValues,
        shape: ProofShape
    ) {
        self.main = main
        self.stage2 = stage2
        self.quotient = quotient
        self.values = values
        self.shape = shape
    }

    /// The sum over columns of lambda^j (F_j(x) - F_j(z_j)) / (x - z_j), in the order of ``OutOfDomainValues``.
    package func layer(zeta: Ext, lambda: Ext, pool: WorkPool) -> FeltMatrix {
        let powers = Ext.powers(of: lambda, count: shape.openingCount)
        let mainWeights = Array(powers[..<shape.mainWidth])
        let stage2Weights = spread(powers[shape.mainWidth..<(shape.mainWidth + shape.stage2Columns)])
        let quotientWeights = spread(powers[(shape.mainWidth + shape.stage2Columns)..<(shape.openingCount - 1)])
        let batchedValue = zip(values.atPoint, powers).reduce(Ext.zero) { $0 + $1.0 * $1.1 }
        let nextPower = powers[shape.openingCount - 1]
        let next = zeta * Felt.twoAdicGenerator(logOrder: shape.logHeight)

        let layer = FeltMatrix(rows: 1 << shape.domainLog, width: Ext.degree)
        let blockLog = min(10, shape.domainLog)
        let offsets = EvaluationDomain(log: blockLog, shift: .one).points(Array(0..<(1 << blockLog)))
        let domain = EvaluationDomain(shape)
        pool.forEachRange(of: layer.rows, grain: 1 << blockLog) { rows in
            ExtKernels.combine(main.extended, weights: mainWeights, into: layer, rows)
            ExtKernels.combine(stage2.extended, weights: stage2Weights, into: layer, rows)
            ExtKernels.combine(quotient.extended, weights: quotientWeights, into: layer, rows)
            // A block of a bit-reversed domain is its first point times the block of the subgroup.
            let first = domain.points([rows.lowerBound])[0]
            let inverses = FeltMatrix(rows: 2 * rows.count, width: Ext.degree)
            for (offset, point) in offsets.enumerated() {
                inverses[ext: 2 * offset, 0] = Ext(first * point) - zeta
                inverses[ext: 2 * offset + 1, 0] = Ext(first * point) - next
            }
            ExtKernels.invert(inverses, 0..<inverses.rows)
            let accumulator = Ext.degree * (shape.stage2Columns - 1)
            for (offset, row) in rows.enumerated() {
                let difference = stage2.extended[ext: row, accumulator] - values.nextAccumulator
                layer[ext: row, 0] =
                    (layer[ext: row, 0] - batchedValue) * inverses[ext: 2 * offset, 0]
                    + nextPower * difference * inverses[ext: 2 * offset + 1, 0]
            }
        }
        return layer
    }

    /// The weights of an extension column's four base columns.
    private func spread(_ weights: ArraySlice<Ext>) -> [Ext] {
        weights.flatMap { weight in (0..<Ext.degree).map { weight.multipliedByBasis($0) } }
    }
}
