import CKernels
package import ProofField
package import STARKCore

/// The commit phase of FRI.
package struct FoldProver {
    private struct Layer {
        let values: FeltMatrix
        let tree: MerkleTree
    }

    package private(set) var caps: [[Digest]] = []
    package private(set) var finalPolynomial: [Ext] = []
    /// True when the last layer is a polynomial of the final degree, as it is for an honest first layer.
    package private(set) var isLowDegree = true
    private var layers: [Layer] = []

    /// Folds `first` down to the final polynomial, taking each beta from the transcript.
    package init(
        first: FeltMatrix, shape: ProofShape, transcript: inout InstanceTranscript, pool: WorkPool
    ) throws(ProverError) {
        try self.init(first: first, shape: shape, transcript: &transcript, pool: pool, times: KernelTimes { 0 })
    }

    init(
        first: FeltMatrix, shape: ProofShape, transcript: inout InstanceTranscript, pool: WorkPool, times: KernelTimes
    ) throws(ProverError) {
        var (values, domain) = (first, EvaluationDomain(shape))
        for (number, foldLog) in shape.foldLogs.enumerated() {
            let leafWidth = Ext.degree << foldLog
            let layerValues = values
            let tree = times.hashing {
                MerkleTree(
                    layerValues, leafWidth: leafWidth, leafStride: leafWidth,
                    capLog: shape.capLog(leafLog: shape.leafLog(layer: number)), pool: pool)
            }
            layers.append(Layer(values: values, tree: tree))
            caps.append(tree.cap)
            let beta = transcript.commitLayer(root: tree.root)
            values = Self.fold(values, domain: domain, foldLog: foldLog, beta: beta, pool)
            domain = domain.folded(by: foldLog)
        }
        try ColumnTransform.interpolate(values, on: domain)
        let count = 1 << shape.parameters.finalLog
        finalPolynomial = (0..<count).map { values[ext: $0, 0] }
        isLowDegree = (count..<values.rows).allSatisfy { values[ext: $0, 0].isZero }
    }

    private static func fold(
        _ values: FeltMatrix, domain: EvaluationDomain, foldLog: Int, beta: Ext, _ pool: WorkPool
    ) -> FeltMatrix {
        let folded = FeltMatrix(rows: values.rows >> foldLog, width: Ext.degree, isOverwritten: true)
        fold(values, into: folded, domain: domain, foldLog: foldLog, beta: beta, pool)
        return folded
    }

    /// Folds a layer on `domain` by 2^foldLog into a matrix of that many fewer rows.
    package static func fold(
        _ values: FeltMatrix, into folded: FeltMatrix, domain: EvaluationDomain, foldLog: Int, beta: Ext,
        _ pool: WorkPool
    ) {
        let betaWords = beta.coefficients.map(\.raw)
        pool.forEachRange(of: folded.rows, grain: 2048) { range in
            unsafe values.withUnsafeWords { source in
                unsafe folded.withUnsafeMutableWords { target in
                    unsafe betaWords.withUnsafeBufferPointer { beta in
                        unsafe ck_fold(
                            source.baseAddress, UInt32(domain.log), UInt32(foldLog), domain.shift.raw,
                            beta.baseAddress, range.lowerBound, range.upperBound, target.baseAddress)
                    }
                }
            }
        }
    }

    /// The opened leaves of all layers, without the values that earlier steps give.
    package func open(_ plan: QueryPlan) -> [TreeOpening] {
        zip(layers, plan.layers).map { layer, opening in
            var values: [Felt] = []
            var known = opening.known[...]
            for leaf in opening.opening.leaves {
                for position in (leaf << opening.foldLog)..<((leaf + 1) << opening.foldLog) {
                    if known.first == position {
                        known.removeFirst()
                    } else {
                        values += layer.values[ext: position, 0].coefficients
                    }
                }
            }
            return TreeOpening(values: values, siblings: layer.tree.siblings(opening.opening))
        }
    }
}
