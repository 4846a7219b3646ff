import Commands
import Foundation
import Testing

@Suite struct ChildGroupTests {
    /// A traffic generator may see that its node is gone before the supervisor does.
    @Test(.timeLimit(.minutes(1)))
    func aNodesDeathIsToldBeforeTheEndOfThoseThatMissedIt() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cairn-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let marker = folder.appending(path: "traffic-ended").path
        let group = ChildGroup()
        func start(_ name: String, _ script: String) async throws {
            try await group.start(
                name, executable: "/bin/sh", arguments: ["-c", script], logPath: folder.appending(path: name).path)
        }
        try await start("traffic", "echo > '\(marker)'; exit 3")
        try await start("node-0", "until [ -e '\(marker)' ]; do :; done; exit 9")
        var ended: [String] = []
        for await exit in group.exits {
            ended.append(exit.description)
            if ended.count == 2 { break }
        }
        #expect(ended == ["node-0 ended with status 9", "traffic ended with status 3"])
    }
}
