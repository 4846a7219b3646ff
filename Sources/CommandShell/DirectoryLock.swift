import FoundationEssentials
import Glibc

/// Exclusive use of a data directory by one process and the children that inherit the lock.
package struct DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Creates the directory when it is missing. Children hold the lock too when `inherited`, so that it is free only
    /// once the last of them has ended.
    package init(_ path: String, inherited: Bool = false) throws(CommandFailure) {
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
            throw CommandFailure("cannot create the directory \(path)")
        }
        let file = path + "/lock"
        descriptor = unsafe open(file, O_RDWR | O_CREAT | (inherited ? 0 : O_CLOEXEC), 0o600)
        guard descriptor >= 0 else { throw CommandFailure("cannot open \(file): \(SystemError.last)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno == EWOULDBLOCK ? "another process uses it" : SystemError.last
            close(descriptor)
            throw CommandFailure("cannot use the data directory \(path): \(reason)")
        }
    }

    package func release() { close(descriptor) }
}
