import ChainTypes
import ProvingRules

/// What proving transactions cost in the lab: the chain's own gas schedule at one price, with the bytes that a real
/// proof would have in place of the stand-in's.
package struct LabFees: Hashable, Sendable {
    package var base: UInt64
    package var payloadByte: UInt64
    /// Wei per gas, tip included.
    package var gasPrice: UInt128
    /// Wei per gas of `gasPrice` that go to the proposer.
    package var tip: UInt128
    /// Bytes that one stand-in proof stands for.
    package var proofBytes: UInt64

    /// A devnet's: 1 gwei and a tip of a tenth, proofs of 2^11 rows.
    package static let devnet = LabFees(
        base: 50_000, payloadByte: 2, gasPrice: 1_100_000_000, tip: 100_000_000, proofBytes: 197_000)
    package static let none = LabFees(base: 0, payloadByte: 0, gasPrice: 0, tip: 0, proofBytes: 0)

    package func gas(_ payload: [UInt8]) -> UInt64 {
        let extra = proofBytes > UInt64(StandInProofs.proofBytes) ? proofBytes - UInt64(StandInProofs.proofBytes) : 0
        return base + payloadByte * (UInt64(payload.count) + UInt64(Self.proofs(in: payload)) * extra)
    }

    package func fee(_ payload: [UInt8]) -> UInt128 { UInt128(gas(payload)) * gasPrice }

    /// Partial proofs that a payload carries.
    private static func proofs(in payload: [UInt8]) -> Int {
        if let submission = try? SubmissionPayload(decoding: payload) { return submission.entries.count }
        if let alone = try? StandAloneProofPayload(decoding: payload) { return alone.entries.count }
        if let composite = try? CompositeProofPayload(decoding: payload) {
            return composite.parts.count { if case .inline = $0 { true } else { false } }
        }
        return 0
    }
}
