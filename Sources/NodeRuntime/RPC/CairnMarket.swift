import ChainTypes
import JSONRPC
import ProvingRules
import Replica
import Storage
import SystemState

extension NodeRPC {
    /// Blocks of the longest window of cairn_market.
    private static let maxWindow: UInt64 = 100_000

    /// cairn_: how the proving market does.
    static let cairnMarket: [String: Method] = [
        "cairn_market": { rpc, params, _ in try await rpc.market(params[0]) }
    ]

    private func market(_ argument: RPCArgument) async throws -> JSONValue {
        let window =
            try argument.ifPresent?.member("window").ifPresent?.count() ?? MarketReport.defaultWindow
        guard (1...Self.maxWindow).contains(window) else {
            throw RPCError.invalidParams("window: expected 1 to \(Self.maxWindow) blocks")
        }
        let (report, system) = await host.read { replica in
            (MarketReport.measure(replica.ledger.system, window: window), replica.ledger.system)
        }
        let latency = try ProofTimes(jobs: system.jobs.values, since: report.coveredFrom, times: times, store: store)
        return MarketJSON.report(report, latency: latency)
    }
}

/// Milliseconds from the last block that a job proves to the block with its first valid full proof, by the blocks'
/// timestamps.
struct ProofTimes {
    let percentiles: SignalValue?

    init(jobs: [Job], since height: UInt64, times: BlockTimes, store: Store) throws(StorageFault) {
        let proven = jobs.compactMap { job -> (last: UInt64, proven: UInt64)? in
            guard let proven = job.provenAt, proven >= height else { return nil }
            return (job.statement.lastHeight, proven)
        }
        let found = try times.times(of: proven.flatMap { [$0.last, $0.proven] }, in: store)
        percentiles = SignalValue(
            percentilesOf: proven.compactMap { place in
                guard let start = found[place.last], let end = found[place.proven] else { return nil }
                return end - min(end, start)
            })
    }
}

/// A market report as JSON.
enum MarketJSON {
    static func report(_ report: MarketReport, latency: ProofTimes) -> JSONValue {
        [
            "height": JSONValue(report.to),
            "window": [
                "blocks": JSONValue(report.window), "from": JSONValue(report.from), "to": JSONValue(report.to),
                "coveredFrom": JSONValue(report.coveredFrom),
            ],
            "signals": .object(
                report.signals.flatMap { measured in
                    let member = JSONMember(measured.signal.rawValue, signal(measured, measured.value))
                    guard measured.signal == .proofLatency else { return [member] }
                    let time = signal(measured, latency.percentiles, unit: "milliseconds")
                    return [member, JSONMember("proofLatencyTime", time)]
                }),
        ]
    }

    private static func signal(_ measured: MeasuredSignal, _ value: SignalValue?, unit: String? = nil) -> JSONValue {
        let frame: JSONValue = [
            "unit": .string(unit ?? measured.signal.unit), "samples": JSONValue(measured.samples),
            "confidence": value == nil ? 0 : hundredths(measured.confidence),
        ]
        return self.value(value).merging(frame)
    }

    private static func hundredths(_ percent: UInt8) -> JSONValue {
        percent % 100 == 0 ? .integer(Int64(percent / 100)) : .number(Double(percent) / 100)
    }

    private static func value(_ value: SignalValue?) -> JSONValue {
        switch value {
        case nil: ["value": .null]
        case .count(let count): ["value": JSONValue(count)]
        case .ratio(let part, let whole):
            [
                "value": part % whole == 0
                    ? .integer(Int64(clamping: part / whole)) : .number(Double(part) / Double(whole)),
                "numerator": JSONValue(part), "denominator": JSONValue(whole),
            ]
        case .percentiles(let p50, let p95, let p99):
            ["value": JSONValue(p50), "p50": JSONValue(p50), "p95": JSONValue(p95), "p99": JSONValue(p99)]
        }
    }
}
