import ProofField
import STARKCore

/// What is done to one field element of a proof.
package enum ProofMutation: CaseIterable, Sendable {
    case plusOne, minusOne, zero, one, doubled, scrambled
    /// The same element under another encoding.
    case plusModulus
    case modulus, allOnes

    /// The changes that keep the element canonical, and those that do not.
    package static let canonical: [ProofMutation] = [.plusOne, .minusOne, .zero, .one, .doubled, .scrambled]
    package static let nonCanonical: [ProofMutation] = [.plusModulus, .modulus, .allOnes]

    private func apply(_ value: UInt32, index: Int) -> UInt32 {
        let element = Felt(value)
        return switch self {
        case .plusOne: (element + .one).canonical
        case .minusOne: (element - .one).canonical
        case .zero: 0
        case .one: 1
        case .doubled: (element + element).canonical
        case .scrambled: (element + Felt(UInt32(truncatingIfNeeded: index &* 0x9e37_79b1)) + .one).canonical
        // Wraps where an earlier change has left more than a canonical element.
        case .plusModulus: value &+ Felt.modulus
        case .modulus: Felt.modulus
        case .allOnes: 1 << 31 - 1
        }
    }

    /// The proof with element `index` changed; nil when the change leaves it as it is, or does not fit into its bits.
    package func applied(to proof: [UInt8], element index: Int) -> [UInt8]? {
        let value = PackedProof.element(index, of: proof)
        let changed = apply(value, index: index)
        guard changed != value, changed < 1 << 31 else { return nil }
        return PackedProof.replacing(index, of: proof, with: changed)
    }
}

/// A proof's bytes as a string of 31-bit numbers.
package enum PackedProof {
    package static func count(_ proof: [UInt8]) -> Int { 8 * proof.count / ElementPacking.bitsPerElement }

    package static func element(_ index: Int, of proof: [UInt8]) -> UInt32 {
        (0..<31).reduce(0) { value, bit in
            let place = 31 * index + bit
            return value | UInt32(proof[place / 8] >> UInt8(place % 8) & 1) << UInt32(bit)
        }
    }

    package static func replacing(_ index: Int, of proof: [UInt8], with value: UInt32) -> [UInt8] {
        var bytes = proof
        for bit in 0..<31 {
            let (place, mask) = ((31 * index + bit) / 8, UInt8(1) << UInt8((31 * index + bit) % 8))
            if value >> UInt32(bit) & 1 == 1 { bytes[place] |= mask } else { bytes[place] &= ~mask }
        }
        return bytes
    }

    package static func elements(_ proof: [UInt8]) -> [UInt32] { (0..<count(proof)).map { element($0, of: proof) } }

    package static func bytes(_ elements: [UInt32]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: ElementPacking.byteCount(elements.count))
        for (index, value) in elements.enumerated() {
            for bit in 0..<31 where value >> UInt32(bit) & 1 == 1 {
                bytes[(31 * index + bit) / 8] |= 1 << UInt8((31 * index + bit) % 8)
            }
        }
        return bytes
    }
}
