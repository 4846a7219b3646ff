/// A published figure of a deployed proof system (soundcalc's reports, 2025): what its query round is worth with its
/// work. The calculator has to reproduce it.
package struct PublishedSoundness: Sendable {
    /// Name of the proof system and of the layer.
    package let system: String
    /// The relative distance up to which the published argument holds.
    package let proximity: Double
    /// Queries of its profile.
    package let queryCount: Int
    /// Proof-of-work bits before its queries.
    package let grindingBits: Int
    /// Bits that its report gives for the query round.
    package let publishedBits: Double
    /// How far off rounding in the publication may put the figure.
    package let tolerance: Double

    /// Unique decoding has proximity (1 - rate) / 2; ZisK's is Johnson's radius less a gap, which is printed rounded
    /// and worth 0.013 bits.
    package static let all = [
        PublishedSoundness("SP1 core", (1 - 0.25) / 2, 124, 16, 100.08),
        PublishedSoundness("OpenVM app", (1 - 0.5) / 2, 193, 20, 100.10),
        PublishedSoundness("OpenVM internal", (1 - 0.25) / 2, 118, 20, 100.01),
        PublishedSoundness("ZisK", 1 - 0.5.squareRoot() - 0.005333, 229, 16, 128.03, tolerance: 0.02),
    ]

    private init(
        _ system: String, _ proximity: Double, _ queryCount: Int, _ grindingBits: Int, _ publishedBits: Double,
        tolerance: Double = 0.01
    ) {
        self.system = system
        self.proximity = proximity
        self.queryCount = queryCount
        self.grindingBits = grindingBits
        self.publishedBits = publishedBits
        self.tolerance = tolerance
    }

    /// The figure by ``SoundnessReport``'s own formula.
    package var computedBits: Double {
        SoundnessReport.queryBits(proximity: proximity, count: queryCount, grindingBits: grindingBits)
    }

    /// Whether the computed figure is within `tolerance` of the published one.
    package var isReproduced: Bool { abs(computedBits - publishedBits) <= tolerance }
}
