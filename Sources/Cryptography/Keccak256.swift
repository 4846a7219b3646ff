package import ByteCodec

/// Keccak-256 with the padding of the original submission, as Ethereum uses it (not SHA3-256).
///
/// Safe to call from any thread.
package enum Keccak256 {
    private static let function = BotanHash("Keccak-1600(256)")

    /// The hash of `bytes`, 32 bytes.
    package static func hash(_ bytes: [UInt8]) -> Bytes32 {
        function.hash(bytes).value
    }

    /// The hash of the concatenation of the parts.
    package static func hash(_ first: [UInt8], _ second: [UInt8], _ rest: [UInt8]...) -> Bytes32 {
        function.hash([first, second] + rest).value
    }

    /// The hash of the concatenation of the parts.
    package static func hash(parts: [[UInt8]]) -> Bytes32 {
        function.hash(parts).value
    }

    /// The hash of the text's UTF-8 bytes.
    package static func hash(utf8 text: String) -> Bytes32 {
        hash(Array(text.utf8))
    }
}
