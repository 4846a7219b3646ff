import ChainTypes
package import SystemState

/// The signals of the proving market, by the names under which clients get them (`Docs/Spec/Market.md`).
package enum MarketSignal: String, Hashable, Sendable, CaseIterable {
    case queueDepth
    case commitNoRevealRate
    case invalidProofRate
    case reassignmentCount
    case aggregationDelay
    case verifiedToExecutedLag
    case selectionShortfall
    case shardSize
    case instancesPerJob
    case retryRate
    case proofLatency
    case winnerConcentration
    case nakamotoCoefficient

    /// What the value counts.
    package var unit: String {
        switch self {
        case .queueDepth, .aggregationDelay, .verifiedToExecutedLag, .proofLatency: "blocks"
        case .commitNoRevealRate, .invalidProofRate, .selectionShortfall, .retryRate: "ratio"
        case .reassignmentCount, .instancesPerJob: "instances"
        case .shardSize: "weight"
        case .winnerConcentration: "points"
        case .nakamotoCoefficient: "provers"
        }
    }
}

/// The value of a signal, in integers, so that every node has the same.
package enum SignalValue: Hashable, Sendable {
    case count(UInt64)
    /// The denominator is above zero.
    case ratio(UInt64, of: UInt64)
    /// Nearest-rank percentiles.
    case percentiles(p50: UInt64, p95: UInt64, p99: UInt64)

    /// Nil for no values: what is not known is not zero.
    package init?(percentilesOf values: [UInt64]) {
        let sorted = values.sorted()
        guard let last = sorted.last else { return nil }
        func rank(_ percent: Int) -> UInt64 {
            let place = (percent * sorted.count + 99) / 100
            return sorted.indices.contains(place - 1) ? sorted[place - 1] : last
        }
        self = .percentiles(p50: rank(50), p95: rank(95), p99: rank(99))
    }

    /// Nil without anything to take a share of.
    init?(share numerator: UInt64, of denominator: UInt64) {
        guard denominator > 0 else { return nil }
        self = .ratio(numerator, of: denominator)
    }
}

/// One signal as measured; `value` is nil where nothing was there to measure.
package struct MeasuredSignal: Hashable, Sendable {
    /// Which signal.
    package var signal: MarketSignal
    /// In the signal's unit.
    package var value: SignalValue?
    /// What the value rests on: jobs, transactions or instances (`Docs/Spec/Market.md`).
    package var samples: UInt64
    /// Percent: 0 without a value, 100 with enough samples from the whole window and none outstanding.
    package var confidence: UInt8
}

/// How the proving market did in a window of blocks, from nothing but the jobs in the state. It decides nothing.
package struct MarketReport: Hashable, Sendable {
    /// Samples from which on their number does not lower the confidence.
    package static let enoughSamples: UInt64 = 30
    /// Blocks, when a client names no window.
    package static let defaultWindow: UInt64 = 1_000

    /// Blocks asked for.
    package var window: UInt64
    /// First height of the window.
    package var from: UInt64
    /// Last height of the window: that of the state.
    package var to: UInt64
    /// From here on no job that ended is missing: earlier ones may be pruned.
    package var coveredFrom: UInt64
    /// In the order of `MarketSignal.allCases`.
    package var signals: [MeasuredSignal]

    /// Nil only when the report was made without this signal.
    package subscript(signal: MarketSignal) -> MeasuredSignal? { signals.first { $0.signal == signal } }

    /// The last `window` blocks, at least one.
    package static func measure(_ state: SystemState, window: UInt64 = defaultWindow) -> MarketReport {
        let window = max(window, 1)
        let to = state.height
        let from = to < window ? 1 : to - window + 1
        let retained = to > state.parameters.jobRetention ? to - state.parameters.jobRetention : 1
        let coveredFrom = max(from, retained)
        let measuring = MarketMeasuring(
            state: state, range: coveredFrom...max(to, coveredFrom), window: window,
            covered: to < coveredFrom ? 0 : to - coveredFrom + 1)
        return MarketReport(
            window: window, from: from, to: to, coveredFrom: coveredFrom,
            signals: MarketSignal.allCases.map(measuring.measure))
    }
}

extension SystemState {
    /// Blocks with operations that wait for provers: wholly or in part in no job, or in a further attempt that has
    /// none yet.
    package var queueDepth: UInt64 {
        UInt64(
            unproven.values.count { block in
                let covering = block.split?.parts.compactMap(\.job) ?? [block.job].compactMap { $0 }
                return block.isWaiting || covering.contains { jobs[$0]?.phase == .queued }
            })
    }
}
