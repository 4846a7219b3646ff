import ByteCodec
package import ChainTypes
import Cryptography
import Glibc
package import Replica

/// Why a file is not a snapshot, and where it stops being one.
package enum SnapshotFileError: Error, Hashable, Sendable, CustomStringConvertible {
    case fault(StorageFault)
    case notASnapshot(path: String)
    /// The file ends at byte `offset`, in the part that is named.
    case truncated(String, offset: UInt64)
    case trailingBytes(offset: UInt64)
    case damagedManifest(offset: UInt64)
    case manifest(SnapshotManifestError)
    case damagedChunk(Int, SnapshotSection, offset: UInt64)

    package var description: String {
        switch self {
        case .fault(let fault): fault.message
        case .notASnapshot(let path): "\(path) is not a snapshot of this program's format"
        case .truncated(let part, let offset): "the file ends at byte \(offset), in the \(part): copy it again"
        case .trailingBytes(let offset): "there are bytes behind the last chunk, from byte \(offset) on"
        case .damagedManifest(let offset): "the manifest, from byte \(offset) on, does not have its digest"
        case .manifest(let error): "the manifest cannot be read: \(error)"
        case .damagedChunk(let index, let section, let offset):
            "chunk \(index) (\(section)), from byte \(offset) on, does not have its digest: copy the file again"
        }
    }
}

/// A snapshot in a file: "CAIRNSS1" ‖ length of the manifest u32 ‖ manifest ‖ its Keccak-256 ‖ the chunks in the
/// manifest's order. Each chunk stands at a place that follows from the manifest, so that chunks can be served one by
/// one.
package enum SnapshotFile {
    private static let magic = Array("CAIRNSS1".utf8)

    /// Writes a snapshot to a new file, synced; one that exists is refused.
    package static func write(
        _ manifest: SnapshotManifest, chunks: [[UInt8]], to path: String,
        progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) throws(SnapshotFileError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .fault(.of("create \(path)")) }
        defer { close(descriptor) }
        do throws(SnapshotFileError) {
            var head = ByteWriter()
            head.raw(magic)
            head.bytes(manifest.encoded)
            head.bytes32(manifest.hash)
            try put(head.bytes, descriptor, path)
            for (index, chunk) in chunks.enumerated() {
                try put(chunk, descriptor, path)
                progress(index + 1, chunks.count)
            }
            guard fsync(descriptor) == 0 else { throw SnapshotFileError.fault(.of("write \(path)")) }
        } catch {
            // Half a snapshot is of no use to anyone.
            unsafe unlink(path)
            throw error
        }
    }

    private static func put(_ bytes: [UInt8], _ descriptor: Int32, _ path: String) throws(SnapshotFileError) {
        var start = 0
        while start < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + start }, buffer.count - start)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .fault(.of("write \(path)")) }
            start += written
        }
    }

    /// Reads a snapshot whose digests all agree. What it says is still to be verified (`VerifiedSnapshot`).
    package static func read(
        _ path: String, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) throws(SnapshotFileError) -> (manifest: SnapshotManifest, chunks: [[UInt8]]) {
        var file = try Reading(path)
        defer { file.close() }
        let manifest = try file.manifest()
        var chunks: [[UInt8]] = []
        for (index, chunk) in manifest.chunks.enumerated() {
            let start = file.offset
            let bytes = try file.take(Int(chunk.byteCount), "chunk \(index) (\(chunk.section))")
            guard chunk.holds(bytes) else { throw .damagedChunk(index, chunk.section, offset: start) }
            chunks.append(bytes)
            progress(index + 1, manifest.chunks.count)
        }
        let end = file.offset
        do { _ = try file.take(1, "end") } catch { return (manifest, chunks) }
        throw .trailingBytes(offset: end)
    }

    /// The manifest alone, and where in the file each of its chunks begins.
    static func manifest(_ path: String) throws(SnapshotFileError) -> (manifest: SnapshotManifest, places: [UInt64]) {
        var file = try Reading(path)
        defer { file.close() }
        let manifest = try file.manifest()
        let start = file.offset
        return (manifest, manifest.offsets.map { start + $0 })
    }

    /// `count` bytes from a place on.
    static func chunk(_ path: String, at place: UInt64, _ count: Int) throws(SnapshotFileError) -> [UInt8] {
        var file = try Reading(path)
        defer { file.close() }
        file.skip(to: place)
        return try file.take(count, "chunk")
    }

    private struct Reading {
        private let descriptor: Int32
        private let path: String
        private(set) var offset: UInt64 = 0

        init(_ path: String) throws(SnapshotFileError) {
            self.path = path
            descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .fault(.of("open \(path)")) }
        }

        func close() { Glibc.close(descriptor) }

        mutating func skip(to place: UInt64) { offset = place }

        mutating func take(_ count: Int, _ part: String) throws(SnapshotFileError) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: count)
            var have = 0
            while have < count {
                let place = off_t(clamping: offset) + off_t(have)
                let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                    unsafe pread(descriptor, buffer.baseAddress.map { unsafe $0 + have }, count - have, place)
                }
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw .fault(.of("read \(path)")) }
                guard got > 0 else { throw .truncated(part, offset: offset + UInt64(have)) }
                have += got
            }
            offset += UInt64(count)
            return bytes
        }

        mutating func manifest() throws(SnapshotFileError) -> SnapshotManifest {
            guard let head = try? take(magic.count + 4, "header"), Array(head.prefix(magic.count)) == magic,
                let length = UInt32(bigEndianBytes: head[magic.count...]), Int(length) <= SnapshotManifest.maxBytes
            else { throw .notASnapshot(path: path) }
            let start = offset
            let bytes = try take(Int(length), "manifest")
            guard try take(32, "manifest") == Keccak256.hash(bytes).bytes else {
                throw .damagedManifest(offset: start)
            }
            do { return try SnapshotManifest(decoding: bytes) } catch { throw .manifest(error) }
        }
    }
}

extension StorageFault {
    fileprivate static func of(_ action: String) -> StorageFault {
        let reason = unsafe String(cString: strerror(errno))
        return StorageFault(kind: errno == ENOSPC ? .diskFull : .io, message: "cannot \(action): \(reason)")
    }
}
