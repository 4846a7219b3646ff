import ProofField

/// A stage of proving, for progress and timings.
package enum ProvingStage: String, CaseIterable, Sendable {
    case commitTrace, busColumns, quotient, openings, batching, folding, work, queries
}

/// What a proof cost.
package struct ProvingReport: Equatable, Sendable {
    /// In order; time in the unit of the caller's clock.
    package private(set) var stages: [(stage: ProvingStage, time: UInt64)] = []
    /// Of that, time in transforms of columns and in Merkle trees.
    package private(set) var transformTime: UInt64 = 0
    package private(set) var hashTime: UInt64 = 0
    /// The most bytes that matrices held at one time in this process.
    package private(set) var peakBytes = 0

    mutating func record(_ stage: ProvingStage, time: UInt64) {
        stages.append((stage, time))
        peakBytes = max(peakBytes, FeltMatrix.peakBytes)
    }

    mutating func add(_ times: KernelTimes) {
        transformTime &+= times.transforms
        hashTime &+= times.hashing
    }

    package static func == (left: ProvingReport, right: ProvingReport) -> Bool {
        left.peakBytes == right.peakBytes && left.transformTime == right.transformTime
            && left.hashTime == right.hashTime && left.stages.elementsEqual(right.stages) { $0 == $1 }
    }
}
