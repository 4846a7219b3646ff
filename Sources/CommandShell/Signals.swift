import Dispatch
import Glibc
import Synchronization

/// Requests to end, and the end of a parent process, as one stream.
package enum Signals {
    /// Names of SIGINT, SIGTERM and SIGHUP as they come; they have no other effect from now on. None is lost between
    /// this call and the first wait.
    package static func terminations() -> AsyncStream<String> {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        let number = SignalPipe.shared.add(continuation)
        continuation.onTermination = { _ in SignalPipe.shared.remove(number) }
        return stream
    }

    /// The first request to end, or, when `withParent`, the end of standard input, which a supervisor holds open while
    /// it lives: a child ends with its parent even when that was killed with SIGKILL.
    package static func firstTermination(withParent: Bool) async -> String? {
        let signals = terminations()
        guard withParent else {
            for await name in signals { return name }
            return nil
        }
        return await withTaskGroup(of: String?.self) { group in
            group.addTask {
                for await name in signals { return name }
                return nil
            }
            group.addTask {
                for await reason in endOfInput() { return reason }
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private static func endOfInput() -> AsyncStream<String> {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        // A blocking read needs a thread of its own; it lives as long as the process.
        let thread = DispatchQueue(label: "cairn.parent")
        thread.async {
            var byte: UInt8 = 0
            while true {
                let count = unsafe read(STDIN_FILENO, &byte, 1)
                if count > 0 || (count < 0 && errno == EINTR) { continue }
                continuation.yield("the end of the parent process")
                continuation.finish()
                return
            }
        }
        return stream
    }
}

/// Where the handler writes the number of a signal to; set before the handler is.
nonisolated(unsafe) private var signalEntrance: Int32 = -1

/// Signals by way of a pipe: a handler that writes a byte loses none, from the moment on that it is installed. A source
/// of events that is registered by another thread would, after the signals were told to be ignored.
private final class SignalPipe: Sendable {
    static let shared = SignalPipe()

    private struct Listeners {
        var next = 0
        var list: [Int: AsyncStream<String>.Continuation] = [:]
        /// What came while nobody listened.
        var unheard: [String] = []
    }
    private let listeners = Mutex(Listeners())

    private init() {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let exit = ends[0]
        unsafe signalEntrance = ends[1]
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = unsafe write(signalEntrance, &byte, 1)
            }
        }
        // A blocking read needs a thread of its own; it lives as long as the process.
        DispatchQueue(label: "cairn.signals").async { [self] in
            var byte: UInt8 = 0
            while true {
                let count = unsafe read(exit, &byte, 1)
                guard count == 1 else { continue }
                let names = [SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"]
                let name = names[Int32(byte)] ?? "signal \(byte)"
                listeners.withLock { listeners in
                    if listeners.list.isEmpty { listeners.unheard.append(name) }
                    for listener in listeners.list.values { listener.yield(name) }
                }
            }
        }
    }

    func add(_ continuation: AsyncStream<String>.Continuation) -> Int {
        listeners.withLock { listeners in
            listeners.next += 1
            listeners.list[listeners.next] = continuation
            for name in listeners.unheard { continuation.yield(name) }
            listeners.unheard = []
            return listeners.next
        }
    }

    func remove(_ number: Int) { listeners.withLock { _ = $0.list.removeValue(forKey: number) } }
}
