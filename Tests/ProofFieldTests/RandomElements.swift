import ProofField
import SeededRandom

extension SplitMix64 {
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
