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
    package var mainCap: [Digest]
    package var stage2Cap: [Digest]
    /// The sum of all messages' fractions.
    package var busSum: BusSum
    package var quotientCap: [Digest]
    package var values: OutOfDomainValues
    package var batchingNonce: Felt
    /// One cap per FRI layer.
    package var layerCaps: [[Digest]]
    /// Coefficients, lowest degree first.
    package var finalPolynomial: [Ext]
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
    package var value: Ext

    package init(_ value: Ext) {
        self.value = value
    }

    package static let zero = BusSum(.zero)

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
    package var main: TreeOpening
    package var stage2: TreeOpening
    package var quotient: TreeOpening
    package var layers: [TreeOpening]

    package init(main: TreeOpening, stage2: TreeOpening, quotient: TreeOpening, layers: [TreeOpening]) {
        self.main = main
        self.stage2 = stage2
        self.quotient = quotient
        self.layers = layers
    }
}
