import CBotan

/// Thirty-two secret bytes at one place in memory, wiped when the last owner goes.
@safe
final class SecretBytes: @unchecked Sendable {
    // Written only during initialisation.
    private let storage: UnsafeMutablePointer<UInt8>

    /// Takes the first 32 of `bytes`, zeros where there are fewer.
    init(_ bytes: [UInt8]) {
        unsafe storage = .allocate(capacity: 32)
        for index in 0..<32 {
            unsafe storage[index] = index < bytes.count ? bytes[index] : 0
        }
    }

    deinit {
        _ = unsafe botan_scrub_mem(storage, 32)
        unsafe storage.deallocate()
    }

    /// Gives the bytes to a C function; the pointer must not leave `body`.
    func withPointer<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        unsafe body(UnsafePointer(storage))
    }
}

extension SecretBytes {
    /// A copy for a C function to change in place; the caller wipes it.
    var copy: [UInt8] {
        unsafe withPointer { unsafe Array(UnsafeBufferPointer(start: $0, count: 32)) }
    }
}

/// Overwrites `bytes` with zeros in a way that the compiler keeps.
func scrub(_ bytes: inout [UInt8]) {
    let count = bytes.count
    _ = unsafe botan_scrub_mem(&bytes, count)
}
