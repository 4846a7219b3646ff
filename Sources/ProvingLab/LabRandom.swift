/// Randomness of the proving lab: SplitMix64 (Steele, Lea, Flood, 2014), so that a seed replays a run.
package struct LabRandom: RandomNumberGenerator, Sendable {
    private var counter: UInt64

    package init(seed: UInt64) { counter = seed }

    package mutating func next() -> UInt64 {
        counter &+= 0x9e37_79b9_7f4a_7c15
        var z = counter
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Uniform in 0 ..< bound; 0 for a bound of 0.
    package mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }

    package mutating func pick(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// True in `percent` of a hundred cases.
    package mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    package mutating func element<T>(_ list: [T]) -> T? { list.isEmpty ? nil : list[below(list.count)] }

    /// Another stream, of this one's next word.
    package mutating func split() -> LabRandom { LabRandom(seed: next()) }
}
