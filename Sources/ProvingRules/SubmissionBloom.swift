package import ByteCodec
import Cryptography
package import SystemState

/// The source's BloomHash: a Bloom filter (Bloom, CACM 13(7), 1970) over the submissions that a full proof reuses.
///
/// Sized for a rate of false positives of 1e-6 when every selected prover's submission is in it:
/// -ln(1e-6) / (ln 2)^2 = 28.755 bits an element, and 28.755 · ln 2 = 20 hashes. Normative:
///
///     bits     = selected · 28,755 div 1,000        # 200 selected: 5,751
///     h        = keccak256("cairn/reuse-bloom/v1" ‖ job id ‖ owner ‖ payload digest of the submission)
///     (a, b)   = first two 64-bit words of h, big-endian;  b = b | 1
///     bit i    = (a + i · b mod 2^64) mod bits, for i in 0 ..< 20; bit n is bit n mod 8 of byte n div 8
package struct SubmissionBloom: Hashable, Sendable {
    /// Bits that one submission sets, at most.
    package static let hashCount = 20

    /// Bits of the filter.
    package let bitCount: Int
    /// Bits of the filter, eight to a byte, the first in the lowest bit; unused bits of the last byte are zero.
    package private(set) var bytes: [UInt8]

    /// Bits for a job with `selected` provers; as for one when there is none.
    package static func bitCount(selected: Int) -> Int { max(selected, 1) * 28_755 / 1_000 }

    /// The empty filter for a job with `selected` provers.
    package init(selected: Int) {
        bitCount = Self.bitCount(selected: selected)
        bytes = [UInt8](repeating: 0, count: (bitCount + 7) / 8)
    }

    /// The filter of the submissions, of `job`, that `owners` sent. Owners without one are passed over.
    package init(job: Job, reused owners: [Address]) {
        self.init(selected: job.selected.count)
        for owner in owners {
            guard let submission = job.submission(of: owner) else { continue }
            insert(job: job.id, owner: owner, payloadDigest: submission.inclusion.payloadDigest)
        }
    }

    /// Adds the submission with this payload, of `owner` for `job`.
    package mutating func insert(job: Bytes32, owner: Address, payloadDigest: Bytes32) {
        for bit in places(job: job, owner: owner, payloadDigest: payloadDigest) { bytes[bit / 8] |= 1 << (bit % 8) }
    }

    /// False when the submission was never inserted; true by mistake once in a million, with all selected provers in
    /// it.
    package func contains(job: Bytes32, owner: Address, payloadDigest: Bytes32) -> Bool {
        places(job: job, owner: owner, payloadDigest: payloadDigest).allSatisfy { bytes[$0 / 8] >> ($0 % 8) & 1 == 1 }
    }

    /// Bits that are set.
    package var populationCount: Int { bytes.reduce(0) { $0 + $1.nonzeroBitCount } }

    private func places(job: Bytes32, owner: Address, payloadDigest: Bytes32) -> [Int] {
        let hash = Keccak256.hash(
            parts: [Array("cairn/reuse-bloom/v1".utf8), job.bytes, owner.bytes, payloadDigest.bytes])
        let (start, step) = (hash.word0, hash.word1 | 1)
        return (0..<Self.hashCount).map { Int((start &+ UInt64($0) &* step) % UInt64(bitCount)) }
    }
}
