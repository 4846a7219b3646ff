package import ByteCodec
package import ChainTypes
package import SystemState

/// Who proves a job, and what of it: recomputable by anyone from public data, and explained on request.
package enum Assignment {
    /// The provers of a job whose seed is set, in order of selection: for a further attempt with the same set those of
    /// it that are free, if they are at least half and enough; else a new draw, without those excluded as long as
    /// there are enough others. May be fewer than `minSelected`; for an aggregation those who may aggregate.
    package static func choose(for job: Job, state: SystemState, at height: UInt64) -> [Address] {
        choose(for: job, among: Selection.candidates(state, at: height), parameters: state.parameters)
    }

    /// The same, among `all` who may be selected, by rising owner.
    package static func choose(
        for job: Job, among all: [Selection.Candidate], parameters: ProvingParameters
    ) -> [Address] {
        let minimum = Int(parameters.minSelected)
        let same = job.preferred.filter { owner in all.contains { $0.owner == owner } }
        if !same.isEmpty, same.count >= minimum, 2 * same.count >= job.preferred.count { return same }
        let others = all.filter { !job.excluded.contains($0.owner) }
        let drawn = draw(for: job, from: others, parameters: parameters)
        if drawn.count >= minimum || job.excluded.isEmpty { return drawn }
        return draw(for: job, from: all, parameters: parameters)
    }

    private static func draw(
        for job: Job, from candidates: [Selection.Candidate], parameters: ProvingParameters
    ) -> [Address] {
        let count = wanted(for: job, of: candidates.count, parameters: parameters)
        var stream = SeedStream(seed: job.seed, purpose: Selection.Purpose.draw)
        return Selection.draw(count, from: candidates, stream: &stream)
    }

    /// How many provers the job wants of those available.
    private static func wanted(for job: Job, of available: Int, parameters: ProvingParameters) -> Int {
        job.isAggregation
            ? Selection.aggregators(available: available, parameters: parameters)
            : Selection.count(available: available, instances: job.plan.count, parameters: parameters)
    }

    /// By selection rank, the instances dealt, rising.
    package static func deal(seed: Bytes32, job: Job, provers: Int, parameters: ProvingParameters) -> [[UInt32]] {
        hands(seed: seed, job: job, provers: provers, parameters: parameters).map { $0.map(\.instance) }
    }

    private static func hands(
        seed: Bytes32, job: Job, provers: Int, parameters: ProvingParameters
    ) -> [[Dealing.Card]] {
        var stream = SeedStream(seed: seed, purpose: Selection.Purpose.deal)
        return Dealing.hands(
            instances: Array(0..<UInt32(job.plan.count)), provers: provers, redundancy: Int(parameters.redundancy),
            stream: &stream)
    }

    // MARK: - Explanation

    /// Why a prover was or was not selected for a job.
    package struct Explanation: Hashable, Sendable {
        /// What decided.
        package enum Reason: Hashable, Sendable {
            case notRegistered
            /// It was not to be had.
            case unavailable(Standing)
            /// It committed, in an earlier attempt, a root that nobody proved.
            case excluded
            /// It was a candidate, and the draw took others.
            case notDrawn(weight: UInt64, totalWeight: UInt64)
            case selected(rank: Int, instances: [UInt32])
        }
        /// What decided about this prover.
        package var reason: Reason
        /// Seed of the draw (`SelectionSeed.of`).
        package var seed: Bytes32
        /// Provers that could be drawn.
        package var candidates: Int
        /// Sum of the candidates' weights.
        package var totalWeight: UInt64
        /// The prover's weight, had it been available; nil when it was not registered.
        package var weight: UInt64?
        /// How many were to be selected.
        package var wanted: Int
        /// The set of an earlier attempt was taken again, without a draw.
        package var isSameSet: Bool
        /// What the prover was dealt; empty unless it was selected.
        package var hand: [Dealing.Card]
        /// Whether the job, as the state has it, is what the recomputation gives.
        package var agrees: Bool
    }

    /// Recomputes a job's selection and dealing.
    ///
    /// - Parameters:
    ///   - job: the job as selected; for a further attempt with its `preferred` and `excluded`.
    ///   - roster: the registry as the selection found it.
    ///   - mix: the RANDAO mix of the block in which the selection ran.
    package static func explain(
        _ owner: Address, job: Job, roster: SelectionRoster, parameters: ProvingParameters, mix: Bytes32
    ) -> Explanation {
        var drawn = job
        drawn.seed = SelectionSeed.of(
            chainId: job.statement.chainId, firstHeight: job.statement.firstHeight, subBlock: job.statement.subBlock,
            attempt: job.statement.attempt, mix: mix)
        let candidates = roster.candidates
        let owners = choose(for: drawn, among: candidates, parameters: parameters)
        let hands = hands(seed: drawn.seed, job: job, provers: owners.count, parameters: parameters)
        let entry = roster.entry(of: owner)
        let totalWeight = candidates.reduce(UInt64(0)) { $0 &+ $1.weight }
        let rank = owners.firstIndex(of: owner)
        let reason: Explanation.Reason
        if let rank {
            reason = .selected(rank: rank, instances: hands[rank].map(\.instance))
        } else if let entry {
            if entry.standing != .available {
                reason = .unavailable(entry.standing)
            } else if job.excluded.contains(owner) {
                reason = .excluded
            } else {
                reason = .notDrawn(weight: entry.weight, totalWeight: totalWeight)
            }
        } else {
            reason = .notRegistered
        }
        return Explanation(
            reason: reason, seed: drawn.seed, candidates: candidates.count, totalWeight: totalWeight,
            weight: entry?.weight, wanted: wanted(for: job, of: candidates.count, parameters: parameters),
            isSameSet: !job.preferred.isEmpty && owners.allSatisfy { job.preferred.contains($0) },
            hand: rank.map { hands[$0] } ?? [],
            agrees: job.seed == drawn.seed && job.selected.map(\.owner) == owners
                && job.selected.map(\.instances) == hands.map { $0.map(\.instance) })
    }

    /// The same from a state: that before block `job.selectedAt`, with what was due in it.
    package static func explain(_ owner: Address, job: Job, state: SystemState, mix: Bytes32) -> Explanation {
        explain(
            owner, job: job, roster: SelectionRoster(state, at: job.selectedAt ?? state.height),
            parameters: state.parameters, mix: mix)
    }
}
