import ByteCodec
import ChainTypes
import Foundation
import JSONRPC
import NodeRuntime
import SampleChain
import SystemState
import Testing

/// `cairn job why` against a chain, honest and not.
struct JobWhyTests {
    private func why(_ node: SampleAnswers, _ prover: Address, _ rest: String...) async throws -> CommandRun {
        try await node.run(["job", "why", "1", "--prover", "\(prover)"] + rest)
    }

    @Test func theSelectedAndTheOthersAreToldWhyByEitherKey() async throws {
        let node = try SampleAnswers.atSelection()
        let job = try node.job
        for index in 0..<7 {
            let owner = SampleGenesis.owner(index)
            let run = try await why(node, owner, "--json")
            #expect(run.status == 0, "\(run.errors)")
            let byKey = try await why(node, SampleGenesis.operatorKey(index).address, "--json")
            #expect(byKey.json == run.json)
            if let rank = job.rank(of: owner) {
                #expect(run.json?["reason"] == "selected" && run.json?["rank"] == .integer(Int64(rank + 1)))
                #expect(
                    run.json?["instances"]?.array?.map { $0["instance"] }
                        == job.selected[rank].instances.map { JSONValue($0) })
            } else {
                #expect(run.json?["reason"] == "notDrawn" && run.json?["rank"] == .null)
            }
            let results = run.json?["checks"]?.array?.compactMap { $0["result"]?.string }
            #expect(results == ["nodesWord"] + [String](repeating: "verified", count: 6))
        }
        let stranger = try await why(node, .zero)
        #expect(stranger.status == 0 && stranger.output.contains("not registered as a prover"))
        #expect(stranger.output.contains("node's word  genesis"))
    }

    @Test func withItsOwnGenesisNothingIsTheNodesWord() async throws {
        let node = try SampleAnswers.atSelection()
        let file = FileManager.default.temporaryDirectory.appending(component: "genesis-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(GenesisFile.write(node.chain.genesis).utf8).write(to: file)
        let run = try await why(node, SampleGenesis.owner(0), "--genesis", file.path(percentEncoded: false))
        #expect(run.status == 0 && !run.output.contains("node's word") && run.output.contains("verified"))
    }

    /// What a lying node changes, and the check that catches it.
    enum Lie: String, CaseIterable {
        case header, certificate, roster, job, path, validators

        var caught: String {
            switch self {
            case .header: "its certificate does not hold"
            case .certificate: "its certificate does not hold"
            case .roster: "not the one that the job's record binds"
            case .job: "not in the system state"
            case .path: "not in the system state"
            case .validators: "the node's chain has the genesis"
            }
        }
    }

    @Test(arguments: Lie.allCases) func aLieIsNamedAndFails(_ lie: Lie) async throws {
        var node = try SampleAnswers.atSelection()
        let genesis = node.chain.genesis
        node.lie = { method, _, answer in Self.change(lie, method, answer, genesis) }
        let file = FileManager.default.temporaryDirectory.appending(component: "genesis-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(GenesisFile.write(genesis).utf8).write(to: file)
        let run = try await why(node, SampleGenesis.owner(0), "--genesis", file.path(percentEncoded: false))
        #expect(run.status == 1)
        #expect(run.output.contains("FAILED"))
        #expect(run.errors.contains(lie.caught), "\(run.errors)")
    }

    private static func change(_ lie: Lie, _ method: String, _ answer: JSONValue, _ genesis: Genesis) -> JSONValue {
        func flipped(_ hex: JSONValue?) -> JSONValue {
            var bytes = Hex.decode(hex?.string ?? "") ?? []
            if !bytes.isEmpty { bytes[bytes.count - 1] ^= 1 }
            return .string(Hex.encode(bytes))
        }
        func with(_ name: String, _ value: JSONValue) -> JSONValue {
            .object((answer.members ?? []).map { $0.name == name ? JSONMember(name, value) : $0 })
        }
        switch (lie, method) {
        case (.header, "debug_getRawHeader"): return flipped(answer)
        case (.certificate, "cairn_certificate"):
            return with("signatures", .array([.null]))
        case (.roster, "cairn_selection"):
            // A standing's detail: still a list of provers, but another.
            return with("roster", flipped(answer["roster"]))
        case (.job, "cairn_selection"):
            guard let bytes = Hex.decode(answer["job"]?.string ?? ""), var job = try? Job(record: bytes) else {
                return answer
            }
            job.selected.swapAt(0, 1)
            return with("job", .string(Hex.encode(job.encoded)))
        case (.path, "cairn_selection"):
            var path = answer["proof"]?["path"]?.array ?? []
            path[0] = .string("\(Bytes32.zero)")
            let proof = (answer["proof"]?.members ?? []).map {
                $0.name == "path" ? JSONMember("path", .array(path)) : $0
            }
            return with("proof", .object(proof))
        case (.validators, "cairn_genesis"):
            var other = genesis
            other.validators[0].power += 1
            return (try? JSONParser.parse(Array(GenesisFile.write(other).utf8))) ?? answer
        default: return answer
        }
    }

    @Test func aJobWithoutItsRosterIsAClearFailure() async throws {
        var node = try SampleAnswers.atSelection()
        node.lie = { method, _, answer in
            guard method == "cairn_selection" else { return answer }
            return .object(
                (answer.members ?? []).map { $0.name == "roster" ? JSONMember("roster", .null) : $0 })
        }
        let run = try await why(node, SampleGenesis.owner(0))
        #expect(run.status == 1 && run.errors.contains("does not hold the provers that job 1 chose from"))
    }
}
