package import ProofField

extension ProofParameters {
    /// log2 of the arity of every FRI fold at a height: full folds, then at most one smaller one.
    package func foldLogs(logHeight: Int) -> [Int] {
        var folds: [Int] = []
        var remaining = logHeight - finalLog
        while remaining > 0 {
            folds.append(min(foldLog, remaining))
            remaining -= foldLog
        }
        return folds
    }
}

/// Every count of an instance's proof, from circuit, height and parameters alone; the proof has no say in it.
package struct ProofShape: Equatable, Sendable {
    /// Chunks of degree below N that the quotient of degree-3 constraints splits into.
    package static let quotientChunkCount = 2

    /// The parameters that the shape follows from.
    package let parameters: ProofParameters
    /// log2 of the trace's rows, one of the parameters' heights.
    package let logHeight: Int
    /// Stage-1 columns.
    package let mainWidth: Int
    /// Stage-2 columns in the extension.
    package let stage2Columns: Int
    /// log2 of each fold's arity, in order (`ProofParameters.foldLogs(logHeight:)`).
    package let foldLogs: [Int]

    /// Nil when the parameters do not allow the height.
    package init?(circuit: RecordedCircuit, logHeight: Int, parameters: ProofParameters) {
        guard parameters.logHeights.contains(logHeight), logHeight >= parameters.finalLog,
            logHeight + parameters.blowupLog <= Felt.twoAdicity
        else { return nil }
        self.parameters = parameters
        self.logHeight = logHeight
        mainWidth = circuit.columnCount
        stage2Columns = circuit.pairCount
        foldLogs = parameters.foldLogs(logHeight: logHeight)
    }

    /// Rows of the trace.
    package var height: Int { 1 << logHeight }
    /// log2 of the evaluation domain.
    package var domainLog: Int { logHeight + parameters.blowupLog }
    /// Stage-2 columns in the base field.
    package var stage2Width: Int { Ext.degree * stage2Columns }
    /// Columns of the quotient's chunks in the base field.
    package var quotientWidth: Int { Ext.degree * Self.quotientChunkCount }
    /// Values opened out of the domain: all columns at zeta, the accumulator at the next point.
    package var openingCount: Int { mainWidth + stage2Columns + Self.quotientChunkCount + 1 }

    /// True for a point of the trace domain or of the evaluation domain, where nothing may be opened.
    package func containsInDomains(_ point: Ext) -> Bool {
        let trace = point.pow(1 << UInt64(logHeight))
        let coset = Ext(Felt.generator.pow(1 << UInt64(domainLog)))
        return trace == .one || trace.pow(1 << UInt64(parameters.blowupLog)) == coset
    }

    /// log2 of the leaves of fold `layer`'s tree.
    package func leafLog(layer: Int) -> Int {
        domainLog - foldLogs[...layer].reduce(0, +)
    }

    /// log2 of the digests in the cap of a tree of 2^leafLog leaves.
    package func capLog(leafLog: Int) -> Int {
        min(parameters.capLog, leafLog)
    }

    /// Field elements before the openings at the queries.
    package var headerElementCount: Int {
        let digest = Digest.count
        let layerCaps = foldLogs.indices.reduce(0) { $0 + digest * (1 << capLog(leafLog: leafLog(layer: $1))) }
        let caps = 3 * digest * (1 << capLog(leafLog: domainLog)) + layerCaps
        let values = Ext.degree * (1 + openingCount + (1 << parameters.finalLog))
        return caps + values + 2
    }

    /// Field elements of all openings at the queries, exactly.
    package func queryElementCount(_ plan: QueryPlan) -> Int {
        let rows = plan.domain.leaves.count * (mainWidth + stage2Width + quotientWidth)
        let siblings = 3 * plan.domain.siblingCount + plan.layers.reduce(0) { $0 + $1.opening.siblingCount }
        let values = plan.layers.reduce(0) { $0 + $1.missingCount }
        return rows + Ext.degree * values + Digest.count * siblings
    }

    /// Digests that a pruned opening of all queries has at most: a pair of nodes lacks one of them or none.
    private func maximumSiblingCount(leafLog: Int) -> Int {
        (capLog(leafLog: leafLog)..<leafLog).reduce(0) { $0 + min(parameters.queryCount, 1 << $1) }
    }

    /// The longest possible proof in bytes, for limits on messages.
    package var maximumByteCount: Int {
        var elements = headerElementCount + parameters.queryCount * (mainWidth + stage2Width + quotientWidth)
        elements += 3 * Digest.count * maximumSiblingCount(leafLog: domainLog)
        for layer in foldLogs.indices {
            elements += parameters.queryCount * Ext.degree * ((1 << foldLogs[layer]) - 1)
            elements += Digest.count * maximumSiblingCount(leafLog: leafLog(layer: layer))
        }
        return ElementPacking.byteCount(elements)
    }
}
