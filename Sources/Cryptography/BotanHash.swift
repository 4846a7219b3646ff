import CBotan
import Glibc

/// A hash function of Botan's C API that keeps one handle for each thread.
///
/// Making a handle costs more than hashing a short message. A handle is used only inside `hash`, which calls
/// nothing that could hash on the same thread, so it is always found empty.
struct BotanHash: Sendable {
    private let name: String
    private let key: pthread_key_t

    /// `name` is Botan's name of a function with 32 bytes of output.
    init(_ name: String) {
        self.name = name
        var key: pthread_key_t = 0
        let status = unsafe pthread_key_create(&key) { handle in
            _ = unsafe botan_hash_destroy(OpaquePointer(handle))
        }
        precondition(status == 0, "no thread-specific key left for \(name)")
        self.key = key
    }

    /// The hash of the concatenation of `parts`.
    func hash(_ parts: [[UInt8]]) -> Digest32 {
        let handle = unsafe self.handle
        for part in parts {
            unsafe update(handle, part)
        }
        return unsafe finish(handle)
    }

    /// The hash of `bytes`.
    func hash(_ bytes: [UInt8]) -> Digest32 {
        let handle = unsafe self.handle
        unsafe update(handle, bytes)
        return unsafe finish(handle)
    }

    private var handle: OpaquePointer {
        if let handle = unsafe pthread_getspecific(key) { return OpaquePointer(handle) }
        var handle: OpaquePointer?
        let status = unsafe botan_hash_init(&handle, name, 0)
        guard status == BOTAN_FFI_SUCCESS.rawValue, let handle = unsafe handle else {
            preconditionFailure("Botan was built without \(name)")
        }
        unsafe pthread_setspecific(key, UnsafeRawPointer(handle))
        return unsafe handle
    }

    private func update(_ handle: OpaquePointer, _ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        let status = unsafe botan_hash_update(handle, bytes, bytes.count)
        precondition(status == BOTAN_FFI_SUCCESS.rawValue, "Botan failed to hash with \(name)")
    }

    private func finish(_ handle: OpaquePointer) -> Digest32 {
        var digest = Digest32()
        let status = unsafe withUnsafeMutableBytes(of: &digest) {
            unsafe botan_hash_final(handle, $0.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
        precondition(status == BOTAN_FFI_SUCCESS.rawValue, "Botan failed to hash with \(name)")
        return digest
    }
}
