import CommandShell
import JSONRPC
import Simulation

/// What a run of the simulator ends with: how much was done, how fast, and which rare events were met.
struct RunReport {
    /// Named counts; the first is what the rate is about.
    var counts: [(name: String, count: UInt64)]
    var seed: UInt64
    var marks: Marks
    var seconds: Double

    private var rate: UInt64 { UInt64(Double(counts.first?.count ?? 0) / max(seconds, 0.001)) }

    func write(json: Bool, unit: String) {
        let console = Console.current
        guard !json else {
            return console.json(
                .object(
                    counts.map { JSONMember($0.name, JSONValue($0.count)) } + [
                        JSONMember("seed", JSONValue(seed)), JSONMember("build", .string(BuildCommit.name)),
                        JSONMember("milliseconds", JSONValue(UInt64(seconds * 1_000))),
                        JSONMember("failures", JSONValue(UInt64(0))),
                        JSONMember("marks", marks.json),
                    ]))
        }
        for mark in marks.sorted { console.line("  \(mark.name): \(mark.count)") }
        console.line(
            counts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
                + " from seed \(seed), no failure; \(rate) \(unit) a second, build \(BuildCommit.name)")
    }
}

extension Marks {
    /// Counts by name.
    var json: JSONValue { .object(sorted.map { JSONMember($0.name, JSONValue($0.count)) }) }
}
