package import ProofField

/// The coset `shift * <w>` of order 2^log in bit-reversed order: the points of a tree's rows or of a FRI layer.
package struct EvaluationDomain: Equatable, Sendable {
    /// log2 of the number of points.
    package let log: Int
    /// The coset's representative; the generator 3 for committed columns.
    package let shift: Felt

    /// `log` is at most the field's two-adicity.
    package init(log: Int, shift: Felt) {
        self.log = log
        self.shift = shift
    }

    /// The domain of all committed columns.
    package init(_ shape: ProofShape) {
        self.init(log: shape.domainLog, shift: .generator)
    }

    /// The points at rising `positions`.
    package func points(_ positions: [Int]) -> [Felt] {
        let root = Felt.twoAdicGenerator(logOrder: log)
        return positions.map { shift * root.pow(UInt64(truncatingIfNeeded: Self.reverse($0, bits: log))) }
    }

    /// The domain of the fold's result: all points to the power 2^foldLog.
    package func folded(by foldLog: Int) -> EvaluationDomain {
        EvaluationDomain(log: log - foldLog, shift: shift.pow(1 << UInt64(foldLog)))
    }

    /// `position` with its lowest `bits` bits in opposite order.
    package static func reverse(_ position: Int, bits: Int) -> Int {
        var (rest, result) = (position, 0)
        for _ in 0..<bits {
            result = result << 1 | rest & 1
            rest >>= 1
        }
        return result
    }

    /// The fold of one leaf of 2^k values whose first point has the inverse `inversePoint`: with f split by residues
    /// of the exponent, f(x) = sum of x^i f_i(x^a), the value sum of beta^i f_i; as k halving steps with beta,
    /// beta^2, beta^4.
    package static func fold(_ leaf: ArraySlice<Ext>, inversePoint: Felt, beta: Ext) -> Ext {
        var values = Array(leaf)
        var (inverse, beta) = (inversePoint, beta)
        while values.count > 1 {
            let logCount = values.count.trailingZeroBitCount
            // The points of the pairs are the first point times powers of a root of unity, bit-reversed.
            let inverseRoot = Felt.twoAdicGenerator(logOrder: logCount).inverse
            var folded: [Ext] = []
            for pair in 0..<(values.count / 2) {
                let power = UInt64(truncatingIfNeeded: reverse(pair, bits: logCount - 1))
                let (even, odd) = (values[2 * pair] + values[2 * pair + 1], values[2 * pair] - values[2 * pair + 1])
                folded.append((even + beta * odd * (inverse * inverseRoot.pow(power))).halved)
            }
            values = folded
            inverse = inverse * inverse
            beta = beta * beta
        }
        return values.first ?? .zero
    }
}
