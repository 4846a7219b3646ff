package import ByteCodec

/// Identifiers that the Solidity contract ABI derives from signatures in canonical form, such as
/// `transfer(address,uint256)`.
package enum ABI {
    /// The first four bytes of the signature's Keccak-256, which open a call's data.
    package static func selector(_ signature: String) -> [UInt8] {
        Array(Keccak256.hash(utf8: signature).bytes.prefix(4))
    }

    /// The signature's Keccak-256, the first topic of an event.
    package static func eventTopic(_ signature: String) -> Bytes32 {
        Keccak256.hash(utf8: signature)
    }
}
