package import ProofField

/// The first thing every transcript absorbs: what it is for. A new proof format takes new names.
package enum TranscriptDomain: String, Sendable {
    case program = "cairn/stark/program/1"
    case globalChallenge = "cairn/stark/global-challenge/1"
    case busChallenges = "cairn/stark/bus-challenges/1"
    case instance = "cairn/stark/instance/1"
}

extension Transcript {
    /// A transcript that has absorbed its purpose.
    package init(domain: TranscriptDomain) {
        self.init()
        absorb(bytes: Array(domain.rawValue.utf8))
    }

    /// An unsigned number in limbs of 24, 24 and 16 bits.
    package mutating func absorb(number: UInt64) {
        for shift in [UInt64(0), 24, 48] { absorb(Felt(UInt32(truncatingIfNeeded: (number >> shift) & 0xff_ffff))) }
    }
}
