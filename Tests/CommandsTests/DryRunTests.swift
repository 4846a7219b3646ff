import CommandShell
import Foundation
import JSONRPC
import Testing

/// `cairn job settle --dry-run`: the source's numbers, and what is wrong with a file.
struct DryRunTests {
    private func settle(_ outcome: String, _ rest: String...) async throws -> CommandRun {
        let file = FileManager.default.temporaryDirectory.appending(component: "outcome-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(outcome.utf8).write(to: file)
        return await CommandRun.of(["job", "settle", "--dry-run", file.path(percentEncoded: false)] + rest)
    }

    /// What a prover earns of the lines for it, in units.
    private func earned(_ run: CommandRun, _ prover: Int) -> Int {
        (run.json?["payments"]?.array ?? []).reduce(0) { sum, line in
            guard line["role"] == "prover", line["index"] == .integer(Int64(prover)) else { return sum }
            let amount = Int(line["amount"]?.string ?? "") ?? 0
            return sum + (line["kind"] == "penalty" ? -amount : amount)
        }
    }

    @Test(arguments: [
        (#"{"selected": 200, "fullProofs": [{"by": 0, "phase": "t1"}]}"#, "1801050"),
        (
            #"{"selected": 200, "committed": "all", "fullProofs": [{"by": 0, "phase": "t2"}]}"#,
            // 1,600,940 and 3 for each of 200 commitments.
            "1601540"
        ),
    ]) func theSourcesIssuance(_ outcome: String, _ minted: String) async throws {
        let run = try await settle(outcome, "--json")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.json?["minted"] == .string(minted) && run.json?["burned"] == "0")
        #expect(run.json?["preset"] == "source" && run.json?["unit"] == "rewardUnit")
    }

    /// The sender reuses the submissions of the 199 others; its own commitment and submission aside.
    @Test func aSendersPayoffFallsFromPhaseToPhase() async throws {
        var payoffs: [Int] = []
        for phase in ["t1", "t2"] {
            let run = try await settle(
                #"{"selected": 200, "committed": "all", "fullProofs": [{"by": 0, "phase": "\#(phase)"}]}"#, "--json")
            payoffs.append(earned(run, 0))
        }
        for (phase, penalties) in [("t3", 0), ("t4", 1), ("t5", 3)] {
            let outcome = """
                {"selected": 200, "committed": "all", "submitted": "all",
                 "fullProofs": [{"by": 0, "phase": "\(phase)", "reused": "all"}]}
                """
            let run = try await settle(outcome, "--json")
            // The T2 reward, and the penalties of the phases that passed without its proof, are not of this phase.
            payoffs.append(earned(run, 0) - 20 + penalties)
        }
        #expect(payoffs == [9_050, 8_040, 8_010, 6_010, 4_020])
    }

    @Test func peopleSeeOneLineForManyProvers() async throws {
        let run = try await settle(#"{"selected": 200, "fullProofs": [{"by": 7, "phase": "t1"}]}"#)
        #expect(run.status == 0)
        #expect(run.output.contains("+9000  rewardFullProofProverT1     provers 0–199 (200)\n"))
        #expect(run.output.contains("prover 7\n") && run.output.contains("minted 1801050 units"))
    }

    @Test func theDevnetPresetDoesNotPayWhoDidNothing() async throws {
        let run = try await settle(
            #"{"preset": "devnet", "selected": 6, "committed": [0, 1], "fullProofs": [{"by": 3, "phase": "t1"}]}"#,
            "--json")
        #expect((0..<6).map { earned(run, $0) } == [9_000, 9_000, 0, 9_050, 0, 0])
    }

    @Test func aGenesisGivesItsOwnAmounts() async throws {
        let genesis = FileManager.default.temporaryDirectory.appending(component: "genesis-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: genesis) }
        let node = try SampleAnswers.atSelection()
        try Data(node.genesisText.utf8).write(to: genesis)
        let run = try await settle(
            #"{"selected": 2, "fullProofs": [{"by": 0, "phase": "t1"}]}"#, "--genesis",
            genesis.path(percentEncoded: false))
        // Preset devnet, and 0.001 CAIRN a unit.
        #expect(run.output.contains("+9 CAIRN") && run.output.contains("minted 10.05 CAIRN"))
    }

    @Test(arguments: [
        ("{", "not strict JSON"), ("{}", "selected: missing"),
        (#"{"selected": 0}"#, "selected: expected an integer from 1 to 1024, found 0"),
        (#"{"selected": 2, "committed": [2]}"#, "committed[0]: expected an integer from 0 to 1, found 2"),
        (#"{"selected": 2, "committed": [1, 1]}"#, "committed[1]: 1 stands twice"),
        (#"{"selected": 2, "submitted": [1]}"#, "submitted: prover 1 committed nothing"),
        (#"{"selected": 2, "colour": 1}"#, "colour: unknown field"),
        (#"{"selected": 2, "preset": "mainnet"}"#, #"preset: expected one of devnet, source, found "mainnet""#),
        (#"{"selected": 2, "fullProofs": [{"by": 0}]}"#, "fullProofs[0].phase: missing"),
        (
            #"{"selected": 2, "fullProofs": [{"by": 0, "phase": "t1", "kind": "composite"}]}"#,
            "fullProofs[0].kind: in t1 only a standAlone proof can be sent"
        ),
        (
            #"{"selected": 2, "fullProofs": [{"by": 0, "phase": "t3", "reused": [1]}]}"#,
            "fullProofs[0].reused: prover 1 submitted nothing to reuse"
        ),
    ]) func aFileThatDescribesNoOutcomeIsRefusedByItsField(_ outcome: String, _ reason: String) async throws {
        let run = try await settle(outcome)
        #expect(run.status == 1 && run.errors.contains(reason), "\(run.errors)")
    }

    @Test func aJobAndADryRunDoNotGoTogether() async throws {
        #expect(try await settle("{}", "3").status == 2)
        #expect(await CommandRun.of(["job", "settle"]).status == 2)
    }
}
