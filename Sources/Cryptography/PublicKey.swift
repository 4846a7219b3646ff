package import ByteCodec
import CSecp256k1

/// A point of secp256k1 other than infinity.
package struct PublicKey: Hashable, Sendable, CustomStringConvertible {
    /// Affine coordinates. Every value made is a point of the curve.
    package let x, y: Bytes32

    /// Reads the compressed (33 bytes, SEC 1 section 2.3.4) or the uncompressed form (65 bytes).
    /// Throws `invalidKey`, also for the hybrid form.
    package init(_ bytes: [UInt8]) throws(SignatureError) {
        let isCompressed = bytes.count == 33 && (bytes[0] == 2 || bytes[0] == 3)
        let isUncompressed = bytes.count == 65 && bytes[0] == 4
        guard isCompressed || isUncompressed else { throw .invalidKey }
        var point = secp256k1_pubkey()
        guard unsafe secp256k1_ec_pubkey_parse(Secp256k1.context, &point, bytes, bytes.count) == 1 else {
            throw .invalidKey
        }
        self.init(point)
    }

    /// The library's form of a point, which must have been filled by the library.
    init(_ point: secp256k1_pubkey) {
        var bytes = [UInt8](repeating: 0, count: 65)
        var count = bytes.count
        var point = point
        _ = unsafe secp256k1_ec_pubkey_serialize(
            Secp256k1.context, &bytes, &count, &point, UInt32(SECP256K1_EC_UNCOMPRESSED))
        x = Bytes32(bytes[1..<33]) ?? .zero
        y = Bytes32(bytes[33..<65]) ?? .zero
    }

    /// Coordinates that the library computed.
    init(x: Bytes32, y: Bytes32) {
        self.x = x
        self.y = y
    }

    /// The library's form.
    var point: secp256k1_pubkey {
        var point = secp256k1_pubkey()
        let status = unsafe secp256k1_ec_pubkey_parse(Secp256k1.context, &point, uncompressed, 65)
        precondition(status == 1, "a PublicKey is a point of the curve")
        return point
    }

    /// 33 bytes: 2 or 3 by the parity of y, and x.
    package var compressed: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(33)
        bytes.append(2 + UInt8(y.word3 & 1))
        x.append(to: &bytes)
        return bytes
    }

    /// 65 bytes: 4, x and y.
    package var uncompressed: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(65)
        bytes.append(4)
        x.append(to: &bytes)
        y.append(to: &bytes)
        return bytes
    }

    /// The Ethereum address: the last 20 bytes of Keccak-256 of x and y (yellow paper, appendix F).
    package var address: Address {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        x.append(to: &bytes)
        y.append(to: &bytes)
        return Address(lowBytesOf: Keccak256.hash(bytes))
    }

    /// Whether `signature` holds for `digest` under this key. The recovery identifier has no part in it.
    package func verify(_ signature: RecoverableSignature, digest: Bytes32) -> Bool {
        var parsed = secp256k1_ecdsa_signature()
        let isParsed = unsafe secp256k1_ecdsa_signature_parse_compact(
            Secp256k1.context, &parsed, signature.compact)
        guard isParsed == 1 else { return false }
        var point = self.point
        return unsafe secp256k1_ecdsa_verify(Secp256k1.context, &parsed, digest.bytes, &point) == 1
    }

    /// Throws unless `compact`, r and s in 64 bytes, is a low-S signature of `digest` by this key.
    package func verify(compact: [UInt8], digest: Bytes32) throws(SignatureError) {
        guard compact.count == 64, let r = Bytes32(compact[..<32]), let s = Bytes32(compact[32...]) else {
            throw .invalidSignature
        }
        guard verify(try RecoverableSignature(r: r, s: s, recoveryId: 0), digest: digest) else {
            throw .invalidSignature
        }
    }

    /// The compressed form in hexadecimal.
    package var description: String { Hex.encode(compressed) }
}
