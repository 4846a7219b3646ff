import CKernels

/// The sixteen elements a permutation works on: the rate 0..<8, the capacity 8..<16.
package typealias Poseidon2State = InlineArray<16, Felt>

/// Poseidon2 of width 16 over KoalaBear (Grassi, Khovratovich, Schofnegger, ePrint 2023/323): S-box x^3,
/// 8 full and 20 partial rounds, constants of `Poseidon2Constants`. The instance is that of Plonky3.
package enum Poseidon2 {
    /// Elements of the state.
    package static let width = 16
    /// Elements that a permutation takes in or gives out.
    package static let rate = 8
    /// Rounds with an S-box on every element, half of them before the partial rounds and half after.
    package static let fullRounds = 8
    /// Rounds with an S-box on element 0 alone.
    package static let partialRounds = 20

    /// The permutation, by the kernel. `referencePermute` is its oracle.
    package static func permute(_ state: inout Poseidon2State) {
        var span = state.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            unsafe base.withMemoryRebound(to: UInt32.self, capacity: width) { words in
                unsafe ck_poseidon2_permute(words, 1)
            }
        }
    }

    /// Two-to-one compression with feed-forward: the first eight elements of P(x) + x for x = left | right.
    package static func compress(_ left: Digest, _ right: Digest) -> Digest {
        var state = Poseidon2State(repeating: .zero)
        for index in 0..<rate {
            state[index] = left[index]
            state[rate + index] = right[index]
        }
        permute(&state)
        var result = Digest.zero
        for index in 0..<rate { result[index] = state[index] + left[index] }
        return result
    }

    /// Hash of a sequence whose length the caller's context fixes: an overwrite sponge of rate 8.
    ///
    /// The state starts at zero with state[8] = the number of elements; each block of eight elements overwrites
    /// the rate, a short last block is filled up with zeros, and each block is followed by a permutation (an empty
    /// sequence takes one permutation). The digest is the rate.
    package static func hash(fixedLength elements: [Felt]) -> Digest {
        var state = Poseidon2State(repeating: .zero)
        state[rate] = Felt(UInt32(truncatingIfNeeded: elements.count))
        var position = 0
        repeat {
            for index in 0..<rate {
                state[index] = position + index < elements.count ? elements[position + index] : .zero
            }
            permute(&state)
            position += rate
        } while position < elements.count
        var result = Digest.zero
        for index in 0..<rate { result[index] = state[index] }
        return result
    }
}
