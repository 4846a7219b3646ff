import ProofField
import STARKCore
import STARKSamples
import SeededRandom
import Testing

@Suite("Shape of a proof")
struct ShapeTests {
    @Test(
        "Folds end in the final polynomial; multiples of three fit arity 8",
        arguments: [
            (8, [3]), (11, [3, 3]), (14, [3, 3, 3]), (15, [3, 3, 3, 1]), (16, [3, 3, 3, 2]), (17, [3, 3, 3, 3]),
        ])
    func folds(_ logHeight: Int, _ expected: [Int]) {
        let folds = ProofParameters.profileA.foldLogs(logHeight: logHeight)
        #expect(folds == expected)
        #expect(folds.reduce(0, +) == logHeight - ProofParameters.profileA.finalLog)
    }

    @Test(
        "Heights outside of the list have no shape", arguments: [-1, 0, 5, 7, 9, 10, 12, 13, 18, 24, 63, 64, Int.max])
    func heights(_ logHeight: Int) {
        for circuit in ProgramTests.circuits {
            #expect(ProofShape(circuit: circuit, logHeight: logHeight, parameters: .profileA) == nil)
        }
    }

    @Test("Counts of an instance of 171 columns at 2^11")
    func counts() throws {
        let circuit = try RecordedCircuit(PermutationCircuit())
        let shape = try #require(ProofShape(circuit: circuit, logHeight: 11, parameters: .profileA))
        #expect(shape.openingCount == 171 + 2 + 2 + 1)
        // Caps of 5 x 4 digests; bus sum, openings and final polynomial; two nonces.
        #expect(shape.headerElementCount == 5 * 4 * 8 + 4 * (1 + 176 + 32) + 2)
        // Below the cap a level of 2^k pairs lacks 4, 8, 16, 32, 64 digests at most, then one for each query.
        let rows = 120 * (171 + 8 + 8) + 3 * 8 * (124 + 6 * 120)
        let folds = 120 * 2 * 28 + 8 * (124 + 3 * 120) + 8 * 124
        #expect(shape.maximumByteCount == ElementPacking.byteCount(shape.headerElementCount + rows + folds))
    }

    @Test("Profile A's parameters are pinned")
    func pinned() {
        #expect(ProofParameters.profileA.encoding == [2, 120, 20, 8, 3, 5, 2, 4, 1, 6, 8, 11, 14, 15, 16, 17])
        #expect(ProofParameters.profileA.digest != ProofParameters.insecureTest.digest)
        #expect(
            ProofParameters.profileA.digest.elements.map(\.canonical) == [
                1_341_795_491, 1_013_013_690, 557_634_470, 1_640_735_010, 867_946_659, 1_516_398_259, 488_597_079,
                548_714_763,
            ])
    }

    @Test("No point of the trace domain or the evaluation domain may be opened", arguments: [8, 15])
    func domains(_ logHeight: Int) throws {
        let circuit = ProgramTests.circuits[0]
        let shape = try #require(ProofShape(circuit: circuit, logHeight: logHeight, parameters: .profileA))
        for point in EvaluationDomain(shape).points([0, 1, 77, 1 << logHeight, (4 << logHeight) - 1]) {
            #expect(shape.containsInDomains(Ext(point)))
        }
        for point in EvaluationDomain(log: logHeight, shift: .one).points([0, 1, 77, (1 << logHeight) - 1]) {
            #expect(shape.containsInDomains(Ext(point)))
        }
        var stream = SplitMix64(seed: 5)
        for _ in 0..<20 {
            #expect(!shape.containsInDomains(stream.ext()))
        }
        #expect(!shape.containsInDomains(Ext(Felt.generator.squared)))
        #expect(!shape.containsInDomains(.zero))
    }

    @Test("Every input changes the global challenge")
    func globalChallenge() {
        let digest = Poseidon2.hash(fixedLength: [.one])
        func derive(
            parameters: Digest = .zero, program: Digest = .zero, chainId: UInt64 = 1, jobId: [UInt8] = [1],
            planRoot: [UInt8] = [2], inputs: [UInt8] = [3],
            commitments: [(UInt32, Int, Digest)] = [(1, 8, .zero), (2, 8, .zero)]
        ) -> Digest {
            GlobalChallenge.derive(
                parametersDigest: parameters, programHash: program, chainId: chainId, jobId: jobId,
                planRoot: planRoot, publicInputs: inputs,
                commitments: commitments.map {
                    GlobalChallenge.Commitment(circuit: $0.0, logHeight: $0.1, root: $0.2)
                })
        }
        let seeds = [
            derive(), derive(parameters: digest), derive(program: digest), derive(chainId: 2),
            derive(chainId: 1 + 1 << 24), derive(chainId: 1 + 1 << 63), derive(jobId: [1, 0]), derive(jobId: []),
            derive(planRoot: [4]), derive(inputs: [4]), derive(commitments: [(1, 8, .zero)]),
            derive(commitments: [(2, 8, .zero), (1, 8, .zero)]), derive(commitments: [(1, 11, .zero), (2, 8, .zero)]),
            derive(commitments: [(1, 8, digest), (2, 8, .zero)]), derive(commitments: [(1, 8, .zero), (2, 8, digest)]),
        ]
        #expect(Set(seeds).count == seeds.count)
    }
}
