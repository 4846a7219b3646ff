import Dispatch
import Glibc

/// Requests to end, and the end of a parent process, as one stream.
package enum Signals {
    /// Names of SIGINT, SIGTERM and SIGHUP as they come; the default action of these signals is off from now on.
    package static func terminations() -> AsyncStream<String> {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        let sources = [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP")].map { number, name in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(name) }
            source.activate()
            return source
        }
        let kept = SignalSources(list: sources)
        continuation.onTermination = { _ in kept.cancel() }
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

/// Sources live as long as someone holds them; they may be cancelled from any thread.
private final class SignalSources: @unchecked Sendable {
    private let list: [any DispatchSourceSignal]

    init(list: [any DispatchSourceSignal]) { self.list = list }

    func cancel() { for source in list { source.cancel() } }
}
