import ByteCodec
import ChainTypes
import JSONRPC
import NodeRuntime
import Replica
import Testing

/// What waits in the pool, and what waits for a block.
struct WaitingRPCTests {
    /// The sender's nonces 0 and 1 can be taken, 3 waits for 2.
    @Test func thePoolIsToldBySenderAndNonce() async throws {
        let chain = try TestChain()
        let rpc = NodeRPC(host: try chain.host())
        #expect(try await rpc.ask("txpool_content") == ["pending": [:], "queued": [:]])
        for nonce in [1, 0, 3] as [UInt64] {
            _ = try await rpc.ask(
                "eth_sendRawTransaction", .string(Hex.encode(try chain.transfer(nonce: nonce, value: 7).encoded)))
        }
        #expect(try await rpc.ask("txpool_status") == ["pending": "0x2", "queued": "0x1"])
        let sender = "\(try chain.sender)"
        let content = try await rpc.ask("txpool_content")
        let pending = try #require(content["pending"]?[sender])
        #expect(pending.members?.map(\.name) == ["0", "1"])
        #expect(pending["1"]?["hash"] == .string("\(try chain.transfer(nonce: 1, value: 7).hash)"))
        #expect(pending["1"]?["blockHash"] == .null)
        #expect(content["queued"]?[sender]?.members?.map(\.name) == ["3"])
        let own = try await rpc.ask("txpool_contentFrom", .string(sender))
        #expect(own["pending"] == pending && own["queued"] == content["queued"]?[sender])
        let nobody = try await rpc.ask("txpool_contentFrom", .string("\(TestChain.recipient)"))
        #expect(nobody == ["pending": [:], "queued": [:]])
        let line = try await rpc.ask("txpool_inspect")["queued"]?[sender]?["3"]
        #expect(line == .string("\(TestChain.recipient): 7 wei + 100000 gas × 3000000000 wei"))
    }

    @Test func whoSendsAndWaitsGetsTheReceipt() async throws {
        let chain = try TestChain(blockIntervalMilliseconds: 10)
        let host = try chain.host()
        let rpc = NodeRPC(host: host)
        let running = Task { try await host.run() }
        let sent = try chain.transfer(nonce: 0)
        let receipt = try await rpc.ask("eth_sendRawTransactionSync", .string(Hex.encode(sent.encoded)))
        #expect(receipt["transactionHash"] == .string("\(sent.hash)") && receipt["status"] == "0x1")
        #expect(try await rpc.ask("eth_getTransactionReceipt", .string("\(sent.hash)")) == receipt)
        running.cancel()
        try await running.value
    }

    /// EIP-7966: the transaction was taken, so its hash comes with the error.
    @Test func whoWaitsForNoBlockIsToldTheHash() async throws {
        let chain = try TestChain()
        let rpc = NodeRPC(host: try chain.host())
        let sent = try chain.transfer(nonce: 0)
        let raw = JSONValue.string(Hex.encode(sent.encoded))
        let error = await #expect(throws: RPCError.self) { try await rpc.ask("eth_sendRawTransactionSync", raw, 5) }
        #expect(error?.code == 4 && error?.data == .string("\(sent.hash)"))
        await #expect(throws: RPCError.server("already known")) {
            try await rpc.ask("eth_sendRawTransactionSync", raw, "0x5")
        }
        await #expect(throws: RPCError.self) { try await rpc.ask("eth_sendRawTransactionSync", raw, 0) }
    }

    @Test func theModulesAreThoseOfTheMethods() async throws {
        let rpc = NodeRPC(host: try TestChain().host())
        let modules = try await rpc.ask("rpc_modules").members?.map(\.name)
        #expect(modules == ["cairn", "debug", "eth", "net", "rpc", "txpool", "web3"])
    }
}
