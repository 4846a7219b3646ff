package import ProofField

/// The columns' values out of the domain, in the order in which they are absorbed and batched.
package struct OutOfDomainValues: Equatable, Sendable {
    /// Stage-1 columns at zeta.
    package var main: [Ext]
    /// Stage-2 columns, as extension columns, at zeta; the last one is the accumulator.
    package var stage2: [Ext]
    /// The quotient's chunks at zeta.
    package var quotient: [Ext]
    /// The accumulator at the next point.
    package var nextAccumulator: Ext

    package init(main: [Ext], stage2: [Ext], quotient: [Ext], nextAccumulator: Ext) {
        self.main = main
        self.stage2 = stage2
        self.quotient = quotient
        self.nextAccumulator = nextAccumulator
    }

    /// Values at zeta, in batching order.
    package var atPoint: [Ext] { main + stage2 + quotient }
}

/// The part of a proof before the openings at the queries; its size follows from the shape.
package struct ProofHeader: Equatable, Sendable {
    /// 2^capLog digests of the stage-1 tree; they must hash to the committed root.
    package var mainCap: [Digest]
    /// 2^capLog digests of the stage-2 tree.
    package var stage2Cap: [Digest]
    /// The sum of all messages' fractions.
    package var busSum: BusSum
    /// 2^capLog digests of the quotient's tree.
    package var quotientCap: [Digest]
    /// The columns' values at zeta and at the next point.
    package var values: OutOfDomainValues
    /// Nonce of the work before the batching challenge.
    package var batchingNonce: Felt
    /// One cap per FRI layer.
    package var layerCaps: [[Digest]]
    /// Coefficients, lowest degree first.
    package var finalPolynomial: [Ext]
    /// Nonce of the work before the query positions.
    package var queryNonce: Felt

    package init(
        mainCap: [Digest], stage2Cap: [Digest], busSum: BusSum, quotientCap: [Digest], values: OutOfDomainValues,
        batchingNonce: Felt, layerCaps: [[Digest]], finalPolynomial: [Ext], queryNonce: Felt
    ) {
        self.mainCap = mainCap
        self.stage2Cap = stage2Cap
        self.busSum = busSum
        self.quotientCap = quotientCap
        self.values = values
        self.batchingNonce = batchingNonce
        self.layerCaps = layerCaps
        self.finalPolynomial = finalPolynomial
        self.queryNonce = queryNonce
    }
}

/// What an instance puts on all buses together: the sum of multiplicity over denominator.
package struct BusSum: Hashable, Sendable {
    /// An element of the extension; sums of all instances and the public terms must add to zero.
    package var value: Ext

    package init(_ value: Ext) {
        self.value = value
    }

    /// The sum of no messages.
    package static let zero = BusSum(.zero)

    /// Sums of disjoint sets of messages add up.
    package static func + (left: BusSum, right: BusSum) -> BusSum {
        BusSum(left.value + right.value)
    }
}

/// The opened leaves of one tree.
package struct TreeOpening: Equatable, Sendable {
    /// Leaf contents in leaf order; in FRI layers only the values that earlier steps do not give.
    package var values: [Felt]
    /// Missing siblings, level by level from the leaves, by rising position.
    package var siblings: [Digest]

    package init(values: [Felt], siblings: [Digest]) {
        self.values = values
        self.siblings = siblings
    }
}

/// All openings at the query positions.
package struct QueryOpenings: Equatable, Sendable {
    /// Rows of the stage-1 trace.
    package var main: TreeOpening
    /// Rows of the stage-2 trace.
    package var stage2: TreeOpening
    /// Rows of the quotient's chunks.
    package var quotient: TreeOpening
    /// One for each FRI layer, in the order of the folds.
    package var layers: [TreeOpening]

    package init(main: TreeOpening, stage2: TreeOpening, quotient: TreeOpening, layers: [TreeOpening]) {
        self.main = main
        self.stage2 = stage2
        self.quotient = quotient
        self.layers = layers
    }
}
