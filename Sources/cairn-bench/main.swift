import Foundation

// Prints every number with its ratio to a baseline measured in the same run: absolute times on shared machines drift.
var arguments = Array(CommandLine.arguments.dropFirst())
if arguments.contains("--help") || arguments.contains("-h") {
    print(
        """
        Measures Cairn on this machine.

        USAGE: cairn-bench [execution] [network] [start] [overload] [sync] [--blocks N] [--json]

          execution   transfers committed to disk per second, from their bytes on, against the rate of signature recovery
          network     the same with four validators on this machine, over TLS
          start       seconds until a node with N blocks on its disk can go on (2000 unless --blocks says otherwise)
          sync        transfers per second of a new node that fetches blocks of 1,000 from a peer, against their execution
          overload    the interval of blocks under ten times the load that they can hold, against an idle chain's

        What is the prover's alone: cairn-prover bench.
        All without arguments. Data is written below TMPDIR. EXAMPLE: cairn-bench start --blocks 100000 --json
        """)
    exit(0)
}
func refuse(_ reason: String) -> Never {
    FileHandle.standardError.write(Data("cairn-bench: \(reason); see cairn-bench --help\n".utf8))
    exit(2)
}
var blocks = 2_000
if let place = arguments.firstIndex(of: "--blocks") {
    guard place + 1 < arguments.count, let number = Int(arguments[place + 1]), number > 0 else {
        refuse("--blocks takes a number above zero")
    }
    blocks = number
    arguments.removeSubrange(place...place + 1)
}
let known: Set = ["execution", "network", "start", "overload", "sync"]
let parts = Set(arguments).subtracting(["--json"])
if let unknown = parts.subtracting(known).sorted().first { refuse("unknown argument \(unknown)") }
let report = Report(asJSON: arguments.contains("--json"))
report.line("machine", ["cores": Double(ProcessInfo.processInfo.activeProcessorCount)])
do {
    if parts.isEmpty || parts.contains("execution") { try await ExecutionBenchmark().run(report) }
    if parts.isEmpty || parts.contains("network") { try await NetworkBenchmark().run(report) }
    if parts.isEmpty || parts.contains("start") { try await StartBenchmark(blocks: blocks).run(report) }
    if parts.isEmpty || parts.contains("sync") { try await SyncBenchmark().run(report) }
    if parts.isEmpty || parts.contains("overload") { try await OverloadBenchmark().run(report) }
} catch {
    FileHandle.standardError.write(Data("cairn-bench: \(error)\n".utf8))
    exit(1)
}
