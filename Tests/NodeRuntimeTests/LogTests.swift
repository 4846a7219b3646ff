import ByteCodec
import ChainTypes
import Cryptography
import JSONRPC
import NodeRuntime
import Replica
import Testing

struct LogTests {
    /// Block 1 registers a prover; with the provers of the genesis, block 2 selects a job for it: system logs.
    private static func chain() throws -> TestChain {
        var chain = try TestChain(provers: 4)
        let arguments = [Address(lowBytes: 5), Address(lowBytes: 6)]
            .flatMap { [UInt8](repeating: 0, count: 12) + $0.bytes }
        try chain.submit(
            try chain.transfer(
                nonce: 0, to: SystemContract.proverRegistry.address, value: 200 * Unit.cairn,
                data: ABI.selector("register(address,address)") + arguments))
        for _ in 0..<3 { try chain.advance() }
        return chain
    }

    private static func rpc() throws -> NodeRPC { NodeRPC(host: try chain().host()) }

    private static let registered = JSONValue.string(
        "\(ABI.eventTopic("ProverRegistered(address,address,address,uint256)"))")

    @Test func logsAreFilteredByAddressAndTopic() async throws {
        let rpc = try Self.rpc()
        let logs = try await rpc.ask(
            "eth_getLogs", ["fromBlock": "0x0", "toBlock": "latest", "topics": [Self.registered]])
        #expect(logs.array?.count == 1)
        let log = try #require(logs.array?.first)
        #expect(log["blockNumber"] == "0x1" && log["logIndex"] == "0x0" && log["removed"] == false)
        #expect(log["topics"]?.array?.count == 3)
        let key = JSONValue.string("\(Bytes32(5))")
        let byKey = try await rpc.ask("eth_getLogs", ["fromBlock": "0x0", "topics": [.null, .null, [key]]])
        #expect(byKey == logs)
        let elsewhere = try await rpc.ask(
            "eth_getLogs",
            ["fromBlock": "0x0", "address": .string("\(SystemContract.claims.address)"), "topics": [Self.registered]])
        #expect(elsewhere == [])
    }

    @Test func selectionsHaveASyntheticReceipt() async throws {
        let rpc = try Self.rpc()
        let logs = try await rpc.ask(
            "eth_getLogs", ["fromBlock": "0x0", "address": [.string("\(SystemContract.provingJobs.address)")]])
        let log = try #require(logs.array?.first)
        let height = try #require(log["blockNumber"]?.string.flatMap(Hex.parseQuantity))
        let hash = SystemReceipt.hash(height: UInt64(height))
        #expect(log["transactionHash"] == .string("\(hash)"))
        let block = try await rpc.ask("eth_getBlockByNumber", log["blockNumber"] ?? .null, false)
        #expect(log["transactionIndex"] == .string(Hex.quantity(UInt64(block["transactions"]?.array?.count ?? 99))))
        let receipt = try await rpc.ask("eth_getTransactionReceipt", .string("\(hash)"))
        #expect(receipt["logs"]?.array?.contains(log) == true)
        #expect(receipt["status"] == "0x1" && receipt["gasUsed"] == "0x0")
        #expect(try await rpc.ask("eth_getTransactionByHash", .string("\(hash)")) == .null)
    }

    @Test func impossibleRangesAreRefused() async throws {
        let rpc = try Self.rpc()
        for filter: JSONValue in [
            ["fromBlock": "0x2", "toBlock": "0x1"], ["fromBlock": "0x0", "toBlock": "0x9"],
            ["fromBlock": "0x0", "blockHash": .string("\(Bytes32.zero)")],
        ] {
            let error = await #expect(throws: RPCError.self) { try await rpc.ask("eth_getLogs", filter) }
            #expect(error?.code == -32602)
        }
        await #expect(throws: RPCError.server("unknown block")) {
            try await rpc.ask("eth_getLogs", ["blockHash": .string("\(Bytes32.zero)")])
        }
    }

    @Test func aFilterReportsEachBlockOnce() async throws {
        var chain = try Self.chain()
        let host = try chain.host()
        let rpc = NodeRPC(host: host)
        let id = try await rpc.ask("eth_newBlockFilter")
        #expect(try await rpc.ask("eth_getFilterChanges", id) == [])
        try chain.advance()
        let changes = try await rpc.ask("eth_getFilterChanges", id)
        #expect(changes == [.string("\(chain.replica.tip.hash)")])
        #expect(try await rpc.ask("eth_getFilterChanges", id) == [])
        #expect(try await rpc.ask("eth_uninstallFilter", id) == true)
        await #expect(throws: RPCError.server("filter not found")) { try await rpc.ask("eth_getFilterChanges", id) }
    }
}
