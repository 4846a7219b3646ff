import ByteCodec
import ChainTypes
import CommandShell
import JSONRPC
import Testing

/// The documented exit statuses, with and without `--json`.
struct ExitStatusTests {
    @Test func unreachableNodeIsStatus3() async {
        // Port 1 of this machine: nothing listens there.
        let run = await CommandRun.of(["status", "--rpc", "http://127.0.0.1:1"])
        #expect(run.status == 3)
        #expect(run.errors.contains("cannot reach a node at http://127.0.0.1:1"))
    }

    @Test func refusalIsStatus5AndKeepsTheErrorObject() async throws {
        let refusal = RPCError(code: -32000, message: "unknown job 9", data: ["refusal": "unknownJob"])
        let run = try await CannedNode(["cairn_job": .failure(refusal)]).run(["job", "show", "9", "--json"])
        #expect(run.status == 5)
        #expect(run.output.isEmpty)
        let error = run.errorJSON?["error"]
        #expect(error?["exitCode"] == 5)
        #expect(error?["status"] == "rejected")
        #expect(error?["refusal"] == refusal.json)
    }

    @Test func usageErrorIsAnObjectWithJSON() async {
        let run = await CommandRun.of(["job", "list", "--limit", "x", "--json"])
        #expect(run.status == 2)
        #expect(run.errorJSON?["error"]?["status"] == "usage")
    }

    @Test func waitingInVainIsStatus4() async throws {
        let node = CannedNode(Self.sending.merging(["eth_getTransactionReceipt": .success(.null)]) { $1 })
        let run = try await node.run(Self.send + ["--wait", "--timeout", "0"])
        #expect(run.status == 4)
        #expect(run.errors.contains("is in no block after"))
    }

    @Test(arguments: [("0x1", Int32(0)), ("0x0", 1)])
    func sentTransactionEndsWithItsReceipt(_ receipt: String, _ status: Int32) async throws {
        let node = CannedNode(
            Self.sending.merging(["eth_getTransactionReceipt": .success(Canned.receipt(status: receipt))]) { $1 })
        let run = try await node.run(Self.send + ["--wait", "--json"])
        #expect(run.status == status)
        #expect(run.json?["receipt"] == Canned.receipt(status: receipt))
        let raw = try #require(node.rawTransaction)
        let sent = try VerifiedTransaction(decoding: raw, chainId: 20261)
        #expect(run.json?["transactionHash"] == .string("\(sent.hash)"))
        #expect("\(sent.sender)" == "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266")
        let transaction = try #require(Self.ordinary(sent))
        #expect(transaction.nonce == 5)
        #expect(transaction.value == 1_000_000_000_000_000_000)
        #expect(transaction.maxFeePerGas == 2 * 1_000_000_000 + 1)
        #expect(transaction.gasLimit == 21000)
    }

    @Test func registrationCallsTheRegistryWithItsStake() async throws {
        let node = CannedNode(Self.sending)
        let run = try await node.run([
            "prover", "register", "--from", "dev0", "--operator", "dev2", "--stake", "250",
        ])
        #expect(run.status == 0)
        let raw = try #require(node.rawTransaction)
        let call = try #require(Self.ordinary(try VerifiedTransaction(decoding: raw, chainId: 20261)))
        #expect(call.to == SystemContract.proverRegistry.address)
        #expect(call.value == 250 * Unit.cairn)
        var reader = ABIReader(call.data, at: 4)
        #expect(try reader.readAddress().description == "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc")
        #expect(try reader.readAddress().description == "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266")
    }

    @Test func devnetKeysDoNotSignElsewhere() async throws {
        let status = JSONValue.object(
            (Canned.status.members ?? []).map { $0.name == "isDevnet" ? JSONMember("isDevnet", false) : $0 })
        let node = CannedNode(Self.sending.merging(["cairn_status": .success(status)]) { $1 })
        let run = try await node.run(Self.send)
        #expect(run.status == 1)
        #expect(run.errors.contains("the devnet keys are public"))
        #expect(node.params(of: "eth_sendRawTransaction") == nil)
    }

    private static func ordinary(_ transaction: VerifiedTransaction) -> OrdinaryTransaction? {
        if case .ordinary(let body) = transaction.body { body } else { nil }
    }

    private static let send = ["send", "--from", "dev0", "--to", "dev1", "--value", "1"]

    private static let sending: [String: Result<JSONValue, RPCError>] = [
        "cairn_status": .success(Canned.status), "eth_chainId": .success("0x4f25"),
        "eth_getTransactionCount": .success("0x5"), "eth_maxPriorityFeePerGas": .success("0x1"),
        "eth_estimateGas": .success("0x5208"),
    ]
}
