import ProofField
import STARKCore
import STARKProver
import STARKSamples
import Testing

@Suite("Stage-1 commitments")
struct CommitmentTests {
    /// The extension by its definition: interpolate on the trace domain, evaluate on the coset, hash each row.
    private func naiveRoot(_ trace: FeltMatrix, blowupLog: Int) -> Digest {
        let log = trace.rows.trailingZeroBitCount
        let points = EvaluationDomain(log: log + blowupLog, shift: .generator).points(
            Array(0..<(trace.rows << blowupLog)))
        let root = Felt.twoAdicGenerator(logOrder: log)
        let size = Felt(UInt32(trace.rows)).inverse
        let domain = (0..<trace.rows).map { root.pow(UInt64($0)) }
        var level = points.map { point -> Digest in
            let scale = (point.pow(UInt64(trace.rows)) - .one) * size
            var weights = domain.map { point - $0 }
            Felt.batchInverse(&weights)
            for row in weights.indices { weights[row] *= scale * domain[row] }
            return Poseidon2.hash(
                fixedLength: (0..<trace.width).map { column in
                    (0..<trace.rows).reduce(Felt.zero) { $0 + weights[$1] * trace[$1, column] }
                })
        }
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map { Poseidon2.compress(level[$0], level[$0 + 1]) }
        }
        return level[0]
    }

    @Test("The root is that of the definition, for any stride of the trace")
    func definition() throws {
        let circuit = try RecordedCircuit(ProductSink())
        let trace = ProductSink.trace(logHeight: 8, count: 200)
        let prover = InstanceProver(circuit: circuit, parameters: .profileA, threads: 1)
        let root = try prover.commit(trace).root
        #expect(root == naiveRoot(trace, blowupLog: 2))
        let padded = FeltMatrix(rows: trace.rows, width: trace.width, stride: 32)
        for row in 0..<trace.rows {
            for column in 0..<trace.width { padded[row, column] = trace[row, column] }
        }
        #expect(try prover.commit(padded).root == root)
    }

    @Test("The root of a fixed trace is pinned")
    func pinned() throws {
        let circuit = try RecordedCircuit(ProductSource())
        let prover = InstanceProver(circuit: circuit, parameters: .profileA, threads: 1)
        let root = try prover.commit(ProductSource.trace(logHeight: 11, count: 2000)).root
        #expect(
            root.elements.map(\.canonical) == [
                58_028_214, 208_526_830, 127_694_084, 2_118_207_865, 903_428_493, 161_521_249, 532_346_936,
                245_450_894,
            ])
    }

    @Test("A trace of another shape is refused", arguments: [(9, 4), (8, 5), (8, 3), (3, 4)])
    func shape(_ logHeight: Int, _ width: Int) throws {
        let prover = InstanceProver(
            circuit: try RecordedCircuit(ProductSource()), parameters: .insecureTest, threads: 1)
        #expect(throws: ProverError.traceShape) {
            try prover.commit(FeltMatrix(rows: 1 << logHeight, width: width))
        }
    }

    @Test("A number of rows that is no power of two is refused", arguments: [0, 255, 257, 300])
    func rows(_ rows: Int) throws {
        let prover = InstanceProver(
            circuit: try RecordedCircuit(ProductSource()), parameters: .insecureTest, threads: 1)
        #expect(throws: ProverError.traceShape) { try prover.commit(FeltMatrix(rows: rows, width: 4)) }
    }
}
