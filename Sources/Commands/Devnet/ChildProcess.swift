import CommandShell
import Dispatch
import Glibc

/// A process that a devnet started. Its output goes to a log file; its standard input is a pipe that nobody writes to
/// and that closes when this process ends, however it ends, which is the child's signal to end too.
package final class ChildProcess: Sendable {
    /// How a process ended.
    package struct Exit: Sendable {
        package let name: String
        let logPath: String
        /// What `waitpid` reported.
        private let status: Int32

        init(name: String, logPath: String, status: Int32) {
            self.name = name
            self.logPath = logPath
            self.status = status
        }

        /// Whether it ended because its node was gone.
        var missedItsNode: Bool { status & 0x7f == 0 && status >> 8 & 0xff == ExitStatus.nodeUnreachable.rawValue }

        package var description: String {
            let signal = status & 0x7f
            return signal == 0
                ? "\(name) ended with status \(status >> 8 & 0xff)" : "\(name) was ended by signal \(signal)"
        }
    }

    let name: String
    let identifier: pid_t
    let logPath: String
    private let lifeline: Int32

    private init(name: String, identifier: pid_t, logPath: String, lifeline: Int32) {
        self.name = name
        self.identifier = identifier
        self.logPath = logPath
        self.lifeline = lifeline
    }

    deinit { close(lifeline) }

    /// Starts `executable`; the process group is its own, so that a terminal's Ctrl-C reaches the supervisor only.
    static func start(
        _ name: String, executable: String, arguments: [String], logPath: String
    ) throws(CommandFailure) -> ChildProcess {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw CommandFailure("cannot start \(name): \(SystemError.last)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        unsafe posix_spawn_file_actions_addopen(
            &actions, STDOUT_FILENO, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))

        let words = unsafe ([executable] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        var identifier: pid_t = 0
        let code = unsafe posix_spawn(&identifier, executable, &actions, &attributes, words, environ)
        guard code == 0 else {
            close(ends[1])
            throw CommandFailure("cannot start \(name) (\(executable)): \(unsafe String(cString: strerror(code)))")
        }
        return ChildProcess(name: name, identifier: identifier, logPath: logPath, lifeline: ends[1])
    }

    /// Waits on a thread of its own until the process has ended, and reaps it. To be called once.
    func exit() async -> Exit {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "cairn.child.\(name)").async { [self] in
                var status: Int32 = 0
                while unsafe waitpid(identifier, &status, 0) < 0, errno == EINTR {}
                continuation.resume(returning: Exit(name: name, logPath: logPath, status: status))
            }
        }
    }

    /// Lowers the priority of the process and of all threads that it will start. It matters right after the start.
    func giveWay() { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(identifier), 10) }

    /// Sends a signal; only while ``exit()`` has not returned, after which the number may be another process's.
    func signal(_ number: Int32) { kill(identifier, number) }
}

/// Where the executables are.
enum Executables {
    /// The file that this process runs.
    static func own() throws(CommandFailure) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let size = buffer.count
        let count = unsafe readlink("/proc/self/exe", &buffer, size)
        guard count > 0 else { throw CommandFailure("cannot find the own executable: \(SystemError.last)") }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// `cairn-prover` beside this process's file.
    static func prover() throws(CommandFailure) -> String {
        let own = try own()
        let path = own[..<(own.lastIndex(of: "/").map { own.index(after: $0) } ?? own.startIndex)] + "cairn-prover"
        guard unsafe access(String(path), X_OK) == 0 else {
            throw CommandFailure("\(path) is missing: build it with make build")
        }
        return String(path)
    }
}
