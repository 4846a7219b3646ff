import ByteCodec
import ChainTypes
import Foundation
import JSONRPC
import NodeRuntime
import Replica
import SampleChain
import SystemState
import Testing

/// `cairn job why` against a chain, honest and not.
struct JobWhyTests {
    private func why(_ node: SampleAnswers, _ prover: Address, _ rest: String...) async throws -> CommandRun {
        try await node.run(["job", "why", "\(node.number)", "--prover", "\(prover)"] + rest)
    }

    /// The same with the chain's genesis in a file of the caller's own.
    private func whyTrusting(_ node: SampleAnswers, _ prover: Address) async throws -> CommandRun {
        let file = FileManager.default.temporaryDirectory.appending(component: "genesis-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(node.genesisText.utf8).write(to: file)
        return try await why(node, prover, "--genesis", file.path(percentEncoded: false))
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
        let run = try await whyTrusting(try SampleAnswers.atSelection(), SampleGenesis.owner(0))
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
        let run = try await whyTrusting(node, SampleGenesis.owner(0))
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

    /// Nothing is the node's word although the validators changed twice since the genesis.
    @Test(arguments: [UInt64(1), 2]) func changesOfTheValidatorsAreFollowed(number: UInt64) async throws {
        var node = try SampleAnswers.acrossSets()
        node.number = number
        let job = try node.job
        let changes = [UInt64(3), 6].filter { $0 <= node.chain.height }
        #expect(changes.count == 2 && job.selectedAt == (number == 1 ? 2 : 5))
        let sets = node.chain.blocks.map(\.block.header.validatorsHash)
        #expect(Set(sets).count == 3 && sets[1] != sets[2] && sets[4] != sets[5])
        for index in 0..<2 {
            let run = try await whyTrusting(node, SampleGenesis.owner(index))
            #expect(run.status == 0 && !run.output.contains("node's word"), "\(run.output)\(run.errors)")
            for height in changes { #expect(run.output.contains("verified     validators from block \(height): ")) }
        }
    }

    /// Ways to put other validators in the place of those that block 2 announces.
    enum Usurpation: String, CaseIterable {
        /// Others than those announced.
        case set
        /// Others, and a header of block 2 that announces them, which the validators before did not sign.
        case announcement
        /// A header of block 3 that names others than the block before it announces.
        case header

        var caught: String {
            switch self {
            case .set: "the node's are not those that block 2 announces"
            case .announcement: "is not decided by those before"
            case .header: "names other validators than the block before announces"
            }
        }
    }

    @Test(arguments: Usurpation.allCases)
    func aSetThatNobodyAnnouncedIsNotFollowed(_ usurpation: Usurpation) async throws {
        var node = try SampleAnswers.acrossSets()
        let honest = try #require(node.chain.system.validators(at: 3))
        let power = honest.validators[0].power
        let set = try #require(
            ValidatorSet(
                honest.validators.map {
                    Validator(
                        address: $0.address, signingKey: $0.signingKey, vrfKey: $0.vrfKey, power: power + 1)
                }))
        node.lie = { method, parameter, answer in
            func header(_ change: (inout BlockHeader) -> Void) -> JSONValue {
                guard var header = try? BlockHeader(decoding: Hex.decode(answer.string ?? "") ?? []) else {
                    return answer
                }
                change(&header)
                return .string(Hex.encode(header.encoded))
            }
            let height = parameter?.uint64 ?? (parameter?.string).flatMap(Hex.parseQuantity).map { UInt64($0) }
            switch (usurpation, method, height) {
            case (.set, "cairn_validators", 3), (.announcement, "cairn_validators", 3): return SampleAnswers.json(set)
            case (.announcement, "debug_getRawHeader", 2): return header { $0.nextValidatorsHash = set.hash }
            case (.header, "debug_getRawHeader", 2):
                return header { $0.nextValidatorsHash = $0.validatorsHash }
            default: return answer
            }
        }
        let run = try await whyTrusting(node, SampleGenesis.owner(0))
        #expect(run.status == 1 && run.output.contains("FAILED"))
        #expect(run.errors.contains(usurpation.caught), "\(run.errors)")
    }

    /// A node that began above the change cannot tell the set, which is not a lie.
    @Test func aSetThatTheNodeDoesNotHoldLeavesItsWord() async throws {
        var node = try SampleAnswers.acrossSets()
        node.refuses = "cairn_validators"
        let run = try await whyTrusting(node, SampleGenesis.owner(0))
        #expect(run.status == 0 && run.output.contains("node's word  block 5: its validators are not those of block 2"))
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
