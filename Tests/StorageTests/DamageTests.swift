import ChainTypes
import Foundation
import Storage
import Testing

/// Blocks 1...heights, each written with the head in one batch, as the node commits them.
private func commitBlocks(_ heights: ClosedRange<UInt8>, to store: Store) throws(StorageFault) {
    for height in heights {
        var batch = WriteBatch()
        batch.put(.blocks, key: [height], value: [UInt8](repeating: height, count: 300))
        batch.put(.meta, key: Array("head".utf8), value: [height])
        try store.write(batch)
    }
}

/// The head, after checking that the blocks are exactly those up to it.
private func checkedHead(of store: Store) throws -> UInt8 {
    try store.read { snapshot throws(StorageFault) in
        let head = try snapshot.get(.meta, Array("head".utf8))?.first ?? 0
        var next: UInt8 = 1
        try snapshot.forEach(in: .blocks) { key, value in
            #expect(key == [next] && value == [UInt8](repeating: next, count: 300))
            next += 1
            return .next
        }
        #expect(head == next - 1)
        return head
    }
}

@Suite struct DamageTests {
    static let blocks: UInt8 = 12

    let directory: TemporaryDirectory
    let path: String
    let log: String
    let written: [UInt8]

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.appending("db")
        let store = try Store(path: path)
        try commitBlocks(1...Self.blocks, to: store)
        store.close()
        log = try #require(try TemporaryDirectory.files(in: path, endingIn: ".log").last)
        written = Array(try Data(contentsOf: URL(filePath: log)))
    }

    @Test(arguments: Array(stride(from: 0, through: 100, by: 10)))
    func pitfall11ATornLogGivesAnExactPrefixOfTheBatches(percent: Int) throws {
        let kept = written.count * percent / 100
        try Data(written[..<kept]).write(to: URL(filePath: log))
        let head = try checkedHead(of: try Store(path: path))
        #expect(percent < 100 || head == Self.blocks)
        #expect(head <= Int(Self.blocks) * percent / 100)
    }

    @Test(arguments: Array(stride(from: 1, to: 100, by: 10)))
    func aFlippedBitInTheLogIsRefusedOrCutsItButNeverChangesABatch(percent: Int) throws {
        var damaged = written
        damaged[written.count * percent / 100] ^= 0x10
        try Data(damaged).write(to: URL(filePath: log))
        do {
            #expect(try checkedHead(of: try Store(path: path)) < Self.blocks)
        } catch let fault as StorageFault {
            #expect(fault.kind == .corruption)
        }
    }

    @Test func aFlippedBitInABatchIsReportedAsCorruption() throws {
        let payload = try #require(written.firstIndex(of: 5)) + 100
        var damaged = written
        damaged[payload] ^= 1
        try Data(damaged).write(to: URL(filePath: log))
        #expect(kind { _ = try Store(path: path) } == .corruption)
    }

    @Test func aFlippedBitInATableIsReportedAsCorruptionWhenItIsRead() throws {
        // Opening once more moves the log's records into tables.
        try Store(path: path).close()
        let tables = try TemporaryDirectory.files(in: path, endingIn: ".sst")
        let contents = try tables.map { try Data(contentsOf: URL(filePath: $0)) }
        let largest = try #require(contents.indices.max { contents[$0].count < contents[$1].count })
        var damaged = contents[largest]
        damaged[40] ^= 1
        try damaged.write(to: URL(filePath: tables[largest]))
        #expect(kind { _ = try checkedHead(of: try Store(path: path)) } == .corruption)
    }

    @Test func aMissingTableIsReportedAtTheStart() throws {
        try Store(path: path).close()
        let table = try #require(try TemporaryDirectory.files(in: path, endingIn: ".sst").first)
        try FileManager.default.removeItem(atPath: table)
        let found = kind { _ = try Store(path: path) }
        #expect(found == .corruption || found == .io)
    }
}
