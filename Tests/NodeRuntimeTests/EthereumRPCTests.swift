import ByteCodec
import ChainTypes
import Cryptography
import JSONRPC
import NodeRuntime
import Replica
import Testing

struct EthereumRPCTests {
    /// Block 1: a transfer that creates an account (legacy) and one that does not (EIP-1559). Block 2: nothing.
    private static func chain() throws -> TestChain {
        var chain = try TestChain()
        try chain.submit(try chain.transfer(nonce: 0, kind: .legacy))
        try chain.submit(try chain.transfer(nonce: 1, value: 5))
        try chain.advance()
        try chain.advance()
        return chain
    }

    private static func rpc() throws -> (TestChain, NodeRPC) {
        let chain = try chain()
        return (chain, NodeRPC(host: try chain.host()))
    }

    private static let blockKeys: Set = [
        "number", "hash", "parentHash", "nonce", "mixHash", "sha3Uncles", "logsBloom", "transactionsRoot", "stateRoot",
        "receiptsRoot", "miner", "difficulty", "totalDifficulty", "extraData", "size", "gasLimit", "gasUsed",
        "timestamp", "uncles", "transactions", "baseFeePerGas",
    ]

    @Test func aBlockHasEveryFieldInItsForm() async throws {
        let (chain, rpc) = try Self.rpc()
        let block = try await rpc.ask("eth_getBlockByNumber", "0x1", false)
        #expect(Set(block.members?.map(\.name) ?? []) == Self.blockKeys)
        #expect(block["number"] == "0x1" && block["difficulty"] == "0x0" && block["nonce"] == "0x0000000000000000")
        #expect(block["timestamp"] == .string(Hex.quantity((TestChain.start + 2_000) / 1_000)))
        #expect(block["gasLimit"] == "0x1c9c380" && block["uncles"] == [])
        // Two transfers and one new account.
        #expect(block["gasUsed"] == .string(Hex.quantity(UInt64(2 * 21_000 + 25_000))))
        #expect(block["logsBloom"]?.string?.count == 2 + 512)
        #expect(block["miner"] == .string("\(chain.devnet.validators[0].address)"))
        let hash = try #require(block["hash"])
        #expect(try await rpc.ask("eth_getBlockByHash", hash, false) == block)
        let full = try await rpc.ask("eth_getBlockByNumber", "0x1", true)
        #expect(full["transactions"]?.array?.compactMap { $0["hash"] } == block["transactions"]?.array)
    }

    @Test func tagsMeanTheHeadAndTheGenesis() async throws {
        let (_, rpc) = try Self.rpc()
        let latest = try await rpc.ask("eth_getBlockByNumber", "latest", false)
        #expect(latest["number"] == "0x2")
        for tag in ["pending", "safe", "finalized"] as [JSONValue] {
            #expect(try await rpc.ask("eth_getBlockByNumber", tag, false) == latest)
        }
        #expect(try await rpc.ask("eth_getBlockByNumber", "earliest", false)["number"] == "0x0")
        #expect(try await rpc.ask("eth_getBlockByNumber", "0x3", false) == .null)
        #expect(try await rpc.ask("eth_blockNumber") == "0x2")
    }

