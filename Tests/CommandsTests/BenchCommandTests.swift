import JSONRPC
import Testing

/// `cairn-prover bench` in small: the kernels agree with their references, and the schema is the documented one. No
/// time is judged.
@Suite(.serialized) struct BenchCommandTests {
    private func fields(_ value: JSONValue?) -> [String] { value?.members?.map(\.name) ?? [] }

    @Test func everyKernelAgreesWithItsReference() async throws {
        let run = await CommandRun.ofProver(["bench", "kernels", "--quick", "--json"])
        #expect(run.status == 0)
        let kernels = try #require(run.json?["kernels"]?.array)
        #expect(
            Set(kernels.compactMap { $0["name"]?.string })
                == ["poseidon2", "permutationRows", "lde", "merkle", "fold", "work"])
        for kernel in kernels {
            #expect(kernel["agrees"] == true)
            #expect(
                fields(kernel) == [
                    "name", "unit", "threads", "perSecond", "perCPUSecond", "ratioToPortable", "agrees",
                ])
        }
    }

    @Test func theSchemaIsTheDocumentedOne() async throws {
        let run = await CommandRun.ofProver(["bench", "--quick", "--json", "--pow", "0", "--threads", "1"])
        #expect(run.status == 0)
        let json = try #require(run.json)
        #expect(fields(json) == ["schema", "machine", "parameters", "kernels", "proofs", "job"])
        #expect(json["schema"] == 1)
        #expect(json["parameters"]?["isTest"] == true)
        let proof = try #require(json["proofs"]?.array?.first)
        #expect(
            fields(proof) == [
                "circuit", "columns", "logHeight", "threads", "seconds", "cpuSeconds", "permutationsPerSecond",
                "permutationsPerCPUSecond", "stages", "hashCPUSeconds", "transformCPUSeconds",
                "shareOutsideHashingAndTransforms", "bytes", "bytesByComponent", "verifyCPUSeconds", "peakBytes",
                "memoryBoundBytes",
            ])
        let stages = proof["stages"]?.array?.compactMap { $0["name"]?.string }
        #expect(
            stages == [
                "commitTrace", "busColumns", "quotient", "openings", "batching", "folding", "work", "queries",
            ])
        let parts = try #require(proof["bytesByComponent"]?.members)
        #expect(parts.reduce(0) { $0 + ($1.value.uint64 ?? 0) } == proof["bytes"]?.uint64)
        #expect(json["job"]?["operations"] == 64)
    }

    @Test func othersShapesCanBeProven() async throws {
        for arguments in [
            ["--blowup", "2", "--queries", "100", "--pow", "16"], ["--blowup", "4", "--queries", "54", "--arity", "4"],
        ] {
            let run = await CommandRun.ofProver(
                ["bench", "proofs", "--quick", "--circuit", "permutation", "--threads", "1"] + arguments)
            #expect(run.status == 0)
            #expect(run.output.contains("TEST PARAMETERS"))
        }
    }

    @Test(arguments: [
        ["--blowup", "3"], ["--arity", "16"], ["--queries", "0"], ["--pow", "25"], ["--rows", "9"], ["--rows", "11,"],
        ["--circuit", "x"], ["--threads", "0"], ["everything"],
    ])
    func wrongUsageIsRefused(_ arguments: [String]) async {
        let run = await CommandRun.ofProver(["bench", "--quick"] + arguments)
        #expect(run.status == 2)
    }
}
