package import ProofField

/// The public parameters of the proof system: everything a verifier fixes before it sees a proof.
package struct ProofParameters: Hashable, Sendable {
    /// What a genesis names as `proofProfile`. Not part of the digest.
    package let name: String
    /// log2 of the inverse rate of the codes.
    package let blowupLog: Int
    /// Queried positions.
    package let queryCount: Int
    /// Proof-of-work bits before the query positions are drawn.
    package let queryGrindingBits: Int
    /// Proof-of-work bits before the batching challenge is drawn.
    package let batchingGrindingBits: Int
    /// log2 of the FRI fold's arity.
    package let foldLog: Int
    /// log2 of the number of the final polynomial's coefficients.
    package let finalLog: Int
    /// log2 of the number of digests in a Merkle cap.
    package let capLog: Int
    /// log2 of the trace heights a proof may have, rising.
    package let logHeights: [Int]
    /// Identifies the hash family of trees, transcripts and digests.
    package let hashFamily: HashFamily

    /// Heights that arity 8 folds exactly, and two between for the cut of large tables.
    package static let standardLogHeights = [8, 11, 14, 15, 16, 17]

    /// Unique decoding at rate 1/4: at least 100 provable bits in every round (see ``SoundnessReport``).
    package static let profileA = ProofParameters(
        name: "A", queryCount: 120, queryGrindingBits: 20, batchingGrindingBits: 8)

    /// Few queries and hardly any work, for tests only: about 15 bits.
    package static let insecureTest = ProofParameters(
        name: "insecure-test", queryCount: 16, queryGrindingBits: 4, batchingGrindingBits: 2)

    /// Parameters to measure with, beside other provers' benchmarks; no node takes them. Sizes are logarithms of two:
    /// `blowupLog` 1 or 2, since the quotient of degree-3 constraints needs a rate of 1/2 at most, and `foldLog` 1...3.
    /// Nil for numbers outside of these, or of 1...1024 queries and 0...24 bits of work.
    package static func benchmark(
        blowupLog: Int, queryCount: Int, queryGrindingBits: Int, foldLog: Int
    ) -> ProofParameters? {
        guard (1...2).contains(blowupLog), (1...1024).contains(queryCount), (0...24).contains(queryGrindingBits),
            (1...3).contains(foldLog)
        else { return nil }
        return ProofParameters(
            name: "insecure-benchmark", queryCount: queryCount, queryGrindingBits: queryGrindingBits,
            batchingGrindingBits: 0, blowupLog: blowupLog, foldLog: foldLog)
    }

    private init(
        name: String, queryCount: Int, queryGrindingBits: Int, batchingGrindingBits: Int, blowupLog: Int = 2,
        foldLog: Int = 3
    ) {
        self.name = name
        self.queryCount = queryCount
        self.queryGrindingBits = queryGrindingBits
        self.batchingGrindingBits = batchingGrindingBits
        self.blowupLog = blowupLog
        self.foldLog = foldLog
        finalLog = 5
        capLog = 2
        logHeights = Self.standardLogHeights
        hashFamily = .current
    }

    /// The profiles that a genesis may name.
    package static let profiles = [profileA, insecureTest]

    /// The profile of that name, for a genesis to name.
    package static func named(_ name: String) -> ProofParameters? {
        profiles.first { $0.name == name }
    }

    /// Inverse rate: points of the evaluation domain for each row.
    package var blowup: Int { 1 << blowupLog }

    /// The canonical encoding that ``digest`` covers; each number is below 2^30.
    package var encoding: [UInt32] {
        let numbers = [
            blowupLog, queryCount, queryGrindingBits, batchingGrindingBits, foldLog, finalLog, capLog, Ext.degree,
        ]
        let heights = [logHeights.count] + logHeights
        return numbers.map { UInt32(truncatingIfNeeded: $0) } + [hashFamily.id]
            + heights.map { UInt32(truncatingIfNeeded: $0) }
    }

    /// Poseidon2 hash of `encoding`; the first thing that program hashes and transcripts absorb.
    package var digest: Digest {
        Poseidon2.hash(fixedLength: encoding.map { Felt($0) })
    }
}
