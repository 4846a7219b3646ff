import CommandShell
import JSONRPC
import Testing

/// What commands print of a node's answers, for people and for programs.
struct QueryTests {
    @Test func statusShowsHeightFeesAndLag() async throws {
        let run = try await CannedNode(["cairn_status": Canned.status]).run(["status"])
        #expect(run.status == 0)
        #expect(run.output.contains("chain          20261 (devnet)\n"))
        #expect(run.output.contains("base fee       1 gwei per gas\n"))
        #expect(run.output.contains("proven         up to 9, 3 blocks behind\n"))
        #expect(run.output.contains("provers        4 registered, 2 available\n"))
    }

    @Test func jsonIsTheNodesAnswerOnOneLine() async throws {
        let run = try await CannedNode(["cairn_status": Canned.status]).run(["status", "--json"])
        #expect(run.json == Canned.status)
        #expect(run.output.count { $0 == "\n" } == 1)
    }

    @Test func votesShowWhoIsWaitedFor() async throws {
        let answer: JSONValue = [
            "height": 9, "round": 2, "step": "prevote", "proposer": "0xaa", "hasProposal": false, "totalPower": 4,
            "prevotePower": 2, "precommitPower": 0,
            "validators": [
                ["validator": "0xaa", "power": 3, "prevote": .null, "precommit": .null],
                ["validator": "0xbb", "power": 1, "prevote": "nil", "precommit": .string(Canned.hash)],
            ],
        ]
        let run = try await CannedNode(["cairn_votes": answer]).run(["node", "votes"])
        let lines = run.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(lines.contains("proposer 0xaa: no proposal yet"))
        #expect(lines.contains("prevotes 2 of 4 power"))
        #expect(lines.suffix(2) == ["0xaa 3 - -", "0xbb 1 nil \(Canned.hash.prefix(12))"])
    }

    @Test func jobsAreATable() async throws {
        let node = CannedNode(["cairn_jobs": [Canned.job]])
        let run = try await node.run(["job", "list", "--limit", "7", "--before", "9"])
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 2)
        let cells = lines[1].split(separator: " ").map(String.init)
        #expect(
            cells == [
                "3", "(attempt", "2)", "6–8", "24", "t3", "proofVerified", "2", "2/2", "2/2", "1", "0.093", "CAIRN",
                "4", "blocks",
            ])
        #expect(node.params(of: "cairn_jobs") == [["limit": 7, "before": 9]])
    }

    @Test func jobIsAskedForByNumberOrById() async throws {
        let node = CannedNode(["cairn_settlement": []])
        _ = try await node.run(["job", "settle", "4"])
        #expect(node.params(of: "cairn_settlement") == [4])
        _ = try await node.run(["job", "settle", Canned.hash])
        #expect(node.params(of: "cairn_settlement") == [.string(Canned.hash)])
    }

    @Test func unconservedSupplyFailsOnlyWhenChecked() async throws {
        let node = CannedNode(["cairn_supply": Canned.supply(difference: "-7")])
        let plain = try await node.run(["supply"])
        #expect(plain.status == 0)
        #expect(plain.output.contains("NOT CONSERVED: -7 wei"))
        let checked = try await node.run(["supply", "--check"])
        #expect(checked.status == 1)
        #expect(checked.errors == "error: supply is not conserved: -7 wei difference\n")
    }

    @Test func conservedSupplyPassesTheCheck() async throws {
        let run = try await CannedNode(["cairn_supply": Canned.supply(difference: "0")]).run(["supply", "--check"])
        #expect(run.status == 0)
        #expect(run.output.hasSuffix("conserved\n"))
    }

    @Test(arguments: [("0x1", Int32(0)), ("0x0", 1)])
    func revertedTransactionEndsWithStatus1(_ receipt: String, _ status: Int32) async throws {
        let node = CannedNode([
            "eth_getTransactionByHash": .null, "eth_getTransactionReceipt": Canned.receipt(status: receipt),
        ])
        let run = try await node.run(["tx", Canned.hash])
        #expect(run.status == status)
        #expect(run.output.contains("fee     0.000042 CAIRN (21000 gas at 2 gwei)\n"))
    }

    @Test func unknownBlockAndTransactionFail() async throws {
        let node = CannedNode([
            "eth_getBlockByNumber": .null, "eth_getTransactionByHash": .null, "eth_getTransactionReceipt": .null,
        ])
        #expect(try await node.run(["block", "5"]).status == 1)
        #expect(try await node.run(["tx", Canned.hash]).status == 1)
    }

    @Test func textOfTheNodeCannotCommandTheTerminal() async throws {
        let node = CannedNode([
            "cairn_provers": [
                [
                    "owner": "0x70997970c51812dc3a010c7d01b50e0d17dc79c8", "stake": "0x0", "claimable": "0x0",
                    "misses": 0, "status": "a\u{1B}[2Jb",
                ]
            ]
        ])
        let run = try await node.run(["prover", "list"])
        #expect(run.status == 0)
        #expect(run.output.contains("a[2Jb"))
        #expect(!run.output.contains("\u{1B}"))
    }

    @Test(arguments: ["chainId", "height", "baseFee", "isDevnet", "provenHeight"])
    func answerWithoutAFieldIsAnErrorThatNamesIt(_ field: String) async throws {
        let answer = JSONValue.object((Canned.status.members ?? []).filter { $0.name != field })
        let run = try await CannedNode(["cairn_status": answer]).run(["status"])
        #expect(run.status == 1)
        #expect(run.errors.contains("cairn_status.\(field): expected"))
    }
}
