import ProofField
import STARKCore

/// The batched quotient whose low degree proves all openings: the sum over columns F_j and their points z_j of
/// lambda^j (F_j(x) - F_j(z_j)) / (x - z_j).
struct OpeningQuotient {
    private let powers: [Ext]
    private let batchedValue: Ext
    private let nextValue: Ext
    private let zeta: Ext
    private let next: Ext
    private let shape: ProofShape

    init(values: OutOfDomainValues, zeta: Ext, lambda: Ext, shape: ProofShape) {
        self.shape = shape
        self.zeta = zeta
        next = zeta * Felt.twoAdicGenerator(logOrder: shape.logHeight)
        powers = Ext.powers(of: lambda, count: shape.openingCount)
        batchedValue = zip(values.atPoint, powers).reduce(.zero) { $0 + $1.0 * $1.1 }
        nextValue = values.nextAccumulator
    }

    /// The quotient at the opened positions, in their order. The openings' counts are those of the shape.
    func values(at positions: [Int], openings: QueryOpenings) -> [Ext] {
        let points = EvaluationDomain(shape).points(positions)
        var denominators: [Ext] = []
        for point in points {
            denominators.append(Ext(point) - zeta)
            denominators.append(Ext(point) - next)
        }
        // No denominator is zero: zeta is not in the domain, so neither is its product with a trace point.
        Ext.batchInverse(&denominators)
        return positions.indices.map { query in
            let batched = rows(query, openings)
            let accumulator = extColumn(shape.stage2Columns - 1, of: openings.stage2, width: shape.stage2Width, query)
            return (batched - batchedValue) * denominators[2 * query]
                + powers[shape.openingCount - 1] * (accumulator - nextValue) * denominators[2 * query + 1]
        }
    }

    /// The sum of lambda^j F_j over one row of all trees.
    private func rows(_ query: Int, _ openings: QueryOpenings) -> Ext {
        var sum = Ext.zero
        for column in 0..<shape.mainWidth {
            sum += powers[column] * openings.main.values[query * shape.mainWidth + column]
        }
        var position = shape.mainWidth
        for column in 0..<shape.stage2Columns {
            sum += powers[position] * extColumn(column, of: openings.stage2, width: shape.stage2Width, query)
            position += 1
        }
        for column in 0..<ProofShape.quotientChunkCount {
            sum += powers[position] * extColumn(column, of: openings.quotient, width: shape.quotientWidth, query)
            position += 1
        }
        return sum
    }

    private func extColumn(_ column: Int, of tree: TreeOpening, width: Int, _ query: Int) -> Ext {
        let start = query * width + Ext.degree * column
        return Ext(tree.values[start], tree.values[start + 1], tree.values[start + 2], tree.values[start + 3])
    }
}
