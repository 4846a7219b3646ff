import ProofField
import STARKCore
import STARKSamples
import Testing

/// Every field element, every length and every index of a valid proof, changed one at a time.
@Suite("Mutations of a valid proof")
struct MutationTests {
    private let job: SampleJob

    init() throws { job = try Fixture.small.get() }

    @Test("Every field element changed alone is refused", arguments: [0, 1])
    func everyFieldElementChangedAlone(_ index: Int) {
        let proof = job.proofs[index].proof
        var count = 0
        for element in 0..<PackedProof.count(proof) {
            for mutation in ProofMutation.canonical {
                guard let bytes = mutation.applied(to: proof, element: element) else { continue }
                count += 1
                let isRefused = job.verdict(bytes, index: index) != nil
                #expect(isRefused, "element \(element), \(mutation)")
            }
        }
        #expect(count >= 5_000)
    }

    @Test("Every field element under another encoding is refused for its encoding", arguments: [0, 1])
    func pitfall25EveryFieldElementEncodedOtherwise(_ index: Int) {
        let proof = job.proofs[index].proof
        for element in 0..<PackedProof.count(proof) {
            for mutation in ProofMutation.nonCanonical {
                guard let bytes = mutation.applied(to: proof, element: element) else { continue }
                let isRefused = job.verdict(bytes, index: index) == .nonCanonicalElement
                #expect(isRefused, "element \(element), \(mutation)")
            }
        }
    }

    @Test("Every other length is refused", arguments: [0, 1])
    func everyOtherLength(_ index: Int) {
        let proof = job.proofs[index].proof
        for length in 0..<proof.count {
            let isRefused = job.verdict(Array(proof[..<length]), index: index) == .wrongLength
            #expect(isRefused, "\(length) bytes")
        }
        for extra in 1...64 {
            let longer = job.verdict(proof + proof[..<extra], index: index)
            #expect(longer == .wrongLength)
        }
    }

    @Test("An element left out or doubled at any place is refused")
    func everyElementLeftOutOrDoubled() {
        let elements = PackedProof.elements(job.proofs[1].proof)
        for index in stride(from: 0, to: elements.count, by: 3) {
            var (shorter, longer) = (elements, elements)
            shorter.remove(at: index)
            longer.insert(elements[index], at: index)
            let isRefused = [shorter, longer].allSatisfy { job.verdict(PackedProof.bytes($0)) != nil }
            #expect(isRefused, "element \(index)")
        }
    }

    @Test("Two neighbouring field elements swapped at any place are refused")
    func everyPairSwapped() {
        let proof = job.proofs[1].proof
        for index in 0..<(PackedProof.count(proof) - 1) {
            let (first, second) = (PackedProof.element(index, of: proof), PackedProof.element(index + 1, of: proof))
            guard first != second else { continue }
            let half = PackedProof.replacing(index, of: proof, with: second)
            let isRefused = job.verdict(PackedProof.replacing(index + 1, of: half, with: first)) != nil
            #expect(isRefused, "element \(index)")
        }
    }

    @Test("A bit that fills the last byte is refused", arguments: [0, 1])
    func fillingBits(_ index: Int) {
        let proof = job.proofs[index].proof
        for bit in (31 * PackedProof.count(proof))..<(8 * proof.count) {
            var bytes = proof
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(job.verdict(bytes, index: index) == .nonCanonicalElement)
        }
    }

    @Test("Every index of the job changed alone is refused")
    func everyIndexChangedAlone() {
        let proof = job.proofs[1].proof
        for bit in 0..<32 {
            let index = job.bindings[1].instanceIndex ^ (1 << UInt32(bit))
            #expect(job.verdict(proof, binding: job.binding(instanceIndex: index)) != nil)
            let circuit = job.bindings[1].circuit ^ (1 << UInt32(bit))
            #expect(job.verdict(proof, binding: job.binding(circuit: circuit)) == .circuitMismatch)
        }
        for element in 0..<8 {
            var (seed, root) = (job.seed, job.bindings[1].root)
            seed[element] += .one
            root[element] += .one
            #expect(job.verdict(proof, binding: job.binding(seed: seed)) != nil)
            #expect(job.verdict(proof, binding: job.binding(root: root)) == .rootMismatch)
        }
        for byte in 0..<32 {
            var jobId = job.bindings[1].jobId
            jobId[byte] ^= 1
            #expect(job.verdict(proof, binding: job.binding(jobId: jobId)) != nil)
        }
    }

    @Test("Inputs beyond the longest proof are refused by their length alone")
    func giantInputs() throws {
        let circuit = job.circuits.circuits[1]
        for logHeight in job.parameters.logHeights {
            let binding = job.binding(logHeight: logHeight)
            let bound = try #require(job.maximumByteCount(circuit, logHeight: logHeight))
            #expect(bound < 2_000_000)
            for count in [bound + 1, bound + 4, 64 << 20] {
                #expect(job.verdict([UInt8](repeating: 0, count: count), binding: binding) == .wrongLength)
            }
            // As long as a proof can be, and nothing in it.
            #expect(job.verdict([UInt8](repeating: 0, count: bound), binding: binding) == .rootMismatch)
        }
    }

    /// 2^31 - 1 is no element: where one is read, the verdict says so.
    @Test("What is dear is not done for a proof that a cheap check refuses", arguments: [0, 1])
    func refusedBeforeAnythingDearer(_ index: Int) throws {
        let circuit = job.circuits.circuits[index]
        let shape = try #require(ProofShape(circuit: circuit, logHeight: 8, parameters: job.parameters))
        let bound = shape.maximumByteCount
        // Beyond the longest proof not one element is read, nor is the cap hashed.
        #expect(job.verdict([UInt8](repeating: 0xff, count: bound + 1), index: index) == .wrongLength)
        #expect(job.verdict([UInt8](repeating: 0xff, count: bound), index: index) == .nonCanonicalElement)

        let valid = PackedProof.elements(job.proofs[index].proof)
        let header = shape.headerElementCount
        let hollow = valid[..<header] + valid[header...].map { _ in 1 << 31 - 1 }
        func verdict(_ elements: [UInt32]) -> ProofRejection? { job.verdict(PackedProof.bytes(elements), index: index) }
        func changed(_ element: Int, by step: UInt32) -> ProofRejection? {
            var elements = Array(hollow)
            elements[element] = (Felt(elements[element]) + Felt(step)).canonical
            return verdict(elements)
        }
        #expect(verdict(Array(hollow)) == .nonCanonicalElement)
        // The drawn positions say how many openings follow: of more or less none is read.
        #expect(verdict(hollow + [0]) == .wrongLength)
        #expect(verdict(hollow.dropLast()) == .wrongLength)
        // Without the committed cap no challenge is drawn, without work no opening is read.
        #expect(changed(0, by: 1) == .rootMismatch)
        let caps = 3 * (Digest.count << shape.capLog(leafLog: shape.domainLog))
        let batchingNonce = caps + Ext.degree * (1 + shape.openingCount)
        for (nonce, rejection) in [(batchingNonce, ProofRejection.batchingWork), (header - 1, .queryWork)] {
            let verdicts = (1...40).map { changed(nonce, by: $0) }
            #expect(verdicts.filter { $0 == rejection }.count > 20)
            // By chance another nonce has the few bits of the test profile, or the positions ask for another length.
            #expect(Set(verdicts).isSubset(of: [rejection, .queryWork, .wrongLength, .nonCanonicalElement]))
        }
    }
}
