import ByteCodec
import ChainTypes
package import SystemState

/// Measures the signals of a window over the jobs in the state.
struct MarketMeasuring {
    private let state: SystemState
    /// Heights whose events count.
    private let range: ClosedRange<UInt64>
    private let window: UInt64
    /// Blocks of the window about which everything is known.
    private let covered: UInt64
    /// Those that prove operations; the proofs over a block's sub-blocks are not among them.
    private let jobs: [Job]
    /// Jobs whose first valid full proof was included in the window.
    private let proven: [Job]
    /// Selected jobs that are not proven and go on.
    private let outstanding: UInt64

    init(state: SystemState, range: ClosedRange<UInt64>, window: UInt64, covered: UInt64) {
        self.state = state
        self.range = range
        self.window = window
        self.covered = covered
        jobs = state.jobs.values.filter { !$0.isAggregation }
        proven = jobs.filter { job in job.provenAt.map { range.contains($0) } ?? false }
        outstanding = UInt64(jobs.count { $0.provenAt == nil && $0.outcome == nil && $0.selectedAt != nil })
    }

    func measure(_ signal: MarketSignal) -> MeasuredSignal {
        switch signal {
        case .queueDepth:
            MeasuredSignal(signal: signal, value: .count(state.queueDepth), samples: 1, confidence: 100)
        case .commitNoRevealRate: commitNoReveal
        case .invalidProofRate: invalidProofs
        case .reassignmentCount: reassignments
        case .aggregationDelay: aggregationDelay
        case .verifiedToExecutedLag: verifiedToExecuted
        case .selectionShortfall: shortfall
        case .shardSize: spread(signal, selectedJobs.flatMap(\.plan).map { UInt64($0.weight) })
        case .instancesPerJob: spread(signal, selectedJobs.map { UInt64($0.plan.count) })
        case .retryRate: retries
        case .proofLatency:
            spread(signal, proven.compactMap(\.blocksToProof), pending: outstanding)
        case .winnerConcentration, .nakamotoCoefficient: concentration(signal)
        }
    }

    // MARK: - Confidence

    /// min(samples, 30) / 30 · covered blocks / window · samples / (samples + pending), in percent, rounded down.
    private func confidence(_ samples: UInt64, pending: UInt64) -> UInt8 {
        guard samples > 0 else { return 0 }
        let numerator =
            100 * UInt128(min(samples, MarketReport.enoughSamples)) * UInt128(min(covered, window)) * UInt128(samples)
        let denominator = UInt128(MarketReport.enoughSamples) * UInt128(window) * UInt128(samples &+ pending)
        return UInt8(clamping: numerator / max(denominator, 1))
    }

    private func measured(
        _ signal: MarketSignal, _ value: SignalValue?, samples: UInt64, pending: UInt64 = 0
    ) -> MeasuredSignal {
        MeasuredSignal(
            signal: signal, value: value, samples: samples,
            confidence: value == nil ? 0 : confidence(samples, pending: pending))
    }

    private func spread(_ signal: MarketSignal, _ values: [UInt64], pending: UInt64 = 0) -> MeasuredSignal {
        measured(signal, SignalValue(percentilesOf: values), samples: UInt64(values.count), pending: pending)
    }

    // MARK: - Signals

    private var selectedJobs: [Job] { jobs.filter { job in job.selectedAt.map { range.contains($0) } ?? false } }

    private var commitNoReveal: MeasuredSignal {
        var (silent, owing): (UInt64, UInt64) = (0, 0)
        for job in jobs {
            // T3 opens where T2 ends; a full proof that ends T2 early leaves nobody in default.
            guard let end = job.window(of: .t3)?.openedAt, range.contains(end), !job.commitGap else { continue }
            for prover in job.selected
            where job.commitment(of: prover.owner) != nil && !job.owed(by: prover.owner).isEmpty {
                owing += 1
                if job.submission(of: prover.owner) == nil { silent += 1 }
            }
        }
        return measured(.commitNoRevealRate, SignalValue(share: silent, of: owing), samples: owing)
    }

    private var invalidProofs: MeasuredSignal {
        var (invalid, judged): (UInt64, UInt64) = (0, 0)
        for job in jobs {
            let valid =
                job.commitments.map(\.inclusion) + job.submissions.map(\.inclusion) + job.fullProofs.map(\.inclusion)
            judged += UInt64((valid + job.invalid).count { range.contains($0.height) })
            invalid += UInt64(job.invalid.count { range.contains($0.height) })
        }
        return measured(.invalidProofRate, SignalValue(share: invalid, of: judged), samples: judged)
    }

