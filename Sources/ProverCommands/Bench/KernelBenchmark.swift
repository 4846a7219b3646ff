import CKernels
import ProofField
import STARKProver

/// Measures every kernel, at the best instruction set with one thread and with all, and at the portable one for the
/// ratio; and compares all results with the reference.
struct KernelBenchmark {
    struct Result {
        let name: String
        let unit: String
        let threads: Int
        let perSecond: Double
        let perCPUSecond: Double
        /// Against the portable C of the same run, both by CPU time.
        let ratioToPortable: Double
        /// Every instruction set gives what the Swift reference gives.
        let agrees: Bool
    }

    static let levels: [(level: Int32, name: String)] = [
        (Int32(CK_LEVEL_PORTABLE), "portable"), (Int32(CK_LEVEL_AVX2), "avx2"), (Int32(CK_LEVEL_AVX512), "avx512"),
    ].filter { $0.level <= ck_supported_level() }

    static var levelName: String { levels.last?.name ?? "portable" }

    let threads: [Int]
    let isQuick: Bool

    func run(progress: (String) -> Void) -> [Result] {
        let small = Kernel.all(isQuick: true)
        let measured = isQuick ? small : Kernel.all(isQuick: false)
        return zip(small, measured).flatMap { small, kernel in
            progress("measuring \(kernel.name)")
            return measure(kernel, small: small)
        }
    }

    /// All instruction sets are compared, and the portable one is measured, on the small work: it takes its time.
    private func measure(_ kernel: Kernel, small: Kernel) -> [Result] {
        let single = WorkPool(threads: 1)
        var agrees = true
        var portable = 0.0
        var expected: [[Felt]] = []
        for (level, _) in Self.levels {
            _ = ck_set_level(level)
            let time = ProcessTime.least(of: 3) { small.run(single) }
            if level == Int32(CK_LEVEL_PORTABLE) { portable = time.cpuSeconds / Double(small.count) }
            let rows = Self.sample(small.output)
            if expected.isEmpty { expected = rows }
            agrees = agrees && small.agreesWithReference() && rows == expected
        }
        var results: [[[Felt]]] = []
        return threads.map { count in
            let pool = WorkPool(threads: count)
            let time = ProcessTime.least(of: isQuick ? 1 : 3) { kernel.run(pool) }
            results.append(Self.sample(kernel.output))
            agrees = agrees && kernel.agreesWithReference() && results.last == results.first
            let perUnit = max(time.cpuSeconds, 1e-9) / Double(kernel.count)
            return Result(
                name: kernel.name, unit: kernel.unit, threads: count,
                perSecond: Double(kernel.count) / max(time.seconds, 1e-9), perCPUSecond: 1 / perUnit,
                ratioToPortable: portable / perUnit, agrees: agrees)
        }
    }

    /// Up to 4,096 rows spread over the matrix.
    private static func sample(_ matrix: FeltMatrix) -> [[Felt]] {
        stride(from: 0, to: matrix.rows, by: max(1, matrix.rows / 4096)).map { matrix.row($0) }
    }
}
