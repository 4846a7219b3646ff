import SeededRandom

extension SplitMix64 {
    /// An integer whose number of significant bits is uniform.
    mutating func uint128() -> UInt128 {
        let wide = UInt128(next()) << 64 | UInt128(next())
        return wide >> UInt128.random(in: 0...127, using: &self)
    }
}
