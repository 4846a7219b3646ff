import ByteCodec
import ChainTypes
import Cryptography
import Testing

@Suite struct PayloadTests {
    static func payloads() throws -> [Payload] {
        let proof = [UInt8](repeating: 8, count: 50)
        return [
            .commitment(CommitmentPayload(entries: [])),
            .commitment(
                CommitmentPayload(entries: [
                    .init(instance: 0, root: try Sample.digest("a")), .init(instance: 7, root: try Sample.digest("b")),
                ])),
            .submission(SubmissionPayload(entries: [])),
            .submission(SubmissionPayload(entries: [.init(instance: 1, proof: proof), .init(instance: 2, proof: [])])),
            .compositeProof(CompositeProofPayload(parts: [], bloom: [])),
            .compositeProof(
                CompositeProofPayload(
                    parts: [.reference(prover: Sample.address("p")), .inline(proof: proof)], bloom: [1, 2, 3])),
        ]
    }

    @Test func `a payload decodes to itself and to nothing else`() throws {
        for payload in try Self.payloads() {
            let bytes = payload.encoded
            #expect(try Payload(decoding: bytes) == payload)
            #expect(throws: PayloadRejection.trailingBytes) { try Payload(decoding: bytes + [0]) }
            for count in 0..<bytes.count {
                #expect(throws: PayloadRejection.malformed) { try Payload(decoding: Array(bytes.prefix(count))) }
            }
        }
    }

    @Test func `mutated payloads are refused or canonical`() throws {
        var mutator = Mutator(seed: 2)
        var decodedCount = 0
        for payload in try Self.payloads() {
            for _ in 0..<2_000 {
                let bytes = mutator.mutate(payload.encoded)
                guard let decoded = try? Payload(decoding: bytes) else { continue }
                decodedCount += 1
                #expect(decoded.encoded == bytes)
            }
        }
        #expect(decodedCount > 100)
    }

    @Test func `digest is Keccak-256 of the bytes`() throws {
        let payload = SubmissionPayload(entries: [.init(instance: 1, proof: [2])])
        #expect(payload.encoded == [2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 2])
        #expect(payload.payloadDigest == Keccak256.hash([2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 2]))
    }

    @Test func wrongKind() throws {
        let bytes = SubmissionPayload(entries: []).encoded
        #expect(throws: PayloadRejection.wrongKind(2)) { try CommitmentPayload(decoding: bytes) }
        #expect(throws: PayloadRejection.wrongKind(2)) { try CompositeProofPayload(decoding: bytes) }
        #expect(throws: PayloadRejection.wrongKind(9)) { try Payload(decoding: [9] + bytes.dropFirst()) }
    }

    @Test func payloadTooLarge() {
        let bytes = [2] + [UInt8](repeating: 0, count: Int(Limits.maxPayloadBytes))
        #expect(throws: PayloadRejection.payloadTooLarge(bytes: bytes.count)) { try SubmissionPayload(decoding: bytes) }
    }

    @Test func tooManyEntries() throws {
        func payload(_ count: Int) -> SubmissionPayload {
            SubmissionPayload(entries: (0..<count).map { .init(instance: UInt32($0), proof: []) })
        }
        let most = payload(Limits.maxInstancesPerJob)
        #expect(try SubmissionPayload(decoding: most.encoded) == most)
        #expect(throws: PayloadRejection.tooManyEntries) {
            try SubmissionPayload(decoding: payload(Limits.maxInstancesPerJob + 1).encoded)
        }
        #expect(throws: PayloadRejection.tooManyEntries) { try Payload(decoding: [3, 0xff, 0xff, 0xff, 0xff]) }
    }

    @Test(arguments: [[1, 1], [2, 1], [0, 5, 4]] as [[UInt32]])
    func entriesNotRising(instances: [UInt32]) throws {
        let root = try Sample.digest("root")
        let commitment = CommitmentPayload(entries: instances.map { .init(instance: $0, root: root) })
        #expect(throws: PayloadRejection.entriesNotRising) { try CommitmentPayload(decoding: commitment.encoded) }
        let submission = SubmissionPayload(entries: instances.map { .init(instance: $0, proof: []) })
        #expect(throws: PayloadRejection.entriesNotRising) { try SubmissionPayload(decoding: submission.encoded) }
    }

    @Test func digestNotCanonical() {
        let bytes: [UInt8] = [1, 0, 0, 0, 1, 0, 0, 0, 0] + [UInt8](repeating: 0xff, count: 32)
        #expect(throws: PayloadRejection.digestNotCanonical) { try CommitmentPayload(decoding: bytes) }
    }

    @Test func proofTooLarge() {
        let claim: [UInt8] = [0x01, 0x00, 0x00, 0x01]
        #expect(throws: PayloadRejection.proofTooLarge) {
            try SubmissionPayload(decoding: [2, 0, 0, 0, 1, 0, 0, 0, 0] + claim)
        }
        #expect(throws: PayloadRejection.proofTooLarge) {
            try CompositeProofPayload(decoding: [3, 0, 0, 0, 1, 1] + claim)
        }
    }

    @Test func bloomTooLarge() {
        let payload = CompositeProofPayload(
            parts: [], bloom: [UInt8](repeating: 0, count: Limits.maxReuseBloomBytes + 1))
        #expect(throws: PayloadRejection.bloomTooLarge) { try CompositeProofPayload(decoding: payload.encoded) }
    }
}
