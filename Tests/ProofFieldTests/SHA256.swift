/// SHA-256 (FIPS 180-4), to check the digest the round constants are published with.
enum SHA256 {
    private static func fractions(count: Int, cube: Bool) -> [UInt32] {
        var primes: [Int] = []
        var candidate = 2
        while primes.count < count {
            if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
            candidate += 1
        }
        return primes.map { fractionalRoot(of: UInt64($0), cube: cube) }
    }

    /// The first 32 bits of the fraction of a square or cube root, by integer bisection.
    private static func fractionalRoot(of prime: UInt64, cube: Bool) -> UInt32 {
        var (low, high): (UInt64, UInt64) = (0, 1 << 40)
        while high - low > 1 {
            let middle = (low + high) / 2
            if atMost(middle, prime: prime, cube: cube) { low = middle } else { high = middle }
        }
        return UInt32(truncatingIfNeeded: low)
    }

    /// (value / 2^32)^n <= prime.
    private static func atMost(_ value: UInt64, prime: UInt64, cube: Bool) -> Bool {
        let wide = UInt128(value)
        return cube
            ? wide * wide * wide <= UInt128(prime) << 96
            : wide * wide <= UInt128(prime) << 64
    }

    static func hexDigest(_ message: [UInt8]) -> String {
        let constants = fractions(count: 64, cube: true)
        var hash = fractions(count: 8, cube: false)
        var padded = message + [0x80]
        while padded.count % 64 != 56 { padded.append(0) }
        let bits = UInt64(message.count) * 8
        for byte in (0..<8).reversed() { padded.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * byte))) }
        for start in stride(from: 0, to: padded.count, by: 64) {
            compress(&hash, block: Array(padded[start..<start + 64]), constants: constants)
        }
        return hash.map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 8 - text.count) + text
        }.joined()
    }

    private static func compress(_ hash: inout [UInt32], block: [UInt8], constants: [UInt32]) {
        func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
        var w = (0..<16).map { i in (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[4 * i + $1]) } }
        for i in 16..<64 {
            let s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3
            let s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10
            w.append(w[i - 16] &+ s0 &+ w[i - 7] &+ s1)
        }
        var v = hash
        for i in 0..<64 {
            let s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)
            let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
            let t1 = v[7] &+ s1 &+ choice &+ constants[i] &+ w[i]
            let s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)
            let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
            v = [t1 &+ s0 &+ majority, v[0], v[1], v[2], v[3] &+ t1, v[4], v[5], v[6]]
        }
        for i in 0..<8 { hash[i] &+= v[i] }
    }
}
