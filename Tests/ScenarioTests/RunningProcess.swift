import Foundation
import Glibc

/// A real process, with its output in two files.
///
/// Standard input is a pipe that closes with the tests' own process: what is started with `--with-parent` ends with it.
final class RunningProcess: Sendable {
    let name: String
    private let process: Process
    private let lifeline: Pipe
    private let outputPath: String
    private let errorsPath: String

    init(name: String, executable: String, arguments: [String], environment: [String: String], logs: String) throws {
        self.name = name
        outputPath = "\(logs).out"
        errorsPath = "\(logs).err"
        process = Process()
        lifeline = Pipe()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = lifeline.fileHandleForReading
        process.standardOutput = try Self.created(outputPath)
        process.standardError = try Self.created(errorsPath)
        try process.run()
    }

    private static func created(_ path: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        return try FileHandle(forWritingTo: URL(filePath: path))
    }

    var isRunning: Bool { process.isRunning }

    func signal(_ number: Int32) {
        if process.isRunning { kill(process.processIdentifier, number) }
    }

    /// The status, once it has ended; 128 and the signal's number when a signal ended it.
    var exitStatus: Int32? {
        guard !process.isRunning else { return nil }
        return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    @discardableResult
    func exit(within limit: Duration) async throws -> Int32 {
        try await eventually("\(name) ends", within: limit) { exitStatus }
    }

    /// Ends it as `kill -9` does, and waits until it is gone.
    func killNow() async throws {
        signal(SIGKILL)
        try await exit(within: .seconds(30))
    }

    var output: String { Self.text(outputPath) }
    var errors: String { Self.text(errorsPath) }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// The end of what it said, for the report of a failure.
    var tail: String {
        let lines = [output, errors].map { text in
            text.split(separator: "\n").suffix(25).map { $0.prefix(300) }.joined(separator: "\n")
        }
        let state = exitStatus.map { "ended with status \($0)" } ?? "was running"
        return "--- \(name) \(state)\n" + lines.filter { !$0.isEmpty }.joined(separator: "\n---\n")
    }
}
