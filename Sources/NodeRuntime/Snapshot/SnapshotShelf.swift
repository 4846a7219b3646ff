import ByteCodec
import ChainTypes
import Dispatch
import FoundationEssentials
package import Logging
package import Replica
import Storage
import Synchronization

/// The snapshots that a node keeps to serve, one file each in a folder of its data directory.
///
/// They are made after the blocks whose heights are multiples of one interval, the same on all nodes that use the same
/// interval, so that several serve the same one. The database is held as it was at that block and read on another
/// thread: the node decides on meanwhile.
package final class SnapshotShelf: Sendable {
    package static let defaultInterval: UInt64 = 1_000
    /// Snapshots kept: who fetches the last but one may come to its end.
    private static let kept = 2

    private struct Entry: Sendable {
        let manifest: SnapshotManifest
        let block: Bytes32
        let path: String
        /// Where in the file each chunk begins.
        let places: [UInt64]
    }

    private struct State: Sendable {
        /// By rising height.
        var entries: [Entry] = []
        var isMaking = false
    }

    private let chain: ChainStore
    private let folder: String
    private let interval: UInt64
    private let log: Logger
    /// A thread of its own: the tasks that decide blocks share few.
    private let work = DispatchQueue(label: "cairn.snapshots", qos: .utility)
    private let state = Mutex(State())

    /// - Parameter interval: blocks from one snapshot to the next; 0 makes none, and serves those that are there.
    package init(chain: ChainStore, folder: String, interval: UInt64, log: Logger) {
        self.chain = chain
        self.folder = folder
        self.interval = interval
        self.log = log
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var entries: [Entry] = []
        for name in names {
            let path = "\(folder)/\(name)"
            // Half of one is of no use, and one of another chain is not this node's.
            if name.hasSuffix(".partial") { try? FileManager.default.removeItem(atPath: path) }
            guard name.hasSuffix(".snapshot"), let entry = try? Self.entry(path),
                entry.manifest.genesisHash == chain.genesis.hash
            else { continue }
            entries.append(entry)
        }
        let sorted = entries.sorted { $0.manifest.header.height < $1.manifest.header.height }
        state.withLock { $0.entries = sorted }
    }

    /// Heights of the snapshots that are served, rising.
    package var heights: [UInt64] { state.withLock { $0.entries.map(\.manifest.header.height) } }

    // MARK: - Making

    /// Takes note of a block that was just written, before the next one is: makes a snapshot of it when it is its turn.
    package func committed(_ height: UInt64) {
        guard interval > 0, height > 0, height % interval == 0 else { return }
        state.withLock { state in
            guard !state.isMaking, let held = try? chain.store.hold() else { return }
            state.isMaking = true
            work.async { [self] in make(height, held) }
        }
    }

    /// Once what is being made is done.
    package func settle() async {
        await withCheckedContinuation { continuation in work.async { continuation.resume() } }
    }

    private func make(_ height: UInt64, _ held: HeldSnapshot) {
        defer { state.withLock { $0.isMaking = false } }
        do {
            let (manifest, chunks) = try chain.snapshot(at: height, in: held)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let path = "\(folder)/\(height).snapshot"
            let partial = path + ".partial"
            try? FileManager.default.removeItem(atPath: partial)
            try SnapshotFile.write(manifest, chunks: chunks, to: partial)
            try? FileManager.default.removeItem(atPath: path)
            try FileManager.default.moveItem(atPath: partial, toPath: path)
            let entry = try Self.entry(path)
            let old = state.withLock { state in
                state.entries.removeAll { $0.path == path }
                state.entries.append(entry)
                let old = state.entries.dropLast(Self.kept)
                state.entries.removeFirst(old.count)
                return Array(old)
            }
            for entry in old { try? FileManager.default.removeItem(atPath: entry.path) }
            log.info("snapshot of block \(height): \(chunks.count) chunks, \(manifest.byteCount()) bytes")
        } catch {
            // The chain goes on without: others may have one, and the next turn comes.
            log.warning("no snapshot of block \(height): \(error)")
        }
    }

    private static func entry(_ path: String) throws(SnapshotFileError) -> Entry {
        let (manifest, places) = try SnapshotFile.manifest(path)
        return Entry(manifest: manifest, block: manifest.header.hash, path: path, places: places)
    }

    // MARK: - Serving

    /// What a peer's question gets; nil for what is no question.
    package func answer(_ message: SnapshotMessage) -> SnapshotMessage? {
        switch message {
        case .manifestRequest(let block):
            let entry = state.withLock { state in
                state.entries.last { block == nil || $0.block == block }
            }
            return .manifest(entry?.manifest)
        case .chunkRequest(let block, let place):
            let entry = state.withLock { state in state.entries.last { $0.block == block } }
            guard let entry, entry.places.indices.contains(Int(place)) else { return .chunk(block, place, []) }
            let chunk = entry.manifest.chunks[Int(place)]
            // A file that is damaged is not served; who asked turns to another.
            let bytes = try? SnapshotFile.chunk(entry.path, at: entry.places[Int(place)], Int(chunk.byteCount))
            return .chunk(block, place, bytes.flatMap { chunk.holds($0) ? $0 : nil } ?? [])
        case .manifest, .chunk: return message.refusal
        }
    }
}
