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
        Kernel.all(isQuick: isQuick).flatMap { kernel in
            progress("measuring \(kernel.name)")
            return measure(kernel)
        }
    }

    private func measure(_ kernel: Kernel) -> [Result] {
        let runs = isQuick ? 1 : 3
        let single = WorkPool(threads: 1)
        var agrees = true
        var portable: Double?
        var expected: [[Felt]] = []
        for (level, _) in Self.levels {
            _ = ck_set_level(level)
            let time = ProcessTime.least(of: level == Int32(CK_LEVEL_PORTABLE) ? 1 : runs) { kernel.run(single) }
            if portable == nil { portable = time.cpuSeconds }
            agrees = agrees && kernel.agreesWithReference()
            let rows = Self.sample(kernel.output)
            if expected.isEmpty { expected = rows }
            agrees = agrees && rows == expected
        }
        return threads.map { count in
            let pool = WorkPool(threads: count)
            let time = ProcessTime.least(of: runs) { kernel.run(pool) }
            agrees = agrees && Self.sample(kernel.output) == expected
            let perCPU = Double(kernel.count) / max(time.cpuSeconds, 1e-9)
            return Result(
                name: kernel.name, unit: kernel.unit, threads: count,
                perSecond: Double(kernel.count) / max(time.seconds, 1e-9), perCPUSecond: perCPU,
                ratioToPortable: (portable ?? 0) / max(time.cpuSeconds, 1e-9), agrees: agrees)
        }
    }

    /// Up to 4,096 rows spread over the matrix.
    private static func sample(_ matrix: FeltMatrix) -> [[Felt]] {
        stride(from: 0, to: matrix.rows, by: max(1, matrix.rows / 4096)).map { matrix.row($0) }
    }
}
