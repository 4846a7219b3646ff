import STARKCore

extension InstanceProver {
    /// A bound of the bytes that matrices hold while one instance of this height is committed and proven with
    /// `threads` threads, the trace included; nil when the parameters do not allow the height.
    package func memoryBound(logHeight: Int, threads: Int) -> Int? {
        guard let shape = ProofShape(circuit: circuit, logHeight: logHeight, parameters: parameters) else {
            return nil
        }
        let height = shape.height
        let domain = 1 << shape.domainLog
        let stage2 = shape.stage2Width
        let columns = [shape.mainWidth, stage2, shape.quotientWidth].reduce(0) {
            $0 + ColumnCommitment.stride(width: $1)
        }
        // Extended columns, and three trees of two digests a leaf.
        var words = domain * (columns + 3 * 16)
        // Trace, stage-2 values, their fractions; quotient values and coefficients; two weight vectors.
        words += height * (shape.mainWidth + stage2 + 4 * stage2 + 8 + shape.quotientWidth + 8)
        // FRI layers and their trees: a geometric series after the first layer of four words a point.
        words += domain * 4 * 2
        // Per thread: the program's blocks, the transforms' scratch, one block of inverses.
        words += max(1, threads) * (256 * circuit.constraintProgram.slotCount + 48 * domain / 4 + (1 << 16))
        return 4 * words
    }
}
