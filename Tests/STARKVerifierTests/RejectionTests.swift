import ProofField
import STARKCore
import STARKProver
import STARKSamples
import STARKVerifier
import SeededRandom
import Testing

/// A valid job to spoil, proven once.
enum Fixture {
    static let small = Result { try SampleJob(parameters: .insecureTest, logHeight: 8) }
    static let tall = Result { try SampleJob(parameters: .insecureTest, logHeight: 15) }
    static let unbalanced = Result { try SampleJob(parameters: .insecureTest, logHeight: 8, sinkOffset: 1) }
}

extension SampleJob {
    func verdict(_ proof: [UInt8], index: Int = 1, binding: InstanceBinding? = nil) -> ProofRejection? {
        let result = InstanceVerifier.verify(
            proof, binding: binding ?? bindings[index], circuit: circuits.circuits[index], parameters: parameters)
        if case .failure(let rejection) = result { return rejection }
        return nil
    }

    /// The most bytes a proof of this circuit can have at a height; nil when there is none.
    func maximumByteCount(_ circuit: RecordedCircuit, logHeight: Int) -> Int? {
        ProofShape(circuit: circuit, logHeight: logHeight, parameters: parameters)?.maximumByteCount
    }

    func binding(
        jobId: [UInt8]? = nil, seed: Digest? = nil, operatorKey: [UInt8]? = nil, instanceIndex: UInt32? = nil,
        circuit: UInt32? = nil, logHeight: Int? = nil, root: Digest? = nil
    ) -> InstanceBinding {
        let own = bindings[1]
        return InstanceBinding(
            jobId: jobId ?? own.jobId, seed: seed ?? own.seed, operatorKey: operatorKey ?? own.operatorKey,
            instanceIndex: instanceIndex ?? own.instanceIndex, circuit: circuit ?? own.circuit,
            logHeight: logHeight ?? own.logHeight, root: root ?? own.root)
    }
}

@Suite("Proofs refused for what they are bound to")
struct BindingRejectionTests {
    let job: SampleJob
    let proof: [UInt8]

    init() throws {
        job = try Fixture.small.get()
        proof = job.proofs[1].proof
        #expect(job.verdict(proof) == nil)
    }

    /// A change before the first challenge changes all of them: the work or the constraints fail, by chance of the
    /// test profile's few bits of work.
    private func expectStale(_ binding: InstanceBinding, sourceLocation: SourceLocation = #_sourceLocation) {
        let stale: Set<ProofRejection?> = [.batchingWork, .queryWork, .constraints, .wrongLength]
        #expect(stale.contains(job.verdict(proof, binding: binding)), sourceLocation: sourceLocation)
    }

    @Test("Another operator")
    func operatorKey() {
        for position in 0..<20 {
            var key = SampleJob.operatorKey
            key[position] ^= 1
            expectStale(job.binding(operatorKey: key))
        }
        expectStale(job.binding(operatorKey: []))
        expectStale(job.binding(operatorKey: SampleJob.operatorKey + [0]))
    }

    @Test("Another job")
    func jobId() {
        expectStale(job.binding(jobId: [UInt8](repeating: 0xA6, count: 32)))
        expectStale(job.binding(jobId: []))
    }

    @Test("Another seed")
    func seed() {
        var seed = job.seed
        seed[7] += .one
        expectStale(job.binding(seed: seed))
    }

    @Test("Another place in the plan")
    func instanceIndex() {
        expectStale(job.binding(instanceIndex: 0))
        expectStale(job.binding(instanceIndex: .max))
    }

    @Test("Another root")
    func root() {
        var root = job.bindings[1].root
        root[0] += .one
        #expect(job.verdict(proof, binding: job.binding(root: root)) == .rootMismatch)
        #expect(job.verdict(proof, binding: job.binding(root: job.bindings[0].root)) == .rootMismatch)
    }

    @Test("Another circuit than the one given")
    func circuit() {
        #expect(job.verdict(proof, binding: job.binding(circuit: 1)) == .circuitMismatch)
        #expect(job.verdict(proof, index: 0) == .rootMismatch)
        #expect(job.verdict(proof, index: 0, binding: job.bindings[1]) == .circuitMismatch)
    }

    @Test("A height outside of the list", arguments: [-1, 0, 5, 9, 10, 13, 18, 22, 63, 64, Int.max, Int.min])
    func height(_ logHeight: Int) {
        #expect(job.verdict(proof, binding: job.binding(logHeight: logHeight)) == .heightNotAllowed)
    }

