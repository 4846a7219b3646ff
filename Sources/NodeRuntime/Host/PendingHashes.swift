package import ByteCodec
import Synchronization

/// The hashes of the last transactions that entered the pool, for filters on them. Older ones are forgotten.
package final class PendingHashes: Sendable {
    package static let capacity = 4_096

    private struct State {
        var hashes: [Bytes32] = []
        /// Number of the first hash that is kept.
        var first: UInt64 = 0
    }

    private let state = Mutex(State())
    package let arrivals = Broadcast<Bytes32>(capacity: 4_096)

    func append(_ hash: Bytes32) {
        arrivals.publish(hash)
        state.withLock { state in
            state.hashes.append(hash)
            guard state.hashes.count > 2 * Self.capacity else { return }
            state.first += UInt64(state.hashes.count - Self.capacity)
            state.hashes.removeFirst(state.hashes.count - Self.capacity)
        }
    }

    /// Number that the next hash will get.
    package var end: UInt64 { state.withLock { $0.first + UInt64($0.hashes.count) } }

    /// The hashes kept from number `start` on, and the number after the last.
    package func since(_ start: UInt64) -> (hashes: [Bytes32], end: UInt64) {
        state.withLock { state in
            let skipped = start > state.first ? Int(clamping: start - state.first) : 0
            return (Array(state.hashes.dropFirst(skipped)), state.first + UInt64(state.hashes.count))
        }
    }
}
