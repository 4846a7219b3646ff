import ByteCodec
import CSecp256k1

/// libsecp256k1's context and constants of the curve (SEC 2, section 2.4.1).
enum Secp256k1 {
    /// The library reads a context from any number of threads; it is never changed after creation.
    nonisolated(unsafe) static let context: OpaquePointer = {
        guard let context = unsafe secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)) else {
            preconditionFailure("libsecp256k1 gave no context")
        }
        return unsafe context
    }()

    /// The order q of the group.
    static let order = Bytes32(
        words: 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_fffe, 0xbaae_dce6_af48_a03b, 0xbfd2_5e8c_d036_4141)

    /// ⌊q / 2⌋, the greatest s of a signature in low-S form (EIP-2).
    static let halfOrder = Bytes32(
        words: 0x7fff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, 0x5d57_6e73_57a4_501d, 0xdfe9_2f46_681b_20a0)

    /// Whether `scalar` is in 1 ..< q.
    static func isValidScalar(_ scalar: Bytes32) -> Bool {
        scalar != .zero && scalar < order
    }
}
