package import ByteCodec

/// SHA-256 (FIPS 180-4). Safe to call from any thread.
package enum SHA256 {
    private static let function = BotanHash("SHA-256")

    /// The hash of `bytes`, 32 bytes.
    package static func hash(_ bytes: [UInt8]) -> Bytes32 {
        function.hash(bytes).value
    }

    /// The hash of the concatenation of the parts.
    package static func hash(parts: [[UInt8]]) -> Bytes32 {
        function.hash(parts).value
    }
}
