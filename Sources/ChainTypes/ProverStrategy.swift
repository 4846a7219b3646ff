/// How a prover behaves: honest, or one of the ways in which tests and devnets have it misbehave. Closed, so that every
/// strategy is measured; all but `honest` are refused on a chain whose genesis is not marked as a devnet.
package enum ProverStrategy: Hashable, Sendable {
    /// Does what the chain asks, as soon as it is asked.
    case honest
    /// Does what the chain asks in the last block of each window.
    case late
    /// Commits in T1 and is silent after it.
    case withholding
    /// Commits to roots of no trace; all that do so agree on the roots.
    case wrongRoot
    /// Commits to what others committed to, without a trace, and is silent after it.
    case copiedRoot
    /// The thief: watches the pool and the blocks, and sends others' commitments, partial and full proofs as its own.
    case copiedProof
    /// Commits honestly, then sends bytes that prove nothing.
    case garbage
    /// Commits honestly, then sends more bytes than any proof has.
    case oversize
    /// Does its part, and aggregates before its turn from as few submissions as it can.
    case censoring
    /// Is silent until others have proven every instance, then sends their proofs by reference as a full proof.
    case freeRider
    /// Ends with the finished payload of this phase on the disk, unsent.
    case crash(ProvingPhase)

    /// The names under which strategies are chosen, `crash` with one of its steps.
    package static let all: [ProverStrategy] =
        [
            .honest, .late, .withholding, .wrongRoot, .copiedRoot, .copiedProof, .garbage, .oversize, .censoring,
            .freeRider,
        ] + crashSteps.map { .crash($0.phase) }

    private static let crashSteps: [(name: String, phase: ProvingPhase)] = [
        ("t1", .t1), ("t1-extension", .t1Extension), ("t2", .t2), ("t3", .t3), ("t4", .t4), ("t5", .t5),
        ("open", .open),
    ]

    /// As options and reports spell it: words joined by hyphens, `crash:` and its step.
    package var name: String {
        switch self {
        case .honest: "honest"
        case .late: "late"
        case .withholding: "withholding"
        case .wrongRoot: "wrong-root"
        case .copiedRoot: "copied-root"
        case .copiedProof: "copied-proof"
        case .garbage: "garbage"
        case .oversize: "oversize"
        case .censoring: "censoring"
        case .freeRider: "free-rider"
        case .crash(let phase): "crash:" + (Self.crashSteps.first { $0.phase == phase }?.name ?? "\(phase)")
        }
    }

    /// Nil when no strategy has this name. `silent` and `thief` are other words for `withholding` and `copied-proof`.
    package init?(name: String) {
        let synonyms = ["silent": "withholding", "thief": "copied-proof"]
        let known = synonyms[name] ?? name
        guard let match = Self.all.first(where: { $0.name == known }) else { return nil }
        self = match
    }

    /// What `--strategy` may be, in the order of `all`.
    package static var names: [String] { all.map(\.name) }

    /// Whether it looks at what others send before it acts.
    package var watchesOthers: Bool { self == .copiedRoot || self == .copiedProof }
}
