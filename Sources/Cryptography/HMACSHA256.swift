package import ByteCodec
import CBotan

/// HMAC with SHA-256 (RFC 2104).
package enum HMACSHA256 {
    /// The authentication code of `message` under `key`.
    package static func code(key: [UInt8], message: [UInt8]) -> Bytes32 {
        var mac: OpaquePointer?
        check(unsafe botan_mac_init(&mac, "HMAC(SHA-256)", 0))
        defer { _ = unsafe botan_mac_destroy(mac) }
        // Botan takes no null pointer, which an empty array may give; a zero byte is the same HMAC key as none.
        let key = key.isEmpty ? [0] : key
        check(unsafe botan_mac_set_key(mac, key, key.count))
        if !message.isEmpty {
            check(unsafe botan_mac_update(mac, message, message.count))
        }
        var digest = Digest32()
        check(
            unsafe withUnsafeMutableBytes(of: &digest) {
                unsafe botan_mac_final(mac, $0.baseAddress?.assumingMemoryBound(to: UInt8.self))
            })
        return digest.value
    }

    private static func check(_ status: Int32) {
        precondition(status == BOTAN_FFI_SUCCESS.rawValue, "Botan failed in HMAC(SHA-256)")
    }
}
