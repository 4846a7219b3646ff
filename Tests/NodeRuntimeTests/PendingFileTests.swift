import ByteCodec
import ChainTypes
import NodeRuntime
import Replica
import Testing

@Suite("The pool on disk")
struct PendingFileTests {
    private let entries = [
        PendingFile.Entry(transaction: [1, 2, 3], payload: nil),
        PendingFile.Entry(transaction: [0x50], payload: [9, 9]),
        PendingFile.Entry(transaction: [0x50, 1], payload: []),
    ]

    @Test func whatIsSavedIsLoaded() throws {
        let directory = try TemporaryDirectory()
        let file = PendingFile(path: directory.path + "/pending")
        #expect(file.load().isEmpty)
        try file.save(entries)
        #expect(file.load() == entries)
        try file.save([])
        #expect(file.load().isEmpty)
    }

    @Test func aTornOrChangedFileIsAnEmptyPool() {
        let bytes = PendingFile.encode(entries)
        #expect(PendingFile.decode(bytes) == entries)
        for count in 0..<bytes.count { #expect(PendingFile.decode(Array(bytes.prefix(count))) == nil) }
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x10
            #expect(PendingFile.decode(changed) == nil)
        }
    }

    @Test func thePoolSurvivesARestart() async throws {
        let chain = try TestChain(blockIntervalMilliseconds: 60_000)
        let file = PendingFile(path: chain.directory.path + "/pending")
        let first = try chain.host(pendingFile: file)
        let blocks = first.committed.listen()
        let running = Task { try await first.run() }
        for await _ in blocks { break }
        // Behind a gap: no block can take it.
        let waiting = try chain.transfer(nonce: 3)
        #expect(try await first.submit(waiting, payload: nil).get() == waiting.hash)
        running.cancel()
        try await running.value
        #expect(file.load().map(\.transaction) == [waiting.encoded])

        var restarted = chain
        try restarted.restart()
        let second = try restarted.host(pendingFile: file)
        let arrivals = second.pending.arrivals.listen()
        let again = Task { try await second.run() }
        for await hash in arrivals {
            #expect(hash == waiting.hash)
            break
        }
        again.cancel()
        try await again.value
    }
}
