import ProofField

/// Where the bytes of a proof go.
package struct ProofSizes: Equatable, Sendable {
    /// Merkle caps of all trees.
    package let caps: Int
    /// Bus sum, values out of the domain, nonces.
    package let values: Int
    package let finalPolynomial: Int
    /// Opened rows of the stage-1, stage-2 and quotient trees.
    package let rows: Int
    /// Their siblings.
    package let rowPaths: Int
    /// Values of FRI layers that earlier steps do not give.
    package let foldValues: Int
    /// Siblings in FRI layers.
    package let foldPaths: Int

    package init(header: ProofHeader, openings: QueryOpenings) {
        let (digest, ext) = (4 * Digest.count, 4 * Ext.degree)
        let traces = [openings.main, openings.stage2, openings.quotient]
        let layerCaps = header.layerCaps.reduce(0) { $0 + $1.count }
        caps = digest * (header.mainCap.count + header.stage2Cap.count + header.quotientCap.count + layerCaps)
        values = ext * (header.values.atPoint.count + 2) + 8
        finalPolynomial = ext * header.finalPolynomial.count
        rows = traces.reduce(0) { $0 + 4 * $1.values.count }
        rowPaths = traces.reduce(0) { $0 + digest * $1.siblings.count }
        foldValues = openings.layers.reduce(0) { $0 + 4 * $1.values.count }
        foldPaths = openings.layers.reduce(0) { $0 + digest * $1.siblings.count }
    }

    /// By name, in the order of the proof.
    package var components: [(name: String, bytes: Int)] {
        [
            ("caps", caps), ("values", values), ("finalPolynomial", finalPolynomial), ("rows", rows),
            ("rowPaths", rowPaths), ("foldValues", foldValues), ("foldPaths", foldPaths),
        ]
    }

    package var total: Int { components.reduce(0) { $0 + $1.bytes } }
}
