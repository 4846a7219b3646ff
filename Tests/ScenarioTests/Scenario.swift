import Foundation
import Glibc
import Synchronization
import Testing

/// All scenarios, one after the other: each has both cores to itself.
@Suite(.serialized) struct ScenarioTests {}

/// A folder and the processes of one scenario. Both are gone when it ends, however it ends; when it fails, the report
/// has what the processes said last.
final class Scenario: Sendable {
    let folder: String
    private let processes = Mutex<[RunningProcess]>([])

    private init() throws {
        folder = NSTemporaryDirectory() + "cairn-scenario-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    static func play(_ script: (Scenario) async throws -> Void) async throws {
        let scenario = try Scenario()
        do {
            try await script(scenario)
            try await scenario.end()
        } catch {
            Issue.record("\(error)\n\(scenario.tails)")
            try await scenario.end()
        }
    }

    private func end() async throws {
        for process in processes.withLock({ $0 }) { process.signal(SIGKILL) }
        // Children of a killed supervisor end by themselves.
        let survivors = try? await eventually("all processes end", within: .seconds(20)) {
            Self.processes(naming: folder).isEmpty ? [] : nil
        }
        if survivors == nil {
            for identifier in Self.processes(naming: folder) { kill(identifier, SIGKILL) }
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private var tails: String {
        let own = processes.withLock { $0.suffix(12).map(\.tail) }
        let logs = (FileManager.default.subpaths(atPath: folder) ?? []).filter { name in
            // RocksDB's logs have numbers for names, and nothing to read.
            name.hasSuffix(".log") && name.split(separator: "/").last?.first?.isLetter == true
        }.sorted()
        let others = logs.map { name -> String in
            let log = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
            let text = String(decoding: log, as: UTF8.self)
            let lines = text.split(separator: "\n").suffix(12).map { $0.prefix(300) }
            return "--- \(name)\n" + lines.joined(separator: "\n")
        }
        return (own + others).joined(separator: "\n")
    }

    // MARK: - Processes

    func start(
        _ executable: Executable, _ arguments: [String], name: String? = nil, environment: [String: String] = [:]
    ) throws -> RunningProcess {
        try start(path: executable.path(), arguments, name: name ?? arguments.first ?? "", environment: environment)
    }

    func start(
        path: String, _ arguments: [String], name: String, environment: [String: String] = [:]
    ) throws -> RunningProcess {
        try processes.withLock { processes in
            let process = try RunningProcess(
                name: name, executable: path, arguments: arguments, environment: environment,
                logs: "\(folder)/process-\(processes.count)")
            processes.append(process)
            return process
        }
    }

    /// Processes whose command line names a path, be they whose children they may.
    static func processes(naming path: String) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { identifier in
            guard identifier != getpid(), let line = FileManager.default.contents(atPath: "/proc/\(identifier)/cmdline")
            else { return false }
            return String(decoding: line, as: UTF8.self).contains(path)
        }
    }

    // MARK: - Ports

    /// A port of this machine from which a devnet can derive all it needs: nobody listens on it, on the seven after it,
    /// or 100 above these. It lies below the ports that the operating system gives out by itself.
    static func freePort() throws -> UInt16 {
        for _ in 0..<200 {
            let port = UInt16.random(in: 1_200..<3_100) * 10
            let needed = (0..<8).flatMap { [port + $0, port + 100 + $0] }
            if needed.allSatisfy(isFree) { return port }
        }
        throw ScenarioFailure("no free ports")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