    @Test func aLegacyTransactionIsAnsweredWhole() async throws {
        let (chain, rpc) = try Self.rpc()
        let sent = try chain.transfer(nonce: 0, kind: .legacy)
        let block = try await rpc.ask("eth_getBlockByNumber", "0x1", false)
        let answer = try await rpc.ask("eth_getTransactionByHash", .string("\(sent.hash)"))
        func word(_ value: Bytes32) -> JSONValue {
            .string("0x" + Hex.encode(value.bytes, prefix: false).drop { $0 == "0" })
        }
        let v = UInt64(chain.genesis.chainId * 2 + 35) + UInt64(sent.signature.recoveryId)
        let expected: [String: JSONValue] = [
            "blockHash": block["hash"] ?? .null, "blockNumber": "0x1", "blockTimestamp": block["timestamp"] ?? .null,
            "transactionIndex": "0x0", "hash": .string("\(sent.hash)"),
            "from": "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", "type": "0x0", "chainId": "0x4f25",
            "gas": "0x186a0", "gasPrice": "0xb2d05e00", "to": .string("\(TestChain.recipient)"), "nonce": "0x0",
            "value": "0xde0b6b3a7640000", "input": "0x", "r": word(sent.signature.r), "s": word(sent.signature.s),
            "v": .string(Hex.quantity(v)),
        ]
        let found = Dictionary(uniqueKeysWithValues: (answer.members ?? []).map { ($0.name, $0.value) })
        #expect(found == expected)
        #expect(
            try await rpc.ask("eth_getRawTransactionByHash", .string("\(sent.hash)"))
                == .string(Hex.encode(sent.encoded)))
    }

    @Test func aReceiptIsAnsweredWhole() async throws {
        let (chain, rpc) = try Self.rpc()
        let sent = try chain.transfer(nonce: 1, value: 5)
        let block = try await rpc.ask("eth_getBlockByNumber", "0x1", false)
        let receipt = try await rpc.ask("eth_getTransactionReceipt", .string("\(sent.hash)"))
        let expected: [String: JSONValue] = [
            "type": "0x2", "status": "0x1", "cumulativeGasUsed": .string(Hex.quantity(UInt64(67_000))),
            "logsBloom": .string(Hex.encode([UInt8](repeating: 0, count: 256))), "logs": [],
            "transactionHash": .string("\(sent.hash)"), "transactionIndex": "0x1",
            "blockHash": block["hash"] ?? .null, "blockNumber": "0x1",
            "from": "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", "to": .string("\(TestChain.recipient)"),
            "contractAddress": .null, "gasUsed": "0x5208", "effectiveGasPrice": "0x77359400",
        ]
        let found = Dictionary(uniqueKeysWithValues: (receipt.members ?? []).map { ($0.name, $0.value) })
        #expect(found == expected)
        #expect(try await rpc.ask("eth_getBlockReceipts", "0x1").array?.last == receipt)
        #expect(try await rpc.ask("eth_getTransactionReceipt", .string("\(Bytes32.zero)")) == .null)
    }

    @Test func stateIsReadAtAnyHeight() async throws {
        let (chain, rpc) = try Self.rpc()
        let recipient = JSONValue.string("\(TestChain.recipient)")
        let sender = JSONValue.string("\(try chain.sender)")
        #expect(try await rpc.ask("eth_getBalance", recipient) == .string(Hex.quantity(Unit.cairn + 5)))
        #expect(try await rpc.ask("eth_getBalance", recipient, "0x0") == "0x0")
        #expect(
            try await rpc.ask("eth_getBalance", recipient, ["blockNumber": "0x1"])
                == .string(Hex.quantity(Unit.cairn + 5)))
        #expect(try await rpc.ask("eth_getTransactionCount", sender, "latest") == "0x2")
        let next = Hex.encode(try chain.transfer(nonce: 2).encoded)
        #expect(
            try await rpc.ask("eth_sendRawTransaction", .string(next))
                == .string("\(try chain.transfer(nonce: 2).hash)"))
        #expect(try await rpc.ask("eth_getTransactionCount", sender, "pending") == "0x3")
        #expect(try await rpc.ask("eth_getTransactionCount", sender, "latest") == "0x2")
        let pending = try await rpc.ask("eth_getTransactionByHash", .string("\(try chain.transfer(nonce: 2).hash)"))
        #expect(pending["blockHash"] == .null && pending["nonce"] == "0x2")
        await #expect(throws: RPCError.server("header not found")) {
            try await rpc.ask("eth_getBalance", recipient, "0x3")
        }
        #expect(try await rpc.ask("eth_getCode", .string("\(SystemContract.claims.address)")) == "0xfe")
        #expect(try await rpc.ask("eth_getCode", recipient) == "0x")
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var bytes: @Sendable (TestChain) throws -> [UInt8]
        var testDescription: String { name }
    }

    static let refusals = [
        Refusal(name: "nonce too low", text: "nonce too low") { try $0.transfer(nonce: 0).encoded },
        Refusal(name: "funds", text: "insufficient funds for gas * price + value") {
            try $0.transfer(nonce: 2, value: 20_000 * Unit.cairn).encoded
        },
        Refusal(name: "intrinsic", text: "intrinsic gas too low") {
            try $0.transfer(nonce: 2, gasLimit: 20_999).encoded
        },
        Refusal(name: "block gas", text: "exceeds block gas limit") {
            try $0.transfer(nonce: 2, gasLimit: 30_000_001).encoded
        },
        Refusal(name: "chain id", text: "invalid chain id for signer: have 1 want 20261") {
            try OrdinaryTransaction(
                kind: .legacy, chainId: 1, nonce: 2, maxPriorityFeePerGas: 1, maxFeePerGas: 1, gasLimit: 21_000,
                to: .zero, value: 0
            ).sign(with: try $0.key).encoded
        },
        Refusal(name: "type", text: "transaction type not supported") { _ in [0x03, 0xc0] },
        Refusal(name: "underpriced", text: "transaction underpriced") {
            try OrdinaryTransaction(
                kind: .legacy, chainId: $0.genesis.chainId, nonce: 2, maxPriorityFeePerGas: 1, maxFeePerGas: 1,
                gasLimit: 21_000, to: .zero, value: 0
            ).sign(with: try $0.key).encoded
        },
        Refusal(name: "creation", text: "contract creation is not supported") {
            try OrdinaryTransaction(
                kind: .legacy, chainId: $0.genesis.chainId, nonce: 2, maxPriorityFeePerGas: 2_000_000_000,
                maxFeePerGas: 2_000_000_000, gasLimit: 100_000, to: nil, value: 0
            ).sign(with: try $0.key).encoded
        },
    ]

    @Test(arguments: refusals) func aRefusedTransactionIsToldWhy(_ refusal: Refusal) async throws {
        let (chain, rpc) = try Self.rpc()
        let error = await #expect(throws: RPCError.self) {
            try await rpc.ask("eth_sendRawTransaction", .string(Hex.encode(try refusal.bytes(chain))))
        }
        #expect(error?.code == -32000)
        #expect(error?.message.hasPrefix(refusal.text) == true, "\(error?.message ?? "")")
    }

    @Test func sendingTwiceIsAlreadyKnown() async throws {
        let (chain, rpc) = try Self.rpc()
        let raw = JSONValue.string(Hex.encode(try chain.transfer(nonce: 2).encoded))
        _ = try await rpc.ask("eth_sendRawTransaction", raw)
        await #expect(throws: RPCError.server("already known")) { try await rpc.ask("eth_sendRawTransaction", raw) }
    }

    @Test func gasIsEstimatedByWhatTheCallDoes() async throws {
        let (chain, rpc) = try Self.rpc()
        let from = JSONValue.string("\(try chain.sender)")
        func estimate(_ to: String, _ value: JSONValue = "0x0", _ data: JSONValue = "0x") async throws -> JSONValue {
            try await rpc.ask("eth_estimateGas", ["from": from, "to": .string(to), "value": value, "input": data])
        }
        #expect(try await estimate("\(TestChain.recipient)", "0x1") == "0x5208")
        #expect(try await estimate("\(Address(lowBytes: 99))", "0x1") == .string(Hex.quantity(UInt64(46_000))))
        #expect(try await estimate("\(Address(lowBytes: 99))") == "0x5208")
        let claims = "\(SystemContract.claims.address)"
        // The proposer was tipped, and has no account yet: its claim creates one.
        let beneficiary = [UInt8](repeating: 0, count: 12) + chain.devnet.validators[0].address.bytes
        let claim = ABI.selector("claimFor(address)") + beneficiary
        let zeros = UInt64(claim.count { $0 == 0 })
        let gas = 21_000 + 40_000 + 4 * zeros + 16 * (UInt64(claim.count) - zeros) + 25_000
        #expect(try await estimate(claims, "0x0", .string(Hex.encode(claim))) == .string(Hex.quantity(gas)))
        let error = await #expect(throws: RPCError.self) {
            try await estimate(claims, "0x0", .string(Hex.encode(ABI.selector("claim()"))))
        }
        #expect(error?.code == 3 && error?.message == "execution reverted: nothing to claim")
        #expect(error?.data == .string(Hex.encode(ABIRevert.error("nothing to claim"))))
        await #expect(throws: RPCError.self) { try await estimate("\(TestChain.recipient)", "0xffffffffffffffffffff") }
    }

    @Test func viewsAreCalledAndUnknownSelectorsRevert() async throws {
        let (_, rpc) = try Self.rpc()
        let registry = JSONValue.string("\(SystemContract.proverRegistry.address)")
        let call = ABI.selector("minimumStake()")
        let answer = try await rpc.ask("eth_call", ["to": registry, "data": .string(Hex.encode(call))], "latest")
        #expect(answer == .string("\(Bytes32(100 * Unit.cairn))"))
        let error = await #expect(throws: RPCError.self) {
            try await rpc.ask("eth_call", ["to": registry, "data": "0x01020304"], "latest")
        }
        #expect(error?.code == 3)
        #expect(try await rpc.ask("eth_call", ["to": .string("\(TestChain.recipient)")]) == "0x")
    }

    @Test func theFeeHistoryHasOneFeeMoreThanBlocks() async throws {
        let (_, rpc) = try Self.rpc()
        let history = try await rpc.ask("eth_feeHistory", "0x2", "latest", [.number(20.5), 50])
        #expect(history["oldestBlock"] == "0x1")
        #expect(history["baseFeePerGas"]?.array?.count == 3 && history["gasUsedRatio"]?.array?.count == 2)
        // The block's two tips are 1 and 2 gwei, for 21,000 and 46,000 gas.
        #expect(history["reward"] == [["0x3b9aca00", "0x77359400"], ["0x0", "0x0"]])
        await #expect(throws: RPCError.self) { try await rpc.ask("eth_feeHistory", "0x1", "latest", [50, 20]) }
    }

    @Test func badParametersAreNamedByPlaceAndExpectation() async throws {
        let (_, rpc) = try Self.rpc()
        let error = await #expect(throws: RPCError.self) { try await rpc.ask("eth_getBalance", "0x12") }
        #expect(error?.code == -32602)
        #expect(error?.message == "invalid argument 0: expected an address: \"0x\" and 40 hex digits, found \"0x12\"")
        let missing = await #expect(throws: RPCError.self) { try await rpc.ask("eth_getTransactionReceipt") }
        #expect(missing?.message == "missing value for required argument 0")
    }

    @Test func anUnknownMethodIsNamed() async throws {
        let (_, rpc) = try Self.rpc()
        await #expect(throws: RPCError(code: -32601, message: "the method eth_mine does not exist/is not available")) {
            try await rpc.ask("eth_mine")
        }
    }
}
