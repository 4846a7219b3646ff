import ByteCodec
import CSecp256k1

/// Point arithmetic of the VRF. Nil stands for infinity, which `PublicKey` does not hold.
extension PublicKey {
    /// scalar · self in constant time, through libsecp256k1's ECDH with a hash function that keeps the point.
    /// `scalar` must be in 1 ..< q.
    func multiplied(bySecret scalar: SecretBytes) -> PublicKey {
        var coordinates = [UInt8](repeating: 0, count: 64)
        var point = self.point
        let status = unsafe scalar.withPointer { scalar in
            unsafe secp256k1_ecdh(
                Secp256k1.context, &coordinates, &point, scalar,
                { output, x, y, _ in
                    guard let output = unsafe output, let x = unsafe x, let y = unsafe y else { return 0 }
                    unsafe output.update(from: x, count: 32)
                    unsafe (output + 32).update(from: y, count: 32)
                    return 1
                }, nil)
        }
        precondition(status == 1, "a secret scalar is in 1 ..< q")
        return PublicKey(x: Bytes32(coordinates[..<32]) ?? .zero, y: Bytes32(coordinates[32...]) ?? .zero)
    }

    /// -scalar · self, nil for scalar 0 mod q. Variable time: for public scalars below q.
    func multiplied(byNegated scalar: Bytes32) -> secp256k1_pubkey? {
        guard scalar != .zero else { return nil }
        var point = self.point
        guard unsafe secp256k1_ec_pubkey_tweak_mul(Secp256k1.context, &point, scalar.bytes) == 1,
            unsafe secp256k1_ec_pubkey_negate(Secp256k1.context, &point) == 1
        else { return nil }
        return point
    }

    /// s · base - c · self, nil for infinity, where a nil base is the generator. Variable time, s and c below q.
    func verificationPoint(base: PublicKey?, s: Bytes32, c: Bytes32) -> PublicKey? {
        let subtrahend = multiplied(byNegated: c)
        let term = s == .zero ? nil : Self.publicMultiple(of: base, by: s)
        switch (term, subtrahend) {
        case (nil, nil): return nil
        case (let point?, nil), (nil, let point?): return PublicKey(point)
        case (let left?, let right?): return Self.sum(left, right)
        }
    }

    private static func publicMultiple(of base: PublicKey?, by scalar: Bytes32) -> secp256k1_pubkey? {
        if let base {
            var point = base.point
            let status = unsafe secp256k1_ec_pubkey_tweak_mul(Secp256k1.context, &point, scalar.bytes)
            return status == 1 ? point : nil
        }
        var point = secp256k1_pubkey()
        let status = unsafe secp256k1_ec_pubkey_create(Secp256k1.context, &point, scalar.bytes)
        return status == 1 ? point : nil
    }

    private static func sum(_ left: secp256k1_pubkey, _ right: secp256k1_pubkey) -> PublicKey? {
        var result = secp256k1_pubkey()
        let status = unsafe withUnsafePointer(to: left) { left in
            unsafe withUnsafePointer(to: right) { right in
                var terms: [UnsafePointer<secp256k1_pubkey>?] = unsafe [left, right]
                return unsafe secp256k1_ec_pubkey_combine(Secp256k1.context, &result, &terms, 2)
            }
        }
        return status == 1 ? PublicKey(result) : nil
    }
}
