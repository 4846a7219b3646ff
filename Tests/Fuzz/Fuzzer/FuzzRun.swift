import FoundationEssentials
import FuzzTargets
import Glibc

/// All targets one after another, each in a process of its own with an equal share of the time, and first the canary,
/// which must fail: else nothing here would be found.
struct FuzzRun {
    let seconds: Int
    /// Holds a corpus for each target, which grows from run to run, and the findings.
    let folder: String

    /// The number of targets with a finding, or with a canary that lives.
    func run() throws -> Int32 {
        var failures: Int32 = 0
        let canary = try run(.canary, seconds: 60)
        print("canary \(canary == 0 ? "NOT FOUND" : "found, as it must be")")
        if canary == 0 { failures += 1 }
        let targets = FuzzTarget.allCases.filter { $0 != .canary }
        for target in targets {
            let share = max(1, seconds / targets.count)
            print("== \(target.rawValue), \(share) s")
            unsafe fflush(nil)
            if try run(target, seconds: share) != 0 {
                failures += 1
                print("\(target.rawValue): A FINDING; its input is in \(folder)/findings")
            }
        }
        print(failures == 0 ? "no findings" : "\(failures) targets with findings")
        return failures
    }

    /// The exit status of libFuzzer on the target.
    private func run(_ target: FuzzTarget, seconds: Int) throws -> Int32 {
        let (corpus, findings) = ("\(folder)/corpus/\(target.rawValue)", "\(folder)/findings")
        for path in [corpus, findings] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        for (number, seed) in target.seeds.enumerated() {
            try Data(seed).write(to: URL(filePath: "\(corpus)/seed-\(number)"))
        }
        // One byte away: what is left to find must be found in any minute.
        if target == .canary { try Data("cb".utf8).write(to: URL(filePath: "\(corpus)/seed-0")) }
        return spawn([
            "/proc/self/exe", target.rawValue, corpus, "-max_total_time=\(seconds)", "-print_final_stats=1",
            "-verbosity=0", "-timeout=20", "-rss_limit_mb=3072", "-artifact_prefix=\(findings)/\(target.rawValue)-",
        ])
    }

    private func spawn(_ arguments: [String]) -> Int32 {
        let list = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { for word in unsafe list { unsafe free(word) } }
        // Swift's own report of a crash would wait for a debugger that nobody runs.
        unsafe setenv("SWIFT_BACKTRACE", "enable=no", 1)
        unsafe setenv("ASAN_OPTIONS", "detect_leaks=0", 0)
        var process: pid_t = 0
        guard unsafe posix_spawn(&process, arguments[0], nil, nil, list, environ) == 0 else { return 127 }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status
    }
}
