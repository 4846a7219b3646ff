import ArgumentParser
import CommandShell
import Glibc
import STARKCore

/// Measures the prover on this machine.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure kernels, whole proofs and a block's job on this machine.",
        discussion: """
            Examples: cairn-prover bench
                      cairn-prover bench proofs --rows 16 --circuit permutation --blowup 2 --queries 100 --pow 16 --arity 2
                      cairn-prover bench --quick --json
            Every kernel is compared with its reference first; the exit status is 1 when one differs. Times are of the \
            CPU and on the wall: on a machine with other work, compare the first, and ratios of one run. With --blowup, \
            --queries, --pow or --arity the parameters are for tests only, and the output says so. The fields of --json \
            are in Docs/Spec/Benchmarks.md.
            """)

    enum Part: String, ExpressibleByArgument, CaseIterable { case kernels, proofs, job }

    @Argument(help: "What to measure: kernels, proofs, job. All when not given.")
    var parts: [Part] = []

    @Option(help: "log2 of the rows of whole proofs, with commas.")
    var rows: String?

    @Option(help: "treeHash, or permutation: one permutation a row, 164 columns, as other provers publish it.")
    var circuit: String = ProofBenchmark.Shape.treeHash.rawValue

    @Option(help: "Threads; one and all cores when not given.")
    var threads: Int?

    @Option(help: "Inverse of the rate, 2 or 4 (test parameters).")
    var blowup: Int?

    @Option(help: "Queries (test parameters).")
    var queries: Int?

    @Option(help: "Bits of work before the queries; 0 for steady comparisons (test parameters).")
    var pow: Int?

    @Option(help: "Arity of the folds: 2, 4 or 8 (test parameters).")
    var arity: Int?

    @Flag(help: "Small sizes, one run each: what continuous integration compares kernels with.")
    var quick = false

    @Flag(help: "Write JSON; errors go to standard error as a JSON object.")
    var json = false

    func run() throws {
        let parameters = try parameters()
        guard let shape = ProofBenchmark.Shape(rawValue: circuit) else {
            throw CommandFailure.usage("--circuit: expected treeHash or permutation")
        }
        let heights = try heights(parameters)
        let threads = try threadCounts()
        let chosen = parts.isEmpty ? Part.allCases : parts
        let console = Console.current
        var report = BenchReport(parameters: parameters, cores: Self.cores)
        if chosen.contains(.kernels) {
            report.kernels = KernelBenchmark(threads: threads, isQuick: quick).run { console.progress($0) }
        }
        if chosen.contains(.proofs) {
            let benchmark = ProofBenchmark(shape: shape, parameters: parameters, runs: quick ? 0 : 2)
            for logHeight in heights {
                for count in threads {
                    console.progress("proving 2^\(logHeight) rows of \(shape.rawValue) with \(count) threads")
                    report.proofs.append(try benchmark.run(logHeight: logHeight, threads: count))
                }
            }
        }
        if chosen.contains(.job) {
            console.progress("proving a block's job")
            report.job = try JobBenchmark(parameters: parameters, threads: threads.last ?? 1).run()
        }
        console.endProgress()
        if json { console.json(report.json) } else { console.line(report.text) }
        if let wrong = report.kernels.first(where: { !$0.agrees }) {
            throw CommandFailure(.internalFault, "the kernel \(wrong.name) differs from its reference")
        }
    }

    private func parameters() throws -> ProofParameters {
        let standard = ProofParameters.profileA
        guard blowup != nil || queries != nil || pow != nil || arity != nil else { return standard }
        let (blowup, arity) = (blowup ?? standard.blowup, arity ?? 1 << standard.foldLog)
        guard [2, 4].contains(blowup) else { throw CommandFailure.usage("--blowup: expected 2 or 4") }
        guard [2, 4, 8].contains(arity) else { throw CommandFailure.usage("--arity: expected 2, 4 or 8") }
        let parameters = ProofParameters.benchmark(
            blowupLog: blowup.trailingZeroBitCount, queryCount: queries ?? standard.queryCount,
            queryGrindingBits: pow ?? standard.queryGrindingBits, foldLog: arity.trailingZeroBitCount)
        guard let parameters else {
            throw CommandFailure.usage("--queries: expected 1 to 1024; --pow: expected 0 to 24")
        }
        return parameters
    }

    private func heights(_ parameters: ProofParameters) throws -> [Int] {
        guard let rows else { return quick ? [8] : [11, 14, 16] }
        let heights = rows.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        let allowed = parameters.logHeights.map(String.init).joined(separator: ", ")
        return try heights.map { height in
            guard let height, parameters.logHeights.contains(height) else {
                throw CommandFailure.usage("--rows: expected some of \(allowed), with commas")
            }
            return height
        }
    }

    private func threadCounts() throws -> [Int] {
        guard let threads else { return Self.cores == 1 ? [1] : [1, Self.cores] }
        guard (1...1024).contains(threads) else { throw CommandFailure.usage("--threads: expected 1 to 1024") }
        return [threads]
    }

    private static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
