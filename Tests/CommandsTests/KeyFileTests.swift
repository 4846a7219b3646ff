import CommandShell
import Foundation
import Testing

/// Key files are for their owner only.
struct KeyFileTests {
    private func withFile(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "cairn-key-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test func newKeyCanBeReadByItsOwnerOnly() async throws {
        try await withFile { path in
            let run = await CommandRun.of(["key", "new", path])
            #expect(run.status == 0)
            #expect(try mode(path) == 0o600)
            let again = await CommandRun.of(["key", "address", path])
            #expect(again.output == run.output)
            let secret = try String(contentsOfFile: path, encoding: .utf8)
            #expect(!run.output.contains(secret.dropFirst(2).prefix(64)))
        }
    }

    @Test func existingFileIsNotOverwritten() async throws {
        try await withFile { path in
            try Data("mine".utf8).write(to: URL(filePath: path))
            #expect(await CommandRun.of(["key", "new", path]).status == 1)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
        }
    }

    @Test(arguments: [0o640, 0o604, 0o660])
    func fileThatOthersCanReadIsRefused(_ mode: Int) async throws {
        try await withFile { path in
            try KeyFile.create(path, secret: [UInt8](repeating: 7, count: 32))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            #expect(throws: CommandFailure.self) { try KeyFile.key(path) }
        }
    }

    @Test(arguments: ["", "0x12", String(repeating: "0", count: 64), String(repeating: "f", count: 64), "no key"])
    func fileWithoutAKeyIsRefused(_ text: String) async throws {
        try await withFile { path in
            try Data(text.utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            #expect(throws: CommandFailure.self) { try KeyFile.key(path) }
        }
    }
}
