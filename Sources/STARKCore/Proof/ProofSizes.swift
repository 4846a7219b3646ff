import ProofField

/// Where the bytes of a proof go.
package struct ProofSizes: Equatable, Sendable {
    /// Field elements by part, in the order of the proof: Merkle caps of all trees; bus sum, values out of the domain
    /// and nonces; the final polynomial; opened rows of the stage-1, stage-2 and quotient trees, and their siblings;
    /// values of FRI layers that earlier steps do not give, and their siblings.
    private let elements: [(name: String, count: Int)]

    /// Counts what a proof of these parts has; nothing is encoded.
    package init(header: ProofHeader, openings: QueryOpenings) {
        let traces = [openings.main, openings.stage2, openings.quotient]
        let caps = [header.mainCap, header.stage2Cap, header.quotientCap] + header.layerCaps
        func values(_ trees: [TreeOpening]) -> Int { trees.reduce(0) { $0 + $1.values.count } }
        func paths(_ trees: [TreeOpening]) -> Int { Digest.count * trees.reduce(0) { $0 + $1.siblings.count } }
        elements = [
            ("caps", Digest.count * caps.reduce(0) { $0 + $1.count }),
            ("values", Ext.degree * (header.values.atPoint.count + 2) + 2),
            ("finalPolynomial", Ext.degree * header.finalPolynomial.count),
            ("rows", values(traces)), ("rowPaths", paths(traces)),
            ("foldValues", values(openings.layers)), ("foldPaths", paths(openings.layers)),
        ]
    }

    /// Equal when every part is.
    package static func == (a: ProofSizes, b: ProofSizes) -> Bool {
        a.elements.elementsEqual(b.elements) { $0 == $1 }
    }

    /// Bytes by name, in the order of the proof; each part is rounded up to whole bytes.
    package var components: [(name: String, bytes: Int)] {
        elements.map { ($0.name, ElementPacking.byteCount($0.count)) }
    }

    /// Bytes of the proof.
    package var total: Int { ElementPacking.byteCount(elements.reduce(0) { $0 + $1.count }) }
}
