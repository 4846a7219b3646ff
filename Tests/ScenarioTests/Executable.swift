import Foundation

/// The programs under test: those that were built with the tests, in the same folder.
enum Executable: String {
    case cairn
    case prover = "cairn-prover"

    func path() throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(filePath: own).deletingLastPathComponent().appending(path: rawValue).path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw ScenarioFailure("\(path) is missing: build the product \(rawValue)")
        }
        return path
    }
}

/// Why a scenario cannot go on.
struct ScenarioFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
