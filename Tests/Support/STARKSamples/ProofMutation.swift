import ProofField

/// What is done to one field element of a proof.
package enum ProofMutation: CaseIterable, Sendable {
    case plusOne, minusOne, zero, one, doubled, scrambled
    /// The same element under another encoding.
    case plusModulus
    case modulus, allOnes

    /// The changes that keep the element canonical, and those that do not.
    package static let canonical: [ProofMutation] = [.plusOne, .minusOne, .zero, .one, .doubled, .scrambled]
    package static let nonCanonical: [ProofMutation] = [.plusModulus, .modulus, .allOnes]

    private func apply(_ value: UInt32, word: Int) -> UInt32 {
        let element = Felt(value)
        return switch self {
        case .plusOne: (element + .one).canonical
        case .minusOne: (element - .one).canonical
        case .zero: 0
        case .one: 1
        case .doubled: (element + element).canonical
        case .scrambled: (element + Felt(UInt32(truncatingIfNeeded: word &* 0x9e37_79b1)) + .one).canonical
        // Wraps where an earlier change has left more than a canonical element.
        case .plusModulus: value &+ Felt.modulus
        case .modulus: Felt.modulus
        case .allOnes: .max
        }
    }

    /// The proof with its word changed, or nil when the change leaves it as it is.
    package func applied(to proof: [UInt8], word: Int) -> [UInt8]? {
        let offset = 4 * word
        let value = (0..<4).reduce(UInt32(0)) { $0 | UInt32(proof[offset + $1]) << UInt32(8 * $1) }
        let changed = apply(value, word: word)
        guard changed != value else { return nil }
        var bytes = proof
        for byte in 0..<4 { bytes[offset + byte] = UInt8(truncatingIfNeeded: changed >> UInt32(8 * byte)) }
        return bytes
    }
}
