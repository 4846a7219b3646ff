/// The hash family behind digests and transcripts. Its identifier enters verifying keys, transcripts and the
/// version of state roots, so that another permutation can take its place.
package struct HashFamily: Hashable, Sendable {
    /// Below 2^30, so that it is one limb of an encoding.
    package let id: UInt32

    /// Poseidon2 of width 16 with x^3, 8 full and 20 partial rounds over KoalaBear.
    package static let poseidon2Width16 = HashFamily(id: 1)
    /// The family in use.
    package static let current = HashFamily.poseidon2Width16

    private init(id: UInt32) { self.id = id }
}
