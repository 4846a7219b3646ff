import CBotan

/// HKDF with SHA-256 (RFC 5869), extract and expand.
package enum HKDFSHA256 {
    /// `count` bytes (at most 255 · 32) derived from `secret`.
    package static func derive(secret: [UInt8], salt: [UInt8], info: [UInt8], count: Int) -> [UInt8] {
        precondition(count > 0 && count <= 255 * 32, "HKDF-SHA-256 gives 1 to 8160 bytes")
        var output = [UInt8](repeating: 0, count: count)
        let status = unsafe botan_kdf(
            "HKDF(SHA-256)", &output, count, secret, secret.count, salt, salt.count, info, info.count)
        precondition(status == BOTAN_FFI_SUCCESS.rawValue, "Botan failed in HKDF(SHA-256)")
        return output
    }
}
