package import ChainTypes
package import Storage
import Synchronization

/// Timestamps of blocks, read from the chain when they are first asked for and remembered.
package final class BlockTimes: Sendable {
    /// When so many are known, all are forgotten and read again as they are asked for.
    private static let capacity = 1 << 16

    private let known = Mutex<[UInt64: UInt64]>([:])

    package init() {}

    /// Milliseconds since 1970 by height; heights without a block are left out.
    package func times(of heights: [UInt64], in store: Store) throws(StorageFault) -> [UInt64: UInt64] {
        var found: [UInt64: UInt64] = [:]
        let memory = known.withLock { $0 }
        var unknown: Set<UInt64> = []
        for height in heights {
            if let time = memory[height] { found[height] = time } else { unknown.insert(height) }
        }
        guard !unknown.isEmpty else { return found }
        let read = try store.read { snapshot throws(StorageFault) -> [UInt64: UInt64] in
            var read: [UInt64: UInt64] = [:]
            for height in unknown { read[height] = try snapshot.block(at: height)?.header.timestamp }
            return read
        }
        known.withLock { known in
            if known.count + read.count > Self.capacity { known.removeAll(keepingCapacity: true) }
            known.merge(read) { $1 }
        }
        return found.merging(read) { $1 }
    }
}
