import ChainTypes
import Consensus
import Foundation
import NodeRuntime
import Replica
import Testing

/// What a validator signed outlives the process, and a directory that lost it does not sign.
@Suite struct SignStateLogTests {
    @Test func aNodeWithoutItsSignStateRefusesToStart() throws {
        var chain = try TestChain()
        for _ in 0..<3 { try chain.advance() }
        chain.store.close()
        let store = try ChainStore.open(path: TestChain.path(chain.directory), genesis: chain.genesis)
        defer { store.close() }
        let validator = chain.devnet.validators[0].address
        let file = "\(TestChain.path(chain.directory))-sign-\(validator).log"
        let bytes = try #require(FileManager.default.contents(atPath: file))

        try FileManager.default.removeItem(atPath: file)
        let missing = #expect(throws: StorageFault.self) { try store.load(validator: validator) }
        #expect(missing?.message.contains("it is not there") == true)
        #expect(throws: Never.self) { try store.load() }

        var damaged = bytes
        damaged[bytes.count - 30] ^= 1
        _ = FileManager.default.createFile(atPath: file, contents: damaged)
        let broken = #expect(throws: StorageFault.self) { try store.load(validator: validator) }
        #expect(broken?.message.contains("damaged at byte") == true)

        _ = FileManager.default.createFile(atPath: file, contents: bytes)
        let state = try #require(try store.load(validator: validator).signState)
        #expect(state.height == 3 && state.lastStep == .precommit)
    }

    /// Nothing is signed at or below what a later log says, whatever the chain beside it knows.
    @Test func anOlderCopyOfTheChainStaysSilentUpToItsSignState() throws {
        var chain = try TestChain()
        for _ in 0..<2 { try chain.advance() }
        chain.store.close()
        let path = TestChain.path(chain.directory)
        let copy = chain.directory.path + "/copy"
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        chain.store = try ChainStore.open(path: path, genesis: chain.genesis)
        try chain.restart()
        for _ in 0..<2 { try chain.advance() }
        chain.store.close()
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: copy, toPath: path)

        chain.store = try ChainStore.open(path: path, genesis: chain.genesis)
        let restored = try chain.store.load(validator: chain.devnet.validators[0].address)
        #expect(restored.tip.header.height == 2 && restored.signState?.height == 4)
        chain.replica = Replica(
            genesis: chain.genesis, keys: chain.devnet.validators[0], restored: restored, checker: chain.checker)
        for effect in try chain.replica.step(.start(now: TestChain.start + 100_000)) {
            if case .persistSignState = effect { Issue.record("signed behind its sign state") }
            if case .commit = effect { Issue.record("decided alone what it may not vote for") }
        }
    }
}
