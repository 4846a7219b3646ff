import CBotan

/// An ECDSA key on P-256 that lives as long as the process: the key of its TLS certificate.
@safe
package final class EphemeralKey {
    /// Botan could not make the key or use it: a fault of this machine.
    package struct Failure: Error, Sendable {
        package let call: String
        package let code: Int32
    }

    private let generator: botan_rng_t
    private let key: botan_privkey_t

    package init() throws(Failure) {
        var generator: botan_rng_t?
        try Self.check("botan_rng_init", unsafe botan_rng_init(&generator, "system"))
        guard let generator = unsafe generator else { throw Failure(call: "botan_rng_init", code: -1) }
        var key: botan_privkey_t?
        let code = unsafe botan_privkey_create(&key, "ECDSA", "secp256r1", generator)
        guard code == 0, let key = unsafe key else {
            unsafe botan_rng_destroy(generator)
            throw Failure(call: "botan_privkey_create", code: code)
        }
        unsafe self.generator = generator
        unsafe self.key = key
    }

    deinit {
        unsafe botan_privkey_destroy(key)
        unsafe botan_rng_destroy(generator)
    }

    /// The private key as PKCS #8, in DER.
    package func pkcs8() throws(Failure) -> [UInt8] {
        unsafe try Self.output("botan_privkey_export") { bytes, count in
            unsafe botan_privkey_export(key, bytes, count, UInt32(BOTAN_PRIVKEY_EXPORT_FLAG_DER))
        }
    }

    /// The public key as SubjectPublicKeyInfo, in DER.
    package func subjectPublicKeyInfo() throws(Failure) -> [UInt8] {
        var key: botan_pubkey_t?
        try Self.check("botan_privkey_export_pubkey", unsafe botan_privkey_export_pubkey(&key, self.key))
        guard let key = unsafe key else { throw Failure(call: "botan_privkey_export_pubkey", code: -1) }
        defer { unsafe botan_pubkey_destroy(key) }
        return unsafe try Self.output("botan_pubkey_export") { bytes, count in
            unsafe botan_pubkey_export(key, bytes, count, UInt32(BOTAN_PRIVKEY_EXPORT_FLAG_DER))
        }
    }

    /// ECDSA over SHA-256 of `message`, in DER.
    package func sign(_ message: [UInt8]) throws(Failure) -> [UInt8] {
        var operation: botan_pk_op_sign_t?
        try Self.check(
            "botan_pk_op_sign_create",
            unsafe botan_pk_op_sign_create(
                &operation, key, "EMSA1(SHA-256)", UInt32(BOTAN_PUBKEY_DER_FORMAT_SIGNATURE)))
        guard let operation = unsafe operation else { throw Failure(call: "botan_pk_op_sign_create", code: -1) }
        defer { unsafe botan_pk_op_sign_destroy(operation) }
        try Self.check("botan_pk_op_sign_update", unsafe botan_pk_op_sign_update(operation, message, message.count))
        return unsafe try Self.output("botan_pk_op_sign_finish") { bytes, count in
            unsafe botan_pk_op_sign_finish(operation, generator, bytes, count)
        }
    }

    /// `count` random bytes.
    package func random(_ count: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        try Self.check("botan_rng_get", unsafe botan_rng_get(generator, &bytes, count))
        return bytes
    }

    private static func check(_ call: String, _ code: Int32) throws(Failure) {
        guard code == 0 else { throw Failure(call: call, code: code) }
    }

    /// Nothing that is written here is as long as 1 KiB.
    private static func output(
        _ call: String, _ body: (UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>) -> Int32
    ) throws(Failure) -> [UInt8] {
        var count = 1_024
        var bytes = [UInt8](repeating: 0, count: count)
        let code = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            unsafe withUnsafeMutablePointer(to: &count) { unsafe body(buffer.baseAddress, $0) }
        }
        guard code == 0, count <= bytes.count else { throw Failure(call: call, code: code) }
        return Array(bytes.prefix(count))
    }
}
