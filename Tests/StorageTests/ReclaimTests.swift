import ChainTypes
import Storage
import Testing

@Suite struct ReclaimTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Bytes that do not compress, all determined by `seed`.
    private func noise(_ seed: UInt64, bytes: Int) -> [UInt8] {
        var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        return (0..<bytes).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
    }

    @Test func deletedRangesTakeNoRoomAfterwardsAndTheRestIsThere() throws {
        let store = try Store(path: directory.appending("db"))
        for height in UInt8(0)..<64 {
            var batch = WriteBatch()
            batch.put(.sidecars, key: [height, 1], value: noise(UInt64(height) + 1, bytes: 1 << 18))
            try store.write(batch)
        }
        let full = try store.size(of: .sidecars)
        #expect(full > 64 << 18)
        var batch = WriteBatch()
        batch.deleteRange(.sidecars, from: [0], upTo: [60])
        try store.write(batch)
        try store.reclaim(.sidecars, below: [60])
        #expect(try store.size(of: .sidecars) < full / 4)
        #expect(try value(in: store, .sidecars, [59, 1]) == nil)
        #expect(try value(in: store, .sidecars, [60, 1]) == noise(61, bytes: 1 << 18))
    }

    @Test func anEmptyFamilyHasNothingToGiveBack() throws {
        let store = try Store(path: directory.appending("db"))
        try store.reclaim(.sidecars, below: [9])
        #expect(try store.size(of: .sidecars) < 1 << 16)
        store.close()
        #expect(throws: StorageFault.self) { try store.reclaim(.sidecars, below: [9]) }
        #expect(throws: StorageFault.self) { try store.size(of: .sidecars) }
    }
}
