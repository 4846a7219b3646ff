import SeededRandom

/// The one source of randomness of a simulation: xoshiro256** (Blackman and Vigna, 2018), seeded through SplitMix64,
/// so that a seed of 64 bits replays everything.
package struct SimulationRandom: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    package init(seed: UInt64) {
        var words = SplitMix64(seed: seed)
        state = (words.next(), words.next(), words.next(), words.next())
    }

    package mutating func next() -> UInt64 {
        func rotated(_ value: UInt64, _ bits: UInt64) -> UInt64 { (value << bits) | (value >> (64 - bits)) }
        let result = rotated(state.1 &* 5, 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = rotated(state.3, 45)
        return result
    }

    /// Uniform in 0..<bound, by rejection; 0 for a bound of 0.
    package mutating func below(_ bound: UInt64) -> UInt64 {
        guard bound > 1 else { return 0 }
        return next(upperBound: bound)
    }

    /// True with this probability, in thousandths.
    package mutating func chance(perMille: UInt64) -> Bool { below(1_000) < perMille }
}

extension SimulationRandom {
    /// Uniform in 0..<bound; 0 for a bound below 1.
    package mutating func index(_ bound: Int) -> Int { bound > 0 ? Int(below(UInt64(bound))) : 0 }

    /// True with this probability, in hundredths.
    package mutating func percent(_ chance: UInt64) -> Bool { below(100) < chance }

    /// One of the values; there must be one.
    package mutating func pick<Value>(_ values: [Value]) -> Value { values[index(values.count)] }
}
