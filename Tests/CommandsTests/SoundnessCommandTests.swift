import ChainTypes
import Circuits
import CommandShell
import Commands
import Foundation
import JSONRPC
import NodeRuntime
import Testing

/// `cairn-prover soundness`, and the node's refusal of a chain whose proofs are worth too little.
struct SoundnessCommandTests {
    private func genesis(isDevnet: Bool, profile: String, height: UInt8 = 11) throws -> Genesis {
        let template = try #require(FileManager.default.contents(atPath: Self.root + "/Genesis/devnet.json"))
        var genesis = try DevnetGenesis.make(
            template: GenesisFile.parseTemplate([UInt8](template)), validators: 1, provers: 2,
            blockIntervalMilliseconds: 2_000, timestamp: 1_700_000_000_000
        ).genesis
        genesis.isDevnet = isDevnet
        genesis.proving.proofProfile = profile
        genesis.proving.maxInstanceLogHeight = height
        return genesis
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private func withFile<T>(_ genesis: Genesis, _ body: (String) async throws -> T) async throws -> T {
        let path = NSTemporaryDirectory() + "/cairn-soundness-\(UUID().uuidString).json"
        try Data(GenesisFile.write(genesis).utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }

    // MARK: - The node

    @Test func aChainUnderAHundredBitsIsRefusedWithTheRound() async throws {
        try await withFile(genesis(isDevnet: false, profile: "insecure-test")) { path in
            for command in [
                ["genesis", "check", path],
                ["node", "--data-dir", path + ".data", "--genesis", path],
            ] {
                let run = await CommandRun.of(command)
                #expect(run.status == 1)
                #expect(run.errors.contains("round \"queries\" of TreeHash at 2^8 rows has 14 of 100 proven bits"))
            }
            #expect(!FileManager.default.fileExists(atPath: path + ".data"))
        }
    }

    @Test func aDevnetMayBeATest() async throws {
        #expect(throws: Never.self) { try ChainProgram.of(genesis(isDevnet: true, profile: "insecure-test")) }
        #expect(throws: Never.self) { try ChainProgram.of(genesis(isDevnet: false, profile: "A")) }
        try await withFile(genesis(isDevnet: true, profile: "insecure-test")) { path in
            let run = await CommandRun.of(["genesis", "check", path])
            #expect(run.status == 0)
        }
    }

    @Test func aProfileThatNobodyKnowsIsRefused() throws {
        #expect(throws: CommandFailure.self) { try ChainProgram.of(genesis(isDevnet: true, profile: "B")) }
        #expect(throws: CommandFailure.self) { try ChainProgram.of(genesis(isDevnet: false, profile: "A", height: 7)) }
    }

    // MARK: - The calculator

    @Test func everyRoundOfEveryInstanceIsReported() async throws {
        let run = await CommandRun.ofProver(["soundness", "--json"])
        #expect(run.status == 0)
        let json = try #require(run.json)
        #expect(json["profile"] == "A" && json["isSufficient"] == true)
        #expect(json["totalMessages"]?.uint64 == 1 << 22)
        let instances = try #require(json["instances"]?.array)
        #expect(instances.count == 12)
        for instance in instances {
            let names = instance["rounds"]?.array?.compactMap { $0["name"]?.string } ?? []
            #expect(names.first == "buses" && names.last == "queries")
            #expect(names.contains("batching") && names.contains("constraint folding"))
        }
        let text = await CommandRun.ofProver(["soundness"])
        #expect(text.output.contains("100.95"))
        #expect(text.output.contains("buses"))
    }

    @Test func theGenesisDecidesProfileAndHeights() async throws {
        try await withFile(genesis(isDevnet: true, profile: "insecure-test")) { path in
            let run = await CommandRun.ofProver(["soundness", "--genesis", path, "--json"])
            #expect(run.status == 0)
            #expect(run.json?["isSufficient"] == false)
            #expect(run.json?["instances"]?.array?.count == 4)
        }
        try await withFile(genesis(isDevnet: false, profile: "insecure-test")) { path in
            let run = await CommandRun.ofProver(["soundness", "--genesis", path])
            #expect(run.status == 1)
        }
        let test = await CommandRun.ofProver(["soundness", "--profile", "insecure-test"])
        #expect(test.status == 1)
        for arguments in [
            ["--profile", "B"], ["--profile", "A", "--self-test"], ["--genesis", "g", "--profile", "A"],
        ] {
            let run = await CommandRun.ofProver(["soundness"] + arguments)
            #expect(run.status == 2)
        }
        let missing = await CommandRun.ofProver(["soundness", "--genesis", "/nowhere/genesis.json"])
        #expect(missing.status == 1 && missing.errors.contains("/nowhere/genesis.json"))
    }

    @Test func theSelfTestReproducesFourFigures() async throws {
        let run = await CommandRun.ofProver(["soundness", "--self-test", "--json"])
        #expect(run.status == 0)
        let figures = try #require(run.json?["published"]?.array)
        #expect(figures.count == 4)
        #expect(figures.allSatisfy { $0["isReproduced"] == true })
        let text = await CommandRun.ofProver(["soundness", "--self-test"])
        #expect(text.output.contains("100.08"))
    }
}
