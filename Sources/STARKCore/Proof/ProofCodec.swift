import ProofField

/// Writes a proof: field elements, packed, and nothing else.
package struct ProofWriter {
    private var packer: ElementPacker

    /// `capacity` is in bytes: what is reserved, not a limit.
    package init(capacity: Int) { packer = ElementPacker(capacity: capacity) }

    /// What was written, the last byte filled up with zero bits.
    package var bytes: [UInt8] { packer.bytes }

    /// Writes the header in the order of the transcript.
    package mutating func write(_ header: ProofHeader) {
        write(header.mainCap)
        write(header.stage2Cap)
        write(header.busSum.value)
        write(header.quotientCap)
        for value in header.values.atPoint { write(value) }
        write(header.values.nextAccumulator)
        write(header.batchingNonce)
        for cap in header.layerCaps { write(cap) }
        for coefficient in header.finalPolynomial { write(coefficient) }
        write(header.queryNonce)
    }

    /// Writes the openings: stage 1, stage 2, quotient, then the FRI layers, each with values and siblings.
    package mutating func write(_ openings: QueryOpenings) {
        for opening in [openings.main, openings.stage2, openings.quotient] + openings.layers {
            for value in opening.values { write(value) }
            write(opening.siblings)
        }
    }

    private mutating func write(_ element: Felt) { packer.append(element) }

    private mutating func write(_ value: Ext) {
        write(value.c0)
        write(value.c1)
        write(value.c2)
        write(value.c3)
    }

    private mutating func write(_ digests: [Digest]) {
        for digest in digests {
            for index in 0..<Digest.count { write(digest[index]) }
        }
    }
}

/// Reads a proof whose every count the caller knows. Total: each read checks what is left and that each element is
/// canonical.
package struct ProofReader {
    private let byteCount: Int
    private var elements: ElementUnpacker

    /// Nothing is read yet; any bytes will do.
    package init(_ bytes: [UInt8]) {
        byteCount = bytes.count
        elements = ElementUnpacker(bytes)
    }

    /// The header of a proof of this shape. Throws `wrongLength` when the bytes cannot hold it and
    /// `nonCanonicalElement`.
    package mutating func header(_ shape: ProofShape) throws(ProofRejection) -> ProofHeader {
        guard byteCount >= ElementPacking.byteCount(shape.headerElementCount) else { throw .wrongLength }
        let domainCap = 1 << shape.capLog(leafLog: shape.domainLog)
        let mainCap = try digests(domainCap)
        let stage2Cap = try digests(domainCap)
        let busSum = BusSum(try ext())
        let quotientCap = try digests(domainCap)
        let values = OutOfDomainValues(
            main: try exts(shape.mainWidth), stage2: try exts(shape.stage2Columns),
            quotient: try exts(ProofShape.quotientChunkCount), nextAccumulator: try ext())
        let batchingNonce = try element()
        var layerCaps: [[Digest]] = []
        for layer in shape.foldLogs.indices {
            layerCaps.append(try digests(1 << shape.capLog(leafLog: shape.leafLog(layer: layer))))
        }
        return ProofHeader(
            mainCap: mainCap, stage2Cap: stage2Cap, busSum: busSum, quotientCap: quotientCap, values: values,
            batchingNonce: batchingNonce, layerCaps: layerCaps,
            finalPolynomial: try exts(1 << shape.parameters.finalLog), queryNonce: try element())
    }

    /// The openings that `plan` asks for; they are the rest of the proof.
    package mutating func openings(_ shape: ProofShape, _ plan: QueryPlan) throws(ProofRejection) -> QueryOpenings {
        let count = shape.headerElementCount + shape.queryElementCount(plan)
        guard byteCount == ElementPacking.byteCount(count) else { throw .wrongLength }
        let rows = plan.domain.leaves.count
        let main = try opening(rows * shape.mainWidth, plan.domain)
        let stage2 = try opening(rows * shape.stage2Width, plan.domain)
        let quotient = try opening(rows * shape.quotientWidth, plan.domain)
        var layers: [TreeOpening] = []
        for layer in plan.layers {
            layers.append(try opening(Ext.degree * layer.missingCount, layer.opening))
        }
        try elements.expectEnd()
        return QueryOpenings(main: main, stage2: stage2, quotient: quotient, layers: layers)
    }

    private mutating func opening(_ count: Int, _ opening: QueryPlan.Opening) throws(ProofRejection) -> TreeOpening {
        TreeOpening(values: try felts(count), siblings: try digests(opening.siblingCount))
    }

    private mutating func element() throws(ProofRejection) -> Felt { try elements.next() }

    private mutating func ext() throws(ProofRejection) -> Ext {
        Ext(try element(), try element(), try element(), try element())
    }

    private mutating func exts(_ count: Int) throws(ProofRejection) -> [Ext] {
        var values: [Ext] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try ext()) }
        return values
    }

    private mutating func felts(_ count: Int) throws(ProofRejection) -> [Felt] {
        var values: [Felt] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try element()) }
        return values
    }

    private mutating func digests(_ count: Int) throws(ProofRejection) -> [Digest] {
        var digests: [Digest] = []
        digests.reserveCapacity(count)
        for _ in 0..<count {
            var digest = Digest.zero
            for index in 0..<Digest.count { digest[index] = try element() }
            digests.append(digest)
        }
        return digests
    }
}
