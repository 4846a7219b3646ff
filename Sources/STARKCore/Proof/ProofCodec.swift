import ProofField

/// Writes a proof: canonical field elements as little-endian u32, nothing else.
package struct ProofWriter {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

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

    package mutating func write(_ openings: QueryOpenings) {
        for opening in [openings.main, openings.stage2, openings.quotient] + openings.layers {
            for value in opening.values { write(value) }
            write(opening.siblings)
        }
    }

    private mutating func write(_ element: Felt) {
        let value = element.canonical
        for shift in [UInt32(0), 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

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
    private let bytes: [UInt8]
    private var offset = 0

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package var remainingByteCount: Int { bytes.count - offset }

    package mutating func header(_ shape: ProofShape) throws(ProofRejection) -> ProofHeader {
        guard remainingByteCount >= 4 * shape.headerWordCount else { throw .wrongLength }
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
        guard remainingByteCount == 4 * shape.queryWordCount(plan) else { throw .wrongLength }
        let rows = plan.domain.leaves.count
        let main = try opening(words: rows * shape.mainWidth, plan.domain)
        let stage2 = try opening(words: rows * shape.stage2Width, plan.domain)
        let quotient = try opening(words: rows * shape.quotientWidth, plan.domain)
        var layers: [TreeOpening] = []
        for layer in plan.layers {
            layers.append(try opening(words: Ext.degree * layer.missingCount, layer.opening))
        }
        return QueryOpenings(main: main, stage2: stage2, quotient: quotient, layers: layers)
    }

    private mutating func opening(words: Int, _ opening: QueryPlan.Opening) throws(ProofRejection) -> TreeOpening {
        TreeOpening(values: try elements(words), siblings: try digests(opening.siblingCount))
    }

    private mutating func element() throws(ProofRejection) -> Felt {
        guard remainingByteCount >= 4 else { throw .wrongLength }
        var value: UInt32 = 0
        for byte in 0..<4 { value |= UInt32(bytes[offset + byte]) << UInt32(8 * byte) }
        guard let element = Felt(canonical: value) else { throw .nonCanonicalElement }
        offset += 4
        return element
    }

    private mutating func ext() throws(ProofRejection) -> Ext {
        Ext(try element(), try element(), try element(), try element())
    }

    private mutating func exts(_ count: Int) throws(ProofRejection) -> [Ext] {
        var values: [Ext] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try ext()) }
        return values
    }

    private mutating func elements(_ count: Int) throws(ProofRejection) -> [Felt] {
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
