import ChainTypes
import Foundation
import Storage
import Testing

@Suite struct FaultTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func aSecondStoreOnTheSameDirectoryIsRefused() throws {
        let path = directory.appending("db")
        let store = try Store(path: path)
        #expect(kind { _ = try Store(path: path) } == .lockHeld)
        store.close()
        #expect(kind { _ = try Store(path: path) } == nil)
    }

    @Test func aSecondProcessOnTheSameDirectoryIsRefused() async throws {
        let path = directory.appending("db")
        let store = try Store(path: path)
        await #expect(processExitsWith: .exitCode(7)) { [path = path as String] in
            exit(kind { _ = try Store(path: path) } == .lockHeld ? 7 : 1)
        }
        store.close()
        await #expect(processExitsWith: .exitCode(7)) { [path = path as String] in
            exit(kind { _ = try Store(path: path) } == nil ? 7 : 1)
        }
    }

    @Test func aMissingDatabaseIsNotMadeUnlessAskedFor() {
        let path = directory.appending("db")
        #expect(kind { _ = try Store(path: path, createIfMissing: false) } == .missing)
    }

    @Test func aMissingParentDirectoryIsAnOperatingSystemFault() {
        #expect(kind { _ = try Store(path: directory.appending("no/such/db")) } == .io)
    }

    @Test(arguments: [[0, 0, 0, 1], [1], nil] as [[UInt8]?])
    func anotherSchemaVersionIsRefused(version: [UInt8]?) throws {
        let path = directory.appending("db")
        let store = try Store(path: path)
        var batch = WriteBatch()
        batch.put(.meta, key: Array("head".utf8), value: [1])
        if let version {
            batch.put(.meta, key: Array("schemaVersion".utf8), value: version)
        } else {
            batch.delete(.meta, key: Array("schemaVersion".utf8))
        }
        try store.write(batch)
        store.close()
        #expect(kind { _ = try Store(path: path) } == .schemaMismatch)
    }

    @Test(
        arguments: [
            ("IO error: No space left on device: While appending to file: x.log", .diskFull),
            ("IO error: While lock file: /a/LOCK: Resource temporarily unavailable", .lockHeld),
            ("IO error: lock hold by current process, acquire time 1 acquiring thread 2: /a/LOCK", .lockHeld),
            ("IO error: While open a file for random read: x.sst: Input/output error", .io),
            ("Corruption: block checksum mismatch: stored = 1, computed = 2", .corruption),
            ("Invalid argument: Column families not opened: future", .schemaMismatch),
            ("Busy: ", .other),
        ] as [(String, StorageFault.Kind)])
    func theKindFollowsFromTheStatusText(text: String, kind: StorageFault.Kind) {
        let fault = StorageFault(status: text, doing: "read")
        #expect(fault.kind == kind)
        #expect(fault.message.hasPrefix("cannot read: ") && fault.message.hasSuffix(text))
    }
}
