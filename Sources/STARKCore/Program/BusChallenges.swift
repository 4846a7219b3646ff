package import ProofField

/// The logUp challenges: alpha and independent betas, functions of the global seed alone.
///
/// A message's denominator is `alpha + beta[0] bus + sum of beta[1 + j] tuple[j]`. Independent betas keep the
/// error at 2H/|E|, without a factor for the tuple's width.
package struct BusChallenges: Equatable, Sendable {
    /// The offset of every denominator.
    package let alpha: Ext
    /// beta[0] weighs the bus identifier, beta[1 + j] tuple element j.
    package let betas: [Ext]

    /// The challenges for tuples of up to `width` elements. A longer list starts with the shorter one.
    package init(seed: Digest, width: Int) {
        var transcript = Transcript(domain: .busChallenges)
        transcript.absorb(seed)
        alpha = transcript.squeezeExt()
        var betas: [Ext] = []
        for _ in 0..<(max(width, 0) + 1) { betas.append(transcript.squeezeExt()) }
        self.betas = betas
    }

    /// The challenges a circuit's messages need.
    package init(seed: Digest, circuit: RecordedCircuit) {
        self.init(seed: seed, width: circuit.messages.reduce(0) { max($0, $1.bus.width) })
    }

    /// The weight of tuple element `coordinate`; zero outside of the width asked for.
    func beta(coordinate: Int) -> Ext {
        betas.indices.contains(coordinate + 1) ? betas[coordinate + 1] : .zero
    }

    func base(bus: UInt32, elements: [RowProgram.ConstantElement]) -> Ext {
        elements.reduce(alpha + betas[0] * Felt(bus)) { $0 + beta(coordinate: $1.coordinate) * Felt($1.value) }
    }

    /// The denominator of `tuple` on `bus`.
    package func denominator(bus: Bus, tuple: [Felt]) -> Ext {
        var sum = alpha + betas[0] * Felt(bus.id)
        for (coordinate, element) in tuple.enumerated() { sum += beta(coordinate: coordinate) * element }
        return sum
    }
}
