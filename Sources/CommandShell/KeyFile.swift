import ByteCodec
package import Cryptography
import FoundationEssentials
import Glibc

/// A file that holds one secret of 32 bytes in hexadecimal, readable by its owner only.
package enum KeyFile {
    /// Creates the file; one that exists is refused, so that no key is ever overwritten.
    package static func create(_ path: String, secret: [UInt8]) throws(CommandFailure) {
        // The mode is given to open(2): the file is never readable by others, not even for a moment.
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CommandFailure("cannot create the key file \(path): \(Self.lastError)") }
        defer { close(descriptor) }
        let text = Array((Hex.encode(secret) + "\n").utf8)
        let written = unsafe text.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        guard written == text.count, fsync(descriptor) == 0 else {
            let reason = Self.lastError
            unsafe unlink(path)
            throw CommandFailure("cannot write the key file \(path): \(reason)")
        }
    }

    /// The secret; refused when others may read the file, or when it holds anything else. Contents are never quoted.
    package static func secret(_ path: String) throws(CommandFailure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandFailure("cannot open the key file \(path): \(Self.lastError)") }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw CommandFailure("the key file \(path) is not a regular file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw CommandFailure("the key file \(path) can be read by others: run chmod 600 on it")
        }
        var buffer = [UInt8](repeating: 0, count: 200)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        guard let bytes = Hex.decode(text.filter { !$0.isWhitespace }), bytes.count == 32 else {
            throw CommandFailure("the key file \(path) does not hold a key: 64 hex digits")
        }
        return bytes
    }

    package static func key(_ path: String) throws(CommandFailure) -> SecretKey {
        let bytes = try secret(path)
        do { return try SecretKey(bytes) } catch {
            throw CommandFailure("the key file \(path) does not hold a secp256k1 key")
        }
    }

    private static var lastError: String { SystemError.last }
}

/// The text of errno.
package enum SystemError {
    package static var last: String { unsafe String(cString: strerror(errno)) }
}
