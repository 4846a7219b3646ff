import ProofField

/// SplitMix64 (Steele, Lea, Flood, 2014): the same values in every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// One element in eight is an edge of the field.
    mutating func felt() -> Felt {
        switch next() % 16 {
        case 0: Felt(raw: Felt.modulus - 1)
        case 1: .zero
        default: Felt(raw: UInt32(next() % UInt64(Felt.modulus)))
        }
    }

    mutating func ext() -> Ext { Ext(felt(), felt(), felt(), felt()) }

    mutating func felts(_ count: Int) -> [Felt] { (0..<count).map { _ in felt() } }

    mutating func digest() -> Digest {
        var digest = Digest.zero
        for index in 0..<Digest.count { digest[index] = felt() }
        return digest
    }
}
