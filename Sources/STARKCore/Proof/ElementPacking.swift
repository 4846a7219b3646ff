import ProofField

/// Field elements in bytes: 31 bits each, lowest first, without gaps; zero bits fill the last byte. p is just below
/// 2^31, so a whole word per element would waste a thirty-second of every proof.
package enum ElementPacking {
    /// p is below 2^31.
    package static let bitsPerElement = 31

    /// Bytes that `count` elements take.
    package static func byteCount(_ count: Int) -> Int { (bitsPerElement * count + 7) / 8 }
}

/// Appends elements to a packed string.
struct ElementPacker {
    private var packed: [UInt8] = []
    private var pending: UInt64 = 0
    private var pendingBits = 0

    init(capacity: Int) { packed.reserveCapacity(capacity) }

    mutating func append(_ element: Felt) {
        pending |= UInt64(element.canonical) << UInt64(pendingBits)
        pendingBits += ElementPacking.bitsPerElement
        while pendingBits >= 8 {
            packed.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            pendingBits -= 8
        }
    }

    /// What was appended, its last byte filled up.
    var bytes: [UInt8] { pendingBits > 0 ? packed + [UInt8(truncatingIfNeeded: pending)] : packed }
}

/// Takes elements from a packed string one by one. Total.
struct ElementUnpacker {
    private let bytes: [UInt8]
    private var offset = 0
    private var pending: UInt64 = 0
    private var pendingBits = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() throws(ProofRejection) -> Felt {
        while pendingBits < ElementPacking.bitsPerElement {
            guard offset < bytes.count else { throw .wrongLength }
            pending |= UInt64(bytes[offset]) << UInt64(pendingBits)
            offset += 1
            pendingBits += 8
        }
        let value = UInt32(truncatingIfNeeded: pending & (1 << UInt64(ElementPacking.bitsPerElement) - 1))
        guard let element = Felt(canonical: value) else { throw .nonCanonicalElement }
        pending >>= UInt64(ElementPacking.bitsPerElement)
        pendingBits -= ElementPacking.bitsPerElement
        return element
    }

    /// Refuses what follows the last element, but for the zero bits that fill its byte.
    func expectEnd() throws(ProofRejection) {
        guard offset == bytes.count else { throw .wrongLength }
        guard pending == 0 else { throw .nonCanonicalElement }
    }
}
