import ByteCodec
package import ChainTypes
import Cryptography
import Glibc
import Synchronization

/// Why the file of a record log cannot be used. Whoever keeps promises in it must not go on.
package enum RecordLogError: Error, Hashable, Sendable {
    case fault(StorageFault)
    /// The file begins with another identity: it is of another chain, key or version.
    case otherIdentity
    /// A record that was whole once does not match its checksum any more; `offset` in bytes.
    case damaged(offset: Int)
    /// More bytes than a log is ever given.
    case tooLarge(bytes: Int)
}

/// A file of records of which each is synced before `append` returns.
///
/// Layout: identity (32 bytes) ‖ its check (8) ‖ record…, a record being length (u32, big-endian) ‖ check (8) ‖ bytes ‖
/// check (8). A check is the first eight bytes of Keccak-256 over the record's place in the file and what stands
/// between it and the check before it. The length has a check of its own: a changed length must not pass for a record
/// that was cut off, which would drop a promise already made (`Docs/Spec/Consensus.md`).
///
/// A record that ends early, at the end of the file, was never promised to anyone: it is cut. So is a tail of zeros,
/// which file systems leave where a write had only been announced. Everything else that does not match is damage.
package final class RecordLog: Sendable {
    /// The log is rewritten with its last record alone when it has grown beyond this.
    static let compactionBytes = 1 << 20
    static let maxBytes = 64 << 20
    static let headerBytes = 40
    private static let overhead = 20

    private struct State: ~Copyable {
        var descriptor: Int32
        var length: Int
        /// After a failed write or sync nothing is known of the file (a page may pass for clean though it never
        /// reached the disk), so nothing is written again.
        var isBroken = false
    }

    private let path: String
    private let identity: [UInt8]
    private let state: Mutex<State>

    private init(path: String, identity: [UInt8], descriptor: Int32, length: Int) {
        self.path = path
        self.identity = identity
        state = Mutex(State(descriptor: descriptor, length: length))
    }

    deinit {
        state.withLock { _ = close($0.descriptor) }
    }

    /// Whether there is a file, whatever is in it.
    package static func exists(at path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Makes an empty log, whole on the disk when this returns. `identity` has 32 bytes.
    package static func create(at path: String, identity: [UInt8]) throws(StorageFault) -> RecordLog {
        let bytes = header(identity)
        let descriptor = try replaceFile(at: path, with: bytes)
        return RecordLog(path: path, identity: identity, descriptor: descriptor, length: bytes.count)
    }

    /// Opens a log, cuts a torn tail off, and returns its records, oldest first, with the number of bytes cut.
    package static func open(
        at path: String, identity: [UInt8]
    ) throws(RecordLogError) -> (log: RecordLog, records: [[UInt8]], cut: Int) {
        let bytes: [UInt8]
        do { bytes = try contents(of: path) } catch { throw error }
        let (records, end) = try parse(bytes, identity: identity)
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw .fault(.system("open \(path)")) }
        if end < bytes.count {
            guard ftruncate(descriptor, off_t(end)) == 0, fsync(descriptor) == 0 else {
                let fault = StorageFault.system("cut the torn end of \(path)")
                close(descriptor)
                throw .fault(fault)
            }
        }
        let log = RecordLog(path: path, identity: identity, descriptor: descriptor, length: end)
        return (log, records, bytes.count - end)
    }

    /// Adds a record; it is on the disk when this returns. After a throw the log takes no more.
    package func append(_ record: [UInt8]) throws(StorageFault) {
        let fault: StorageFault? = state.withLock { state in
            guard !state.isBroken else {
                return StorageFault(kind: .io, message: "\(path) is not written to after a failed write")
            }
            do throws(StorageFault) {
                if state.length > Self.compactionBytes {
                    let header = Self.header(identity)
                    let bytes = header + Self.framed(record, at: header.count)
                    let descriptor = try Self.replaceFile(at: path, with: bytes)
                    close(state.descriptor)
                    state.descriptor = descriptor
                    state.length = bytes.count
                } else {
                    let bytes = Self.framed(record, at: state.length)
                    try Self.write(bytes, to: state.descriptor, at: state.length, path: path)
                    state.length += bytes.count
                }
                return nil
            } catch {
                state.isBroken = true
                return error
            }
        }
        if let fault { throw fault }
    }

    // MARK: - Bytes

    /// The first bytes of a log of that identity (32 bytes).
    package static func header(_ identity: [UInt8]) -> [UInt8] { identity + check(0, identity) }

    /// A record as it stands at that offset of the file.
    package static func framed(_ record: [UInt8], at offset: Int) -> [UInt8] {
        let length = bigEndian(UInt32(record.count))
        return length + check(offset, length) + record + check(offset + 12, record)
    }

    private static func check(_ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
        Array(Keccak256.hash(bigEndian(UInt64(offset)) + bytes).bytes.prefix(8))
    }

    private static func bigEndian(_ number: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
        var bytes: [UInt8] = []
        number.appendBigEndian(to: &bytes)
        return bytes
    }

    /// The whole records of a file's bytes, and where they end.
    package static func parse(
        _ bytes: [UInt8], identity: [UInt8]
    ) throws(RecordLogError) -> (records: [[UInt8]], end: Int) {
        guard bytes.count >= headerBytes else { throw .damaged(offset: bytes.count) }
        guard Array(bytes[..<headerBytes]) == header(Array(bytes[..<32])) else { throw .damaged(offset: 0) }
        guard Array(bytes[..<32]) == identity else { throw .otherIdentity }
        var records: [[UInt8]] = []
        var offset = headerBytes
        while offset < bytes.count {
            guard bytes.count - offset >= 12 else { break }
            let length = Array(bytes[offset..<offset + 4])
            guard Array(bytes[offset + 4..<offset + 12]) == check(offset, length) else {
                if bytes[offset...].allSatisfy({ $0 == 0 }) { break }
                throw .damaged(offset: offset)
            }
            let count = length.reduce(0) { $0 << 8 | Int($1) }
            guard bytes.count - offset >= overhead + count else { break }
            let record = Array(bytes[offset + 12..<offset + 12 + count])
            guard Array(bytes[offset + 12 + count..<offset + overhead + count]) == check(offset + 12, record) else {
                if bytes[(offset + 12)...].allSatisfy({ $0 == 0 }) { break }
                throw .damaged(offset: offset)
            }
            records.append(record)
            offset += overhead + count
        }
        return (records, offset)
    }

    // MARK: - File

    private static func contents(of path: String) throws(RecordLogError) -> [UInt8] {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .fault(.system("open \(path)")) }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        guard size >= 0 else { throw .fault(.system("read \(path)")) }
        guard size <= maxBytes else { throw .tooLarge(bytes: size) }
        var bytes = [UInt8](repeating: 0, count: size)
        var done = 0
        while done < size {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(descriptor, buffer.baseAddress?.advanced(by: done), size - done, off_t(done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .fault(.system("read \(path)")) }
            done += count
        }
        return bytes
    }

    private static func write(
        _ bytes: [UInt8], to descriptor: Int32, at offset: Int, path: String
    ) throws(StorageFault) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe pwrite(
                    descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system("write \(path)") }
            done += count
        }
        guard fsync(descriptor) == 0 else { throw .system("sync \(path)") }
    }

    /// Replaces a file by one with these bytes: written beside it, synced, renamed, the folder synced.
    /// Returns the new file, open for writing.
    private static func replaceFile(at path: String, with bytes: [UInt8]) throws(StorageFault) -> Int32 {
        let fresh = path + ".new"
        let descriptor = unsafe Glibc.open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("create \(fresh)") }
        do throws(StorageFault) {
            try write(bytes, to: descriptor, at: 0, path: fresh)
            guard unsafe rename(fresh, path) == 0 else { throw .system("rename \(fresh)") }
            let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            let directory = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard directory >= 0 else { throw .system("open \(folder)") }
            defer { close(directory) }
            guard fsync(directory) == 0 else { throw .system("sync \(folder)") }
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }
}

extension StorageFault {
    /// What the operating system said about the call that has just failed.
    fileprivate static func system(_ action: String) -> StorageFault {
        let code = errno
        let text = unsafe String(cString: strerror(code))
        return StorageFault(
            kind: code == ENOSPC || code == EDQUOT ? .diskFull : .io, message: "cannot \(action): \(text)")
    }
}
