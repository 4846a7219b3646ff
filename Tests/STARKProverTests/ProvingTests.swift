import CKernels
import ProofField
import STARKCore
import STARKProver
import STARKSamples
import STARKVerifier
import Synchronization
import Testing

@Suite("Proving")
struct ProvingTests {
    private func prove(threads: Int, _ parameters: ProofParameters = .insecureTest) throws -> ProvenInstance {
        let circuit = try RecordedCircuit(PermutationCircuit())
        let prover = InstanceProver(circuit: circuit, parameters: parameters, threads: threads)
        let committed = try prover.commit(PermutationCircuit.trace(logHeight: 11, active: 1000))
        return try prover.prove(committed, binding: binding(circuit, committed))
    }

    private func binding(_ circuit: RecordedCircuit, _ committed: CommittedTrace) -> InstanceBinding {
        InstanceBinding(
            jobId: [UInt8](repeating: 3, count: 32), seed: circuit.digest,
            operatorKey: [UInt8](repeating: 4, count: 20), instanceIndex: 6, circuit: circuit.id,
            logHeight: committed.logHeight, root: committed.root)
    }

    @Test("The proof does not depend on threads", arguments: [2, 3, 8])
    func threads(_ threads: Int) throws {
        #expect(try prove(threads: threads).proof == prove(threads: 1).proof)
    }

    @Test("Every byte of a proof belongs to one component")
    func sizes() throws {
        let proven = try prove(threads: 1)
        #expect(proven.sizes.total == proven.proof.count)
        #expect(proven.sizes.components.allSatisfy { $0.bytes > 0 })
    }

    @Test("The smallest nonce wins on any number of threads")
    func work() throws {
        #expect(try prove(threads: 4, .profileA).proof == prove(threads: 1, .profileA).proof)
    }

    @Test("The proof format and every transcript step are frozen")
    func pinned() throws {
        let job = try SampleJob(parameters: .insecureTest, logHeight: 8)
        let digests = job.proofs.map { partial in
            Poseidon2.hash(fixedLength: partial.proof.map { Felt(UInt32($0)) })[0].canonical
        }
        #expect(digests == [553_503_385, 630_517_243])
        #expect(job.circuits.circuits.map { $0.digest[0].canonical } == [95_517_242, 684_060_633])
        #expect(job.seed[0].canonical == 20_645_447)
    }

    @Test("A binding of another circuit, height or root is refused")
    func bindings() throws {
        let circuit = try RecordedCircuit(ProductSource())
        let prover = InstanceProver(circuit: circuit, parameters: .insecureTest, threads: 1)
        let committed = try prover.commit(ProductSource.trace(logHeight: 8, count: 10))
        let variants: [(UInt32, Int, Digest)] = [
            (2, 8, committed.root), (1, 11, committed.root), (1, 8, .zero),
        ]
        for (id, logHeight, root) in variants {
            let binding = InstanceBinding(
                jobId: [], seed: .zero, operatorKey: [], instanceIndex: 0, circuit: id, logHeight: logHeight,
                root: root)
            #expect(throws: ProverError.bindingMismatch) { try prover.prove(committed, binding: binding) }
        }
    }

    /// As a kernel's mistake would be: what is opened is not what was committed to.
    @Test("A trace that changes after its commitment gives no proof")
    func changedTrace() throws {
        let circuit = try RecordedCircuit(ProductSource())
        let prover = InstanceProver(circuit: circuit, parameters: .insecureTest, threads: 1)
        let trace = ProductSource.trace(logHeight: 8, count: 10)
        let committed = try prover.commit(trace)
        let binding = binding(circuit, committed)
        #expect(throws: Never.self) { try prover.prove(committed, binding: binding) }
        trace[5, 1] += .one
        #expect(throws: ProverError.notLowDegree) { try prover.prove(committed, binding: binding) }
    }

    @Test("Progress names every stage once, in order, with the caller's clock")
    func progress() throws {
        let circuit = try RecordedCircuit(ProductSource())
        let prover = InstanceProver(circuit: circuit, parameters: .insecureTest, threads: 1)
        var time: UInt64 = 0
        let clock: () -> UInt64 = { time }
        let committed = try prover.commit(ProductSource.trace(logHeight: 8, count: 10), clock: clock)
        var seen: [ProvingStage] = []
        let proven = try prover.prove(
            committed, binding: binding(circuit, committed), clock: clock,
            progress: { stage in
                seen.append(stage)
                time += 10
            })
        #expect(seen == Array(ProvingStage.allCases.dropFirst()))
        #expect((committed.report.stages + proven.report.stages).map(\.stage) == ProvingStage.allCases)
        #expect(proven.report.stages.allSatisfy { $0.time == 10 })
        #expect(proven.report.stages.reduce(0) { $0 + $1.time } == 70)
        #expect(proven.report.peakBytes > 0)
    }

    @Test("Matrices stay within the stated bound", arguments: [11, 14])
    func memory(_ logHeight: Int) async throws {
        // A process of its own: the peak is the process's.
        let result = await #expect(processExitsWith: .success) { [logHeight] in
            for circuit in [try RecordedCircuit(PermutationCircuit()), try RecordedCircuit(WideCircuit())] {
                let prover = InstanceProver(circuit: circuit, parameters: .insecureTest, threads: 2)
                let bound = try #require(prover.memoryBound(logHeight: logHeight, threads: 2))
                let trace = FeltMatrix(rows: 1 << logHeight, width: circuit.columnCount)
                let committed = try prover.commit(trace)
                let binding = InstanceBinding(
                    jobId: [], seed: .zero, operatorKey: [], instanceIndex: 0, circuit: circuit.id,
                    logHeight: logHeight, root: committed.root)
                let peak = try prover.prove(committed, binding: binding).report.peakBytes
                #expect(peak <= bound)
                #expect(bound <= 2 * peak)
            }
        }
        #expect(result != nil)
    }

    @Test("A parallel loop covers its range once", arguments: [1, 2, 5])
    func workPool(_ threads: Int) {
        let sums = (0..<64).map { _ in Counter() }
        WorkPool(threads: threads).forEachRange(of: 64, grain: 3) { range in
            for index in range { sums[index].value.wrappingAdd(1, ordering: .relaxed) }
        }
        #expect(sums.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
        WorkPool(threads: threads).forEachRange(of: 0, grain: 3) { _ in Issue.record("an empty range was visited") }
    }

    private final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }
}
