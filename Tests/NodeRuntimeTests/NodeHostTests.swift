import ChainTypes
import JSONRPC
import NodeRuntime
import Replica
import Storage
import Testing

struct NodeHostTests {
    @Test func aRunningNodeMakesBlocksInOrderAndEndsWhenCancelled() async throws {
        var chain = try TestChain(blockIntervalMilliseconds: 10)
        try chain.advance()
        let host = try chain.host()
        let blocks = host.committed.listen()
        let running = Task { try await host.run() }
        var heights: [UInt64] = []
        for await block in blocks {
            heights.append(block.block.header.height)
            if heights.count == 3 { break }
        }
        #expect(heights == [2, 3, 4])
        running.cancel()
        try await running.value
        #expect(await host.halt == nil)
        try chain.restart()
        #expect(chain.replica.tip.header.height >= 4)
    }

    @Test func progressHasARateAndAnEnd() throws {
        #expect(CatchingUp(after: nil, nil, tip: 7, now: 0) == nil, "a node that is level has nothing to tell")
        let status = SyncStatus(start: 4, current: 5, target: 104)
        let first = try #require(CatchingUp(after: nil, status, tip: 5, now: 1_000))
        #expect((first.start, first.current, first.target) == (4, 5, 104))
        let second = try #require(CatchingUp(after: first, status, tip: 54, now: 3_000))
        #expect(second.blocksPerSecond == 25 && !second.isOver)
        let last = try #require(CatchingUp(after: second, nil, tip: 104, now: 5_000))
        #expect(last.blocksPerSecond == 25 && last.isOver && last.target == 104)
    }

    @Test func aFailedWriteHaltsTheNode() async throws {
        let chain = try TestChain()
        let host = try chain.host()
        chain.store.close()
        let halt = await #expect(throws: NodeHalt.self) { try await host.run() }
        #expect(halt?.exitCode == 74)
        let refused = await host.submit(try chain.transfer(nonce: 0), payload: nil)
        guard case .failure(.halted) = refused else {
            Issue.record("a halted node took a transaction")
            return
        }
        let health = await NodeMonitor(host: host).health()
        #expect(!health.isHealthy)
    }

    @Test func metricsNameTheChain() async throws {
        let text = await NodeMonitor(host: try TestChain().host()).metrics()
        for line in [
            "cairn_consensus_height 0", "cairn_proven_height 0", "cairn_proof_lag 0", "cairn_jobs{phase=\"t1\"} 0",
            "cairn_mempool_size 0", "cairn_provers 0", "ethereum_blockchain_height 0",
        ] {
            #expect(text.split(separator: "\n").contains { $0 == line }, "\(line)")
        }
    }
}
