import Circuits
import ProofField
import STARKCore
import STARKProver
import STARKVerifier

/// Proves whole instances of one circuit: stages, size by component, verification, memory.
struct ProofBenchmark {
    enum Shape: String, CaseIterable {
        /// The block's own circuit.
        case treeHash
        /// One permutation a row and nothing else, as other provers publish it.
        case permutation

        func circuit() throws(RecordingError) -> RecordedCircuit {
            switch self {
            case .treeHash: try RecordedCircuit(TreeHash())
            case .permutation: try RecordedCircuit(PermutationOnly())
            }
        }

        func trace(logHeight: Int) -> FeltMatrix {
            switch self {
            case .treeHash: BenchmarkTrace.treeHash(logHeight: logHeight)
            case .permutation: BenchmarkTrace.permutations(logHeight: logHeight)
            }
        }
    }

    struct Result {
        let circuit: String
        let columns: Int
        let logHeight: Int
        let threads: Int
        let time: ProcessTime
        /// CPU time by stage, in order.
        let stages: [(name: String, cpuSeconds: Double)]
        /// CPU time in transforms, Merkle trees and the proof of work.
        let transformSeconds: Double
        let hashSeconds: Double
        let workSeconds: Double
        let sizes: ProofSizes
        let verification: ProcessTime
        let peakBytes: Int
        let memoryBound: Int

        /// Rows proven a second: Poseidon2 permutations, in these circuits.
        var perSecond: Double { Double(1 << logHeight) / time.seconds }
        var perCPUSecond: Double { Double(1 << logHeight) / time.cpuSeconds }
        /// Of the time without proof of work, what is neither transform nor Merkle tree.
        var shareOutsideHashingAndTransforms: Double {
            let total = time.cpuSeconds - workSeconds
            return (total - transformSeconds - hashSeconds) / max(total, 1e-9)
        }
    }

    let shape: Shape
    let parameters: ProofParameters
    let runs: Int

    func run(logHeight: Int, threads: Int) throws -> Result {
        let circuit = try shape.circuit()
        let prover = InstanceProver(circuit: circuit, parameters: parameters, threads: threads)
        let before = FeltMatrix.resetPeakBytes()
        let trace = shape.trace(logHeight: logHeight)
        var best: (time: ProcessTime, root: Digest, reports: [ProvingReport], proven: ProvenInstance)?
        // The first run faults in the buffers that the others use again.
        for run in 0...runs {
            var result: (root: Digest, reports: [ProvingReport], proven: ProvenInstance)?
            let time = try ProcessTime.of {
                let committed = try prover.commit(trace, clock: { ProcessTime.cpuNanoseconds })
                let binding = Self.binding(circuit, root: committed.root, logHeight: logHeight)
                let proven = try prover.prove(committed, binding: binding, clock: { ProcessTime.cpuNanoseconds })
                result = (committed.root, [committed.report, proven.report], proven)
            }
            guard let result, run > 0 || runs == 0 else { continue }
            if let best, best.time.cpuSeconds <= time.cpuSeconds { continue }
            best = (time, result.root, result.reports, result.proven)
        }
        guard let best else { throw BenchmarkFailure.noRun }
        let binding = Self.binding(circuit, root: best.root, logHeight: logHeight)
        let verification = try ProcessTime.least(of: 3) {
            let verdict = InstanceVerifier.verify(
                best.proven.proof, binding: binding, circuit: circuit, parameters: parameters)
            guard verdict == .success(best.proven.busSum) else { throw BenchmarkFailure.refused(circuit.name) }
        }
        let reports = best.reports
        let stages = reports.flatMap(\.stages).map { (name: $0.stage.rawValue, cpuSeconds: Double($0.time) / 1e9) }
        return Result(
            circuit: circuit.name, columns: circuit.columnCount, logHeight: logHeight, threads: threads,
            time: best.time, stages: stages,
            transformSeconds: reports.reduce(0) { $0 + Double($1.transformTime) / 1e9 },
            hashSeconds: reports.reduce(0) { $0 + Double($1.hashTime) / 1e9 },
            workSeconds: stages.filter { $0.name == ProvingStage.work.rawValue }.reduce(0) { $0 + $1.cpuSeconds },
            sizes: best.proven.sizes, verification: verification, peakBytes: FeltMatrix.peakBytes - before,
            memoryBound: prover.memoryBound(logHeight: logHeight, threads: threads) ?? 0)
    }

    private static func binding(_ circuit: RecordedCircuit, root: Digest, logHeight: Int) -> InstanceBinding {
        InstanceBinding(
            jobId: [UInt8](repeating: 1, count: 32), seed: circuit.digest,
            operatorKey: [UInt8](repeating: 2, count: 20), instanceIndex: 0, circuit: circuit.id,
            logHeight: logHeight, root: root)
    }
}

enum BenchmarkFailure: Error, CustomStringConvertible {
    case noRun
    case job
    case refused(String)

    var description: String {
        switch self {
        case .noRun: "nothing was measured"
        case .job: "the benchmark's job could not be made"
        case .refused(let circuit): "the verifier refuses the proof of \(circuit)"
        }
    }
}
