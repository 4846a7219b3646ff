import ChainTypes
import Foundation
import Storage
import Testing

/// A small file system in memory, unmounted with the value.
private final class SmallFileSystem {
    let directory: TemporaryDirectory

    init(mebibytes: Int) throws {
        directory = try TemporaryDirectory()
        guard unsafe mount("tmpfs", directory.path, "tmpfs", 0, "size=\(mebibytes)m") == 0 else {
            throw POSIXError(.EPERM)
        }
    }

    deinit { _ = unsafe umount2(directory.path, Int32(MNT_DETACH)) }

    /// Whether this process may mount file systems.
    static let isPermitted = (try? SmallFileSystem(mebibytes: 1)) != nil
}

@Suite struct DiskFullTests {
    @Test(.enabled(if: SmallFileSystem.isPermitted, "mounting a file system needs the right to do so"))
    func aFullDiskIsNamedAndLeavesExactlyTheLastCommittedBatch() throws {
        let disk = try SmallFileSystem(mebibytes: 8)
        defer { withExtendedLifetime(disk) {} }
        let path = disk.directory.appending("db")
        let ballast = URL(filePath: disk.directory.appending("ballast"))
        try Data(count: 5 << 20).write(to: ballast)

        let store = try Store(path: path)
        var generator = SystemRandomNumberGenerator()
        var committed: UInt8 = 0
        var fault: StorageFault?
        while fault == nil, committed < 64 {
            var batch = WriteBatch()
            let body = (0..<(1 << 14)).flatMap { _ in generator.next().bytes }
            batch.put(.blocks, key: [committed + 1], value: body)
            batch.put(.meta, key: Array("head".utf8), value: [committed + 1])
            do {
                try store.write(batch)
                committed += 1
            } catch {
                fault = error
            }
        }
        #expect(fault?.kind == .diskFull)
        #expect(committed > 0)
        #expect(try value(in: store, .meta, Array("head".utf8)) == [committed])

        // The latch: a write that would fit now is still refused.
        try FileManager.default.removeItem(at: ballast)
        #expect(kind { try store.write(WriteBatch()) } == .diskFull)
        store.close()

        // Full again, entirely or to where the log cannot be replayed into a table.
        for room in [0, 3 << 19] {
            try fill(ballast, leaving: room, on: disk.directory.path)
            #expect(kind { _ = try Store(path: path) } == .diskFull)
        }

        try FileManager.default.removeItem(at: ballast)
        let reopened = try Store(path: path)
        #expect(try value(in: reopened, .meta, Array("head".utf8)) == [committed])
        #expect(try value(in: reopened, .blocks, [committed])?.count == 1 << 17)
        #expect(try value(in: reopened, .blocks, [committed + 1]) == nil)
        var batch = WriteBatch()
        batch.put(.meta, key: Array("head".utf8), value: [0])
        try reopened.write(batch)
    }
}

/// Makes `file` as large as leaves `room` bytes on the file system of `directory`.
private func fill(_ file: URL, leaving room: Int, on directory: String) throws {
    try? FileManager.default.removeItem(at: file)
    let attributes = try FileManager.default.attributesOfFileSystem(forPath: directory)
    let free = try #require(attributes[.systemFreeSize] as? NSNumber).intValue
    try Data(count: free - room).write(to: file)
}

extension UInt64 {
    fileprivate var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> ($0 * 8)) } }
}