    @Test("Another height of the list", arguments: [11, 14, 15, 16, 17])
    func otherHeight(_ logHeight: Int) {
        #expect(job.verdict(proof, binding: job.binding(logHeight: logHeight)) != nil)
    }

    @Test("Other parameters")
    func parameters() {
        let result = InstanceVerifier.verify(
            proof, binding: job.bindings[1], circuit: job.circuits.circuits[1], parameters: .profileA)
        #expect(throws: ProofRejection.self) { try result.get() }
    }

    @Test("A circuit with one constraint changed under the same identifier")
    func otherConstraints() throws {
        struct Impostor: Circuit {
            let name = "ProductSink"
            let id: UInt32 = 2
            func describe(_ air: inout AIRBuilder) {
                ProductSink().describe(&air)
                let extra = air.constant(0)
                air.send(productBus, [extra, extra, extra], times: 0, "nothing")
            }
        }
        let impostor = try RecordedCircuit(Impostor())
        let result = InstanceVerifier.verify(
            proof, binding: job.bindings[1], circuit: impostor, parameters: .insecureTest)
        #expect(throws: ProofRejection.self) { try result.get() }
    }
}

@Suite("Proofs refused for their bytes")
struct EncodingRejectionTests {
    let job: SampleJob
    let proof: [UInt8]

    init() throws {
        job = try Fixture.small.get()
        proof = job.proofs[1].proof
    }

    @Test("Truncated at any place")
    func truncated() {
        for length in stride(from: 0, to: proof.count, by: 61) {
            #expect(job.verdict(Array(proof[..<length])) == .wrongLength)
        }
        for missing in 1...8 { #expect(job.verdict(proof.dropLast(missing)) == .wrongLength) }
    }

    @Test("Extended by any number of bytes", arguments: [1, 2, 3, 4, 8, 32, 100_000])
    func extended(_ count: Int) {
        #expect(job.verdict(proof + [UInt8](repeating: 0, count: count)) == .wrongLength)
    }

    @Test("Any number of p or more, x + p among them")
    func nonCanonical() {
        for element in stride(from: 0, to: PackedProof.count(proof), by: 7) {
            let other = PackedProof.element(element, of: proof) + Felt.modulus
            for wrong: UInt32 in [other, Felt.modulus, 1 << 31 - 1] where wrong < 1 << 31 {
                let bytes = PackedProof.replacing(element, of: proof, with: wrong)
                #expect(job.verdict(bytes) == .nonCanonicalElement)
            }
        }
    }

    @Test("Bytes that are no proof")
    func garbage() {
        var state = SplitMix64(seed: 3)
        for length in [0, 1, 3, 4, 31, 32, 6000, 6676, 7000, proof.count] {
            #expect(job.verdict([UInt8](repeating: 0, count: length)) != nil)
            #expect(job.verdict([UInt8](repeating: 0xff, count: length)) != nil)
            #expect(job.verdict((0..<length).map { _ in UInt8.random(in: 0...127, using: &state) }) != nil)
        }
    }

    /// Over both circuits and two heights, every word of the header's small parts and a sample of the rest.
    @Test("Any single bit flipped", arguments: [8, 15], [0, 1])
    func bitFlips(_ logHeight: Int, _ index: Int) throws {
        let job = try (logHeight == 8 ? Fixture.small : Fixture.tall).get()
        let proof = job.proofs[index].proof
        #expect(job.verdict(proof, index: index) == nil)
        let flips = 700
        for flip in 0..<flips {
            let bit = (flip * 8 * proof.count / flips) + (flip * 13) % 32
            guard bit < 8 * proof.count else { continue }
            var bytes = proof
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(job.verdict(bytes, index: index) != nil, "bit \(bit)")
        }
    }

    @Test("Any field element raised by one", arguments: [0, 1])
    func increments(_ index: Int) throws {
        let proof = job.proofs[index].proof
        let count = PackedProof.count(proof)
        for element in stride(from: 0, to: count, by: max(1, count / 1000)) {
            let next = (Felt(PackedProof.element(element, of: proof)) + .one).canonical
            let bytes = PackedProof.replacing(element, of: proof, with: next)
            #expect(job.verdict(bytes, index: index) != nil, "element \(element)")
        }
    }
}
