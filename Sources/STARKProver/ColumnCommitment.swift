import CKernels
package import ProofField
package import STARKCore

/// Columns on the evaluation domain with their Merkle tree: rows in bit-reversed order, one leaf a row.
package struct ColumnCommitment: Sendable {
    let extended: FeltMatrix
    package let tree: MerkleTree

    /// Extends columns given by their values on the trace domain in natural order.
    package init(values: FeltMatrix, shape: ProofShape, pool: WorkPool) throws(ProverError) {
        try self.init(values: values, shape: shape, pool: pool, times: KernelTimes { 0 })
    }

    init(values: FeltMatrix, shape: ProofShape, pool: WorkPool, times: KernelTimes) throws(ProverError) {
        let matrix = Self.matrix(width: values.width, shape)
        try times.transforming { () throws(ProverError) in try Self.extend(values, into: matrix, shape, pool) }
        self.init(extending: matrix, shape: shape, pool: pool, times: times)
    }

    /// All columns, sixteen or more of them to a task.
    private static func extend(
        _ values: FeltMatrix, into matrix: FeltMatrix, _ shape: ProofShape, _ pool: WorkPool
    ) throws(ProverError) {
        let columnsPerTask = max(16, (values.width / pool.threadCount + 15) / 16 * 16)
        let tasks = (values.width + columnsPerTask - 1) / columnsPerTask
        let failures = FeltMatrix(rows: tasks, width: 1)
        pool.forEachRange(of: tasks, grain: 1) { range in
            let first = range.lowerBound * columnsPerTask
            let count = min(columnsPerTask, values.width - first)
            if !extend(values, columns: first..<(first + count), into: matrix, shape) {
                failures[range.lowerBound, 0] = .one
            }
        }
        for task in 0..<tasks where !failures[task, 0].isZero { throw .outOfMemory }
    }

    /// Evaluates columns given by coefficients below the trace height.
    package init(coefficients: FeltMatrix, shape: ProofShape, pool: WorkPool) throws(ProverError) {
        try self.init(coefficients: coefficients, shape: shape, pool: pool, times: KernelTimes { 0 })
    }

    init(coefficients: FeltMatrix, shape: ProofShape, pool: WorkPool, times: KernelTimes) throws(ProverError) {
        let matrix = FeltMatrix(
            rows: 1 << shape.domainLog, width: coefficients.width, stride: Self.stride(width: coefficients.width))
        for row in 0..<coefficients.rows {
            for column in 0..<coefficients.width { matrix[row, column] = coefficients[row, column] }
        }
        try times.transforming { () throws(ProverError) in
            try ColumnTransform.evaluate(matrix, on: EvaluationDomain(shape))
        }
        self.init(extending: matrix, shape: shape, pool: pool, times: times)
    }

    private init(extending matrix: FeltMatrix, shape: ProofShape, pool: WorkPool, times: KernelTimes) {
        extended = matrix
        tree = times.hashing {
            MerkleTree(
                matrix, leafWidth: matrix.width, leafStride: matrix.stride,
                capLog: shape.capLog(leafLog: shape.domainLog), pool: pool)
        }
    }

    /// The transform writes all columns; nothing reads the padding behind them.
    private static func matrix(width: Int, _ shape: ProofShape) -> FeltMatrix {
        FeltMatrix(
            rows: 1 << shape.domainLog, width: width, stride: stride(width: width), isOverwritten: true)
    }

    /// Wide rows start on cache lines.
    static func stride(width: Int) -> Int {
        width <= 16 ? width : (width + 15) / 16 * 16
    }

    private static func extend(
        _ values: FeltMatrix, columns: Range<Int>, into matrix: FeltMatrix, _ shape: ProofShape
    ) -> Bool {
        unsafe values.withUnsafeWords { source in
            unsafe matrix.withUnsafeMutableWords { target in
                guard let source = source.baseAddress, let target = target.baseAddress else { return false }
                return unsafe ck_coset_lde(
                    source + columns.lowerBound, values.stride, UInt32(shape.logHeight), columns.count,
                    UInt32(shape.parameters.blowupLog), Felt.generator.raw, target + columns.lowerBound,
                    matrix.stride)
            }
        }
    }

    /// The rows at the opened positions with their siblings.
    package func open(_ opening: QueryPlan.Opening) -> TreeOpening {
        TreeOpening(values: opening.leaves.flatMap { extended.row($0) }, siblings: tree.siblings(opening))
    }
}
