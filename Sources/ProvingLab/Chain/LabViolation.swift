package import ByteCodec
package import SystemState

/// A law of the proving rules that a block broke.
package enum LabViolation: Error, Hashable, Sendable {
    /// genesis + minted - burned is not what accounts, stakes and claims hold.
    case moneyNotConserved(issued: UInt128, held: UInt128)
    /// A prover's stake is not what its deposits, fees, penalties and withdrawals leave.
    case stakeDiffers(Address, expected: UInt128, found: UInt128)
    /// A claim is not what rewards, tips, withdrawals and claims leave.
    case claimDiffers(Address, expected: UInt128, found: UInt128)
    case settledTwice(job: UInt64)
    case blockProvenTwice(height: UInt64, subBlock: UInt32)
    case sameLineTwice(job: UInt64, PaymentReason)
    case paidWithoutSettlement(job: UInt64)
    case issuanceAboveCap(job: UInt64, UInt128)
    case punishedWithoutFault(job: UInt64, Address, PaymentReason)
    /// Under preset `devnet`, a reward to a prover of whom nothing valid was included for the job.
    case paidForNothing(job: UInt64, Address, PaymentReason)
    /// A payload that is as the chain asked for was refused or judged invalid.
    case honestProofRefused(job: UInt64, Address, reason: String)
    /// A penalty took less than was due from a prover that had something left, or had withdrawn.
    case penaltyEvaded(job: UInt64, Address, PaymentReason)
    case provenHeightFell(from: UInt64, to: UInt64)
    case provenHeightAhead(UInt64)
    /// A job stayed in a phase after its window.
    case phaseOutlivedItsWindow(job: UInt64)
    case assignmentDiffers(Address)
    case operatorKeysDiffer
    /// A node without payloads came to other outcomes or another state.
    case replayDiffers
    case snapshotDiffers
    /// The same seed gave another state.
    case runDiffers
    /// Blocks that are not proven although enough provers do their part.
    case neverProven(provenHeight: UInt64, height: UInt64)
}