    private var reassignments: MeasuredSignal {
        var (instances, ended): (UInt64, UInt64) = (0, 0)
        for job in jobs {
            guard let end = job.endOfT1, range.contains(end) else { continue }
            ended += 1
            instances += UInt64(job.reassignmentCount)
        }
        return measured(.reassignmentCount, ended > 0 ? .count(instances) : nil, samples: ended)
    }

    private var aggregationDelay: MeasuredSignal {
        let waiting = jobs.count { $0.partialsComplete && $0.provenAt == nil && $0.outcome == nil }
        let delays = proven.compactMap { job -> UInt64? in
            guard let complete = job.height(of: .partialsComplete), let proven = job.provenAt, proven >= complete else {
                return nil
            }
            return proven - complete
        }
        return spread(.aggregationDelay, delays, pending: UInt64(waiting))
    }

    /// A proof counts for those who wait once nothing below it is unproven.
    private var verifiedToExecuted: MeasuredSignal {
        let all = jobs.filter { $0.provenAt != nil }.sorted { $0.statement.firstHeight < $1.statement.firstHeight }
        var (next, latest): (Int, UInt64) = (0, 0)
        var (lags, pending): ([UInt64], UInt64) = ([], 0)
        for job in proven.sorted(by: { $0.statement.lastHeight < $1.statement.lastHeight }) {
            while next < all.count, all[next].statement.firstHeight <= job.statement.lastHeight {
                latest = max(latest, all[next].provenAt ?? 0)
                next += 1
            }
            if state.provenHeight >= job.statement.lastHeight, let proven = job.provenAt {
                lags.append(latest - min(latest, proven))
            } else {
                pending += 1
            }
        }
        return spread(.verifiedToExecutedLag, lags, pending: pending)
    }

    private var shortfall: MeasuredSignal {
        var (missing, wanted): (UInt64, UInt64) = (0, 0)
        let selected = selectedJobs
        for job in selected {
            // What a registry without end would have given.
            let most = Selection.count(available: .max, instances: job.plan.count, parameters: state.parameters)
            wanted += UInt64(most)
            missing += UInt64(most - min(most, job.selected.count))
        }
        return measured(
            .selectionShortfall, SignalValue(share: missing, of: wanted), samples: UInt64(selected.count))
    }

    private var retries: MeasuredSignal {
        let closed = jobs.filter { job in job.closedAt.map { range.contains($0) } ?? false }
        let failed = closed.count { $0.outcome == .retried }
        return measured(
            .retryRate, SignalValue(share: UInt64(failed), of: UInt64(closed.count)), samples: UInt64(closed.count))
    }

    private func concentration(_ signal: MarketSignal) -> MeasuredSignal {
        var wins: [Address: UInt64] = [:]
        for job in proven { if let owner = job.fullProofs.first?.owner { wins[owner, default: 0] += 1 } }
        let counts = wins.values.sorted(by: >)
        let total = counts.reduce(0, +)
        guard total > 0 else { return measured(signal, nil, samples: 0) }
        if signal == .winnerConcentration {
            let squares = counts.reduce(UInt128(0)) { $0 + UInt128($1) * UInt128($1) }
            let points = squares * 10_000 / (UInt128(total) * UInt128(total))
            return measured(signal, .count(UInt64(clamping: points)), samples: total)
        }
        var (held, provers): (UInt64, UInt64) = (0, 0)
        for count in counts where 2 * held <= total {
            held += count
            provers += 1
        }
        return measured(signal, .count(provers), samples: total)
    }
}

extension Job {
    /// Blocks from the last block that the job proves to its first valid full proof.
    package var blocksToProof: UInt64? { provenAt.map { $0 - min($0, statement.lastHeight) } }

    /// The height at which a state was first reached.
    package func height(of state: JobState) -> UInt64? { history.first { $0.state == state }?.height }

    /// The block at whose end T1 was over, extension aside.
    fileprivate var endOfT1: UInt64? {
        height(of: .reassigned) ?? height(of: .proofCommitted) ?? height(of: .commitGap)
    }
}
