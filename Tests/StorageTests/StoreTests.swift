import ChainTypes
import Storage
import Testing

/// Reads one value outside any other snapshot.
func value(in store: Store, _ family: ColumnFamily, _ key: [UInt8]) throws -> [UInt8]? {
    try store.read { snapshot throws(StorageFault) in try snapshot.get(family, key) }
}

@Suite struct StoreTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: ColumnFamily.allCases)
    func everyFamilyKeepsItsOwnValueUnderAKeyAllShare(family: ColumnFamily) throws {
        let store = try Store(path: directory.appending("db"))
        var batch = WriteBatch()
        for family in ColumnFamily.allCases { batch.put(family, key: [7], value: Array(family.rawValue.utf8)) }
        try store.write(batch)
        #expect(try value(in: store, family, [7]) == Array(family.rawValue.utf8))
    }

    @Test func emptyKeysAndValuesAreKept() throws {
        let store = try Store(path: directory.appending("db"))
        var batch = WriteBatch()
        batch.put(.witness, key: [], value: [])
        try store.write(batch)
        #expect(try value(in: store, .witness, []) == [])
        #expect(try value(in: store, .witness, [0]) == nil)
    }

    @Test func changesApplyInTheOrderInWhichTheyWereAdded() throws {
        let store = try Store(path: directory.appending("db"))
        var batch = WriteBatch()
        batch.put(.accounts, key: [1], value: [1])
        batch.deleteRange(.accounts, from: [0], upTo: [2])
        batch.put(.accounts, key: [2], value: [2])
        batch.put(.accounts, key: [3], value: [3])
        batch.delete(.accounts, key: [3])
        batch.deleteRange(.accounts, from: [9], upTo: [0])
        try store.write(batch)
        #expect(try value(in: store, .accounts, [1]) == nil)
        #expect(try value(in: store, .accounts, [2]) == [2])
        #expect(try value(in: store, .accounts, [3]) == nil)
    }

    @Test func aReopenedStoreHasWhatWasWritten() throws {
        let path = directory.appending("db")
        for round in UInt8(0)..<4 {
            let store = try Store(path: path)
            for earlier in 0..<round { #expect(try value(in: store, .blocks, [earlier]) == [earlier, 1]) }
            var batch = WriteBatch()
            batch.put(.blocks, key: [round], value: [round, 1])
            batch.put(.meta, key: Array("head".utf8), value: [round])
            try store.write(batch)
            store.close()
        }
        let store = try Store(path: path, createIfMissing: false)
        #expect(try value(in: store, .meta, Array("head".utf8)) == [3])
    }

    @Test func aSnapshotDoesNotSeeLaterWrites() throws {
        let store = try Store(path: directory.appending("db"))
        var first = WriteBatch()
        first.put(.system, key: [1], value: [1])
        try store.write(first)
        try store.read { snapshot throws(StorageFault) in
            var second = WriteBatch()
            second.put(.system, key: [1], value: [2])
            second.put(.system, key: [2], value: [2])
            try store.write(second)
            #expect(try snapshot.get(.system, [1]) == [1])
            #expect(try snapshot.get(.system, [2]) == nil)
            #expect(try snapshot.last(in: .system)?.key == [1])
        }
        #expect(try value(in: store, .system, [1]) == [2])
    }

    @Test func aCheckpointIsACopyOfItsMoment() throws {
        let store = try Store(path: directory.appending("db"))
        var batch = WriteBatch()
        batch.put(.blocks, key: [1], value: [1])
        try store.write(batch)
        try store.checkpoint(at: directory.appending("copy"))
        batch.put(.blocks, key: [1], value: [2])
        try store.write(batch)
        let copy = try Store(path: directory.appending("copy"), createIfMissing: false)
        #expect(try value(in: copy, .blocks, [1]) == [1])
        #expect(throws: StorageFault.self) { try store.checkpoint(at: directory.appending("copy")) }
    }

    @Test func readsInFlightOutliveClose() throws {
        let store = try Store(path: directory.appending("db"))
        var batch = WriteBatch()
        batch.put(.blocks, key: [1], value: [1])
        try store.write(batch)
        try store.read { snapshot throws(StorageFault) in
            store.close()
            #expect(try snapshot.get(.blocks, [1]) == [1])
        }
        #expect(kind { try store.write(WriteBatch()) } == .closed)
        #expect(kind { _ = try value(in: store, .blocks, [1]) } == .closed)
        _ = try Store(path: directory.appending("db"))
    }
}

/// The kind of the storage fault that `body` throws, nil when it throws none.
func kind(_ body: () throws -> Void) -> StorageFault.Kind? {
    do {
        try body()
        return nil
    } catch {
        return (error as? StorageFault)?.kind
    }
}
