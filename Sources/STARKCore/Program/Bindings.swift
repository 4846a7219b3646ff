package import ProofField

extension RowProgram.Bindings {
    /// The bindings of an instance: bus challenges from the seed, powers of gamma, and S/N.
    package init(seed: Digest, circuit: RecordedCircuit, gamma: Ext, busSum: BusSum, logHeight: Int) {
        self.init(
            challenges: BusChallenges(seed: seed, circuit: circuit),
            weights: Ext.powers(of: gamma, count: circuit.constraintCount),
            sumShare: busSum.value * Felt(2).pow(UInt64(truncatingIfNeeded: logHeight)).inverse)
    }

    /// The same with every weight multiplied by `factor`.
    package func weighted(by factor: Felt) -> RowProgram.Bindings {
        RowProgram.Bindings(challenges: challenges, weights: weights.map { $0 * factor }, sumShare: sumShare)
    }
}

extension Ext {
    /// 1, base, base^2 and so on: `count` powers.
    package static func powers(of base: Ext, count: Int) -> [Ext] {
        var powers: [Ext] = []
        powers.reserveCapacity(count)
        var power = Ext.one
        for _ in 0..<count {
            powers.append(power)
            power *= base
        }
        return powers
    }
}
