/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): one word of seed
/// replays a run. For tests, simulations and made-up traffic; nothing that decides draws from it, and no key.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}

extension RandomNumberGenerator {
    /// Uniform in 0..<bound; 0 for a bound below 1.
    package mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next(upperBound: UInt64(bound))) : 0 }

    /// Uniform in the range.
    package mutating func pick(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// One of the values; there must be one.
    package mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    /// True in `chance` of a hundred cases.
    package mutating func percent(_ chance: Int) -> Bool { below(100) < chance }

    /// `count` uniform bytes.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}
