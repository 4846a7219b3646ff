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
}
