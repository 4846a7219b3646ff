import ProofField
import STARKCore
import STARKSamples
import Testing

/// Everything a prover says is absorbed before the next challenge: opened values (GHSA-vrmm-4mm5-38vm), bus sums
/// (GHSA-8m24-3cfx-9fjw), roots, the final polynomial and the nonces.
@Suite("The transcript of an instance")
struct InstanceTranscriptTests {
    /// What a prover says, and the challenges that follow in order.
    private struct Run {
        var stage2Root = Digest.zero
        var busSum = BusSum.zero
        var quotientRoot = Digest.zero
        var values: OutOfDomainValues
        var batchingNonce = Felt.zero
        var layerRoots: [Digest]
        var finalPolynomial: [Ext]
        var queryNonce = Felt.zero

        init(_ shape: ProofShape) {
            values = OutOfDomainValues(
                main: Array(repeating: .zero, count: shape.mainWidth),
                stage2: Array(repeating: .zero, count: shape.stage2Columns), quotient: [.zero, .zero],
                nextAccumulator: .zero)
            layerRoots = Array(repeating: .zero, count: shape.foldLogs.count)
            finalPolynomial = Array(repeating: .zero, count: 32)
        }

        func challenges(_ start: InstanceTranscript) -> [[Ext]] {
            var transcript = start
            var challenges = [[transcript.commitStage2(root: stage2Root, busSum: busSum)]]
            challenges.append([transcript.commitQuotient(root: quotientRoot) ?? .zero])
            transcript.absorb(values)
            _ = transcript.checkBatchingWork(batchingNonce)
            challenges.append([transcript.batchingChallenge()])
            for root in layerRoots { challenges.append([transcript.commitLayer(root: root)]) }
            transcript.absorb(finalPolynomial: finalPolynomial)
            _ = transcript.checkQueryWork(queryNonce)
            challenges.append(transcript.queryPositions().map { Ext(Felt(UInt32($0))) })
            return challenges
        }
    }

    private let circuit: RecordedCircuit
    private let shape: ProofShape

    init() throws {
        circuit = try RecordedCircuit(ProductSink())
        shape = try #require(ProofShape(circuit: circuit, logHeight: 14, parameters: .insecureTest))
    }

    private func start(
        jobId: [UInt8] = [1], seed: Digest = .zero, operatorKey: [UInt8] = [2], index: UInt32 = 3,
        circuitId: UInt32 = 2, logHeight: Int = 14, root: Digest = .zero
    ) -> InstanceBinding {
        InstanceBinding(
            jobId: jobId, seed: seed, operatorKey: operatorKey, instanceIndex: index, circuit: circuitId,
            logHeight: logHeight, root: root)
    }

    @Test("Each statement changes every later challenge and none before")
    func statements() {
        let run = Run(shape)
        let begin = InstanceTranscript(binding: start(), circuit: circuit, shape: shape)
        let reference = run.challenges(begin)
        #expect(reference.count == 3 + 3 + 1)
        /// The first challenge that depends on the change.
        func expect(_ first: Int, _ change: (inout Run) -> Void, sourceLocation: SourceLocation = #_sourceLocation) {
            var changed = run
            change(&changed)
            let challenges = changed.challenges(begin)
            for position in reference.indices {
                #expect(
                    (challenges[position] == reference[position]) == (position < first), "challenge \(position)",
                    sourceLocation: sourceLocation)
            }
        }
        expect(0) { $0.stage2Root[7] = .one }
        for coefficient in 0..<4 { expect(0) { $0.busSum.value = .basis(coefficient) } }
        expect(1) { $0.quotientRoot[0] = .one }
        for column in run.values.main.indices { expect(2) { $0.values.main[column] = .basis(3) } }
        for column in run.values.stage2.indices { expect(2) { $0.values.stage2[column] = .one } }
        for chunk in run.values.quotient.indices { expect(2) { $0.values.quotient[chunk] = .one } }
        expect(2) { $0.values.nextAccumulator = .one }
        expect(2) { $0.batchingNonce = .one }
        for layer in run.layerRoots.indices { expect(3 + layer) { $0.layerRoots[layer][3] = .one } }
        for coefficient in run.finalPolynomial.indices { expect(6) { $0.finalPolynomial[coefficient] = .one } }
        expect(6) { $0.queryNonce = .one }
    }

    @Test("Each part of the binding, the parameters and the circuit change the first challenge")
    func bindings() {
        var digest = Digest.zero
        digest[5] = .one
        let bindings = [
            start(), start(jobId: []), start(jobId: [1, 0]), start(seed: digest), start(operatorKey: []),
            start(operatorKey: [2, 0]), start(index: 4), start(index: 3 + 1 << 24), start(circuitId: 3),
            start(logHeight: 15), start(root: digest),
            // A byte moved from one field to the next.
            start(jobId: [1, 2], operatorKey: []), start(jobId: [], operatorKey: [1, 2]),
        ]
        var challenges: [Ext] = []
        func add(_ transcript: Transcript) {
            var transcript = transcript
            challenges.append(transcript.squeezeExt())
        }
        for binding in bindings { add(binding.transcript(parametersDigest: .zero, circuitDigest: .zero)) }
        add(start().transcript(parametersDigest: digest, circuitDigest: .zero))
        add(start().transcript(parametersDigest: .zero, circuitDigest: digest))
        #expect(Set(challenges).count == bindings.count + 2)
    }

    @Test("The instance's transcript uses its parameters' and its circuit's digests")
    func verifyingKey() throws {
        let other = try #require(ProofShape(circuit: circuit, logHeight: 14, parameters: .profileA))
        let changed = try RecordedCircuit(
            ClosureCircuit(id: 2) { air in
                ProductSink().describe(&air)
                air.assertZero(air.column("extra"), "extra")
            })
        let gammas = [(circuit, shape), (circuit, other), (changed, shape)].map { circuit, shape in
            var transcript = InstanceTranscript(binding: start(), circuit: circuit, shape: shape)
            return transcript.commitStage2(root: .zero, busSum: .zero)
        }
        #expect(Set(gammas).count == 3)
    }
}
