import Foundation
import FuzzTargets
import Testing

/// The fuzz targets on what they begin with and on everything they ever found, kept in `Tests/Fuzz/Regressions/TARGET`.
/// A target that fails ends the process.
struct RegressionTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz/Regressions")

    @Test(arguments: FuzzTarget.allCases.filter { $0 != .canary })
    func seedsAndFindings(_ target: FuzzTarget) throws {
        let folder = Self.folder.appending(path: target.rawValue).path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let findings = try names.sorted().map { name in
            [UInt8](try #require(FileManager.default.contents(atPath: folder + "/" + name)))
        }
        for bytes in target.seeds + findings {
            target.run(bytes)
            for length in [0, 1, bytes.count / 2, max(0, bytes.count - 1)] { target.run(Array(bytes.prefix(length))) }
        }
    }

    @Test func everyTargetButTheseHasWhatToBeginWith() {
        let without = FuzzTarget.allCases.filter { $0.seeds.isEmpty }
        #expect(Set(without) == [.signState, .jobInput, .record, .canary])
    }

    @Test func theFolderHasFindingsOfKnownTargetsOnly() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter {
            !$0.hasSuffix(".md")
        }
        #expect(names.allSatisfy { FuzzTarget(rawValue: $0) != nil })
    }
}
