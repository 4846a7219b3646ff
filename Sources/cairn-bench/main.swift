import Foundation

// Prints every number with its ratio to a baseline measured in the same run: absolute times on shared machines drift.
let arguments = Set(CommandLine.arguments.dropFirst())
if arguments.contains("--help") || arguments.contains("-h") {
    print(
        """
        Measures Cairn on this machine.

        USAGE: cairn-bench [execution] [proving] [--json]

          execution   transfers committed to disk per second, from their bytes on, against the rate of signature recovery
          proving     a job's proofs by stage: time, size, verification, against the rate of Poseidon2 permutations

        Both without arguments. EXAMPLE: cairn-bench proving --json
        """)
    exit(0)
}
if let unknown = arguments.subtracting(["execution", "proving", "--json"]).sorted().first {
    FileHandle.standardError.write(Data("cairn-bench: unknown argument \(unknown); see cairn-bench --help\n".utf8))
    exit(2)
}
let parts = arguments.intersection(["execution", "proving"])
let report = Report(asJSON: arguments.contains("--json"))
report.line("machine", ["cores": Double(ProcessInfo.processInfo.activeProcessorCount)])
do {
    if parts.isEmpty || parts.contains("execution") { try await ExecutionBenchmark().run(report) }
    if parts.isEmpty || parts.contains("proving") { try ProvingBenchmark().run(report) }
} catch {
    FileHandle.standardError.write(Data("cairn-bench: \(error)\n".utf8))
    exit(1)
}
