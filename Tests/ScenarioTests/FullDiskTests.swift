import Foundation
import Glibc
import Testing

extension ScenarioTests {
    /// A full disk ends the node with a message that says so; with room again it goes on at its last block.
    @Test(.enabled(if: SmallDisk.isPermitted, "mounting a tmpfs needs root"), .timeLimit(.minutes(10)))
    func aFullDiskHaltsTheNode() async throws {
        try await Scenario.play { scenario in
            // Below the room that RocksDB sets aside for a log, so that a full disk meets its next write.
            let disk = try SmallDisk.mount(in: scenario, megabytes: 12)
            do {
                try await fillAndRecover(disk, scenario)
            } catch {
                await disk.unmount()
                throw error
            }
            await disk.unmount()
        }
    }
}

private func fillAndRecover(_ disk: SmallDisk, _ scenario: Scenario) async throws {
    let chain = try await Chain.create(in: scenario, blockTime: "0.1", folder: "\(disk.path)/chain")
    let first = try await chain.runNode()
    _ = try chain.startTraffic(rate: 60, seed: 4)
    var shown = try await eventually("blocks with transfers") {
        try await chain.node.head().flatMap { $0.transactions.isEmpty ? nil : $0 }
    }
    try disk.fill(leaving: 256 << 10)
    try await eventually("the node ends") {
        if let head = try? await chain.node.head(), head.height > shown.height { shown = head }
        return !first.isRunning
    }
    #expect(first.exitStatus == 74)
    #expect(first.errors.contains("disk full"))

    // Without room it does not start, and says why.
    try disk.fill(leaving: 0)
    let second = try chain.startNode()
    #expect(try await second.exit(within: .seconds(60)) == 74)
    #expect(second.errors.contains("the disk is full"))

    try disk.grow(megabytes: 256)
    let third = try await chain.runNode()
    try #require(try await chain.node.block(shown.height) == shown)
    try await eventually("the chain goes on") { try await chain.node.status("height") > shown.height }
    try await chain.succeed("supply", "--check")
    third.signal(SIGTERM)
    #expect(try await third.exit(within: .seconds(30)) == 0)
}

/// A file system of a few megabytes in memory.
private struct SmallDisk {
    let path: String

    /// Whether this process may mount; tried, since containers forbid it to root as well.
    static let isPermitted: Bool = {
        let path = NSTemporaryDirectory() + "cairn-mount-\(UUID().uuidString)"
        guard (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)) != nil
        else { return false }
        defer { unsafe rmdir(path) }
        guard unsafe Glibc.mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0 else { return false }
        return unsafe umount(path) == 0
    }()

    static func mount(in scenario: Scenario, megabytes: Int) throws -> SmallDisk {
        let disk = SmallDisk(path: "\(scenario.folder)/disk")
        try FileManager.default.createDirectory(atPath: disk.path, withIntermediateDirectories: true)
        guard unsafe Glibc.mount("tmpfs", disk.path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
            throw ScenarioFailure("cannot mount: \(errno)")
        }
        return disk
    }

    func grow(megabytes: Int) throws {
        guard unsafe Glibc.mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT), "size=\(megabytes)m") == 0 else {
            throw ScenarioFailure("cannot remount: \(errno)")
        }
    }

    /// Takes all the room but some bytes.
    func fill(leaving rest: Int) throws {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { throw ScenarioFailure("cannot look at the disk: \(errno)") }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        try Data(count: max(0, free - rest)).write(to: URL(filePath: "\(path)/ballast-\(rest)"))
    }

    /// Ends what still uses it, and gives it back.
    func unmount() async {
        for identifier in Scenario.processes(naming: path) { kill(identifier, SIGKILL) }
        _ = try? await eventually("the disk is unused", within: .seconds(20)) {
            unsafe umount(path) == 0 ? true : nil
        }
    }
}
