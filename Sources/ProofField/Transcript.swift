import CKernels

/// A duplex challenger: Poseidon2 width 16, rate 8, overwrite mode.
///
/// Absorbed elements collect in a buffer; when it holds eight, or when something is squeezed, one duplexing
/// overwrites state[0..<k] with the k buffered elements, sets the rest of the rate to zero when k > 0, adds k to
/// state[8], and permutes. Squeezing hands out state[0..<8] in order, never the capacity; absorbing discards what
/// is left of the rate. A squeeze with nothing absorbed and nothing left permutes with k = 0. Adding k to the
/// capacity is Plonky3's rule against inputs that differ by trailing zeros (GHSA-3g92-f9ch-qjcm).
///
/// A value type: a copy goes its own way.
package struct Transcript: Sendable {
    private var state: Poseidon2State
    private var pending: InlineArray<8, Felt>
    private var pendingCount: Int
    /// Elements of the rate still to be handed out: state[(8 - available)..<8].
    private var available: Int

    /// An empty transcript: all zeros.
    package init() {
        state = Poseidon2State(repeating: .zero)
        pending = InlineArray<8, Felt>(repeating: .zero)
        pendingCount = 0
        available = 0
    }

    private mutating func duplex() {
        if pendingCount > 0 {
            for index in 0..<8 { state[index] = index < pendingCount ? pending[index] : .zero }
            state[8] += Felt(UInt32(truncatingIfNeeded: pendingCount))
            pendingCount = 0
        }
        Poseidon2.permute(&state)
        available = 8
    }

    /// Takes one element in; every eighth one permutes.
    package mutating func absorb(_ element: Felt) {
        available = 0
        pending[pendingCount] = element
        pendingCount += 1
        if pendingCount == 8 { duplex() }
    }

    /// The elements one by one, without their number: the protocol fixes it.
    package mutating func absorb(_ elements: [Felt]) {
        for element in elements { absorb(element) }
    }

    /// Its eight elements in order.
    package mutating func absorb(_ digest: Digest) {
        for index in 0..<Digest.count { absorb(digest[index]) }
    }

    /// Its four coefficients, lowest degree first.
    package mutating func absorb(_ value: Ext) {
        absorb(value.c0)
        absorb(value.c1)
        absorb(value.c2)
        absorb(value.c3)
    }

    /// Bytes, injectively: first the length as two elements (its low 30 bits, then the rest), then the bytes as a
    /// little-endian bit string in limbs of 30 bits, the last one filled up with zeros.
    package mutating func absorb(bytes: [UInt8]) {
        absorb(Felt(UInt32(truncatingIfNeeded: bytes.count & 0x3fff_ffff)))
        absorb(Felt(UInt32(truncatingIfNeeded: bytes.count >> 30)))
        var limb: UInt64 = 0
        var bits: UInt64 = 0
        for byte in bytes {
            limb |= UInt64(byte) << bits
            bits += 8
            if bits >= 30 {
                absorb(Felt(UInt32(limb & 0x3fff_ffff)))
                limb >>= 30
                bits -= 30
            }
        }
        if bits > 0 { absorb(Felt(UInt32(limb))) }
    }

    /// The next element of the rate, uniform in the field.
    package mutating func squeezeFelt() -> Felt {
        if pendingCount > 0 || available == 0 { duplex() }
        let element = state[8 - available]
        available -= 1
        return element
    }

    /// Four squeezed elements, lowest degree first.
    package mutating func squeezeExt() -> Ext {
        let c0 = squeezeFelt()
        let c1 = squeezeFelt()
        let c2 = squeezeFelt()
        return Ext(c0, c1, c2, squeezeFelt())
    }

    /// Eight squeezed elements.
    package mutating func squeezeDigest() -> Digest {
        var digest = Digest.zero
        for index in 0..<Digest.count { digest[index] = squeezeFelt() }
        return digest
    }

    /// The low `count` bits of one squeezed element, count in 0...24: p is 1 mod 2^24, so that they are uniform
    /// but for one value in 127 * 2^24.
    package mutating func squeezeBits(_ count: Int) -> UInt32 {
        precondition((0...24).contains(count), "at most 24 bits of an element are uniform")
        return squeezeFelt().canonical & ((1 << UInt32(count)) - 1)
    }
}

// MARK: - Proof of work

/// What a search for a proof of work needs: the state of the one permutation that follows, all words in Montgomery
/// form, and the element the nonce takes.
package struct GrindingInput: Sendable {
    /// Sixteen words: the state as it is permuted, but for the nonce.
    package var state: [UInt32]
    /// Position in the rate of the nonce, 0..<8.
    package var lane: Int
}

extension Transcript {
    /// The state in which the nonce is the last absorbed element, before the permutation.
    package var grindingInput: GrindingInput {
        var words = [UInt32](repeating: 0, count: Poseidon2.width)
        for index in 0..<pendingCount { words[index] = pending[index].raw }
        for index in 8..<Poseidon2.width { words[index] = state[index].raw }
        let absorbed = Felt(UInt32(truncatingIfNeeded: pendingCount + 1))
        words[8] = (state[8] + absorbed).raw
        return GrindingInput(state: words, lane: pendingCount)
    }

    /// Finds the smallest nonce with `bits` (0...24) bits of work, and absorbs it as `checkWitness` does.
    ///
    /// Single-threaded; about 2^bits permutations. The chance that no nonce below p exists is under e^-126, and
    /// then the answer is zero and fails the check.
    package mutating func grind(bits: Int) -> Felt {
        let input = grindingInput
        var found: UInt32 = 0
        _ = unsafe input.state.withUnsafeBufferPointer { words in
            unsafe ck_grind(
                words.baseAddress, UInt32(input.lane), UInt32(bits), 0, UInt64(Felt.modulus), &found)
        }
        let nonce = Felt(found)
        _ = checkWitness(nonce, bits: bits)
        return nonce
    }

    /// Absorbs the nonce, squeezes one element and tells whether its low `bits` bits are zero.
    package mutating func checkWitness(_ nonce: Felt, bits: Int) -> Bool {
        absorb(nonce)
        return squeezeBits(bits) == 0
    }
}
