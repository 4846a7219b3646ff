import ChainTypes
import Foundation
import Storage
import Testing

/// Reliability notes 9 and 10: what was synced is read back, a torn end is cut, anything else is refused.
@Suite struct RecordLogTests {
    static let identity = [UInt8](repeating: 7, count: 32)
    static let records: [[UInt8]] = [[], [1, 2, 3], [UInt8](repeating: 0, count: 9), Array(0..<40)]

    let directory: TemporaryDirectory
    let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.appending("records.log")
    }

    private func write(_ records: [[UInt8]]) throws -> [UInt8] {
        let log = try RecordLog.create(at: path, identity: Self.identity)
        for record in records { try log.append(record) }
        return Array(try Data(contentsOf: URL(filePath: path)))
    }

    private func reopen(_ bytes: [UInt8]) throws(RecordLogError) -> [[UInt8]] {
        _ = FileManager.default.createFile(atPath: path, contents: Data(bytes))
        return try RecordLog.open(at: path, identity: Self.identity).records
    }

    private static func isPrefix(_ read: [[UInt8]]) -> Bool { records.starts(with: read) }

    @Test func whatWasAppendedIsReadBack() throws {
        let bytes = try write(Self.records)
        #expect(try reopen(bytes) == Self.records)
    }

    @Test func pitfall10CutAtEveryByteItGivesAPrefixOrIsRefused() throws {
        let bytes = try write(Self.records)
        var seen: Set<Int> = []
        for end in 0..<bytes.count {
            do {
                let read = try reopen(Array(bytes[..<end]))
                #expect(Self.isPrefix(read))
                seen.insert(read.count)
                // What was cut is gone for good, and the log goes on from there.
                let (log, _, cut) = try RecordLog.open(at: path, identity: Self.identity)
                #expect(cut == 0)
                try log.append([5])
                #expect(try RecordLog.open(at: path, identity: Self.identity).records == read + [[5]])
            } catch let error as RecordLogError {
                #expect(error == .damaged(offset: end))
                #expect(end < 40, "only the header cannot be cut")
            }
        }
        #expect(seen == Set(0..<Self.records.count))
    }

    @Test func everyFlippedBitIsRefusedAndNeverReadAsSomethingElse() throws {
        let bytes = try write(Self.records)
        for position in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[position] ^= 1 << bit
                #expect(throws: RecordLogError.self, "byte \(position), bit \(bit)") { try reopen(damaged) }
            }
        }
    }

    @Test(arguments: [1, 11, 12, 20, 300])
    func zerosThatWereOnlyAnnouncedAreCut(count: Int) throws {
        let bytes = try write(Self.records)
        #expect(try reopen(bytes + [UInt8](repeating: 0, count: count)) == Self.records)
    }

    @Test func recordsDoNotMove() throws {
        let bytes = try write([[1], [2]])
        let swapped = bytes[..<40] + bytes[61..<82] + bytes[40..<61]
        #expect(throws: RecordLogError.damaged(offset: 40)) { try reopen(Array(swapped)) }
    }

    @Test func anotherIdentityIsRefused() throws {
        _ = try write(Self.records)
        #expect(throws: RecordLogError.otherIdentity) {
            try RecordLog.open(at: path, identity: [UInt8](repeating: 8, count: 32))
        }
    }

    @Test func aGrownLogIsRewrittenWithItsLastRecord() throws {
        let log = try RecordLog.create(at: path, identity: Self.identity)
        let record = [UInt8](repeating: 3, count: 300_000)
        for _ in 0..<4 { try log.append(record) }
        try log.append([4])
        try log.append([5])
        #expect(try RecordLog.open(at: path, identity: Self.identity).records == [[4], [5]])
    }

    @Test func aFullDiskBreaksTheLogForGood() throws {
        // /dev/full refuses every write as a full disk does.
        try FileManager.default.createSymbolicLink(atPath: path + ".new", withDestinationPath: "/dev/full")
        let fault = #expect(throws: StorageFault.self) {
            try RecordLog.create(at: path, identity: Self.identity)
        }
        #expect(fault?.kind == .diskFull)
    }
}
