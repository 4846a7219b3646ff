import Glibc
package import JSONRPC

/// Where a command writes, and what it may assume of the reader.
package struct Console: Sendable {
    /// Standard output is a terminal, whose lines can be drawn again.
    package var isTerminal: Bool
    /// Standard error is a terminal, on which progress of long waits is shown.
    package var showsProgress: Bool
    /// Columns of the terminal; nil where nothing is to be fitted, as in a pipe or a file.
    package var width: Int?
    /// `NO_COLOR` is unset and standard output is a terminal.
    package var usesColour: Bool
    private let output: @Sendable (String) -> Void
    private let errors: @Sendable (String) -> Void

    package init(
        isTerminal: Bool = false, showsProgress: Bool = false, width: Int? = nil, usesColour: Bool = false,
        output: @escaping @Sendable (String) -> Void, errors: @escaping @Sendable (String) -> Void
    ) {
        self.isTerminal = isTerminal
        self.showsProgress = showsProgress
        self.width = width
        self.usesColour = usesColour
        self.output = output
        self.errors = errors
    }

    /// The process's own streams, unless a test has put in others.
    @TaskLocal package static var current = Console.standard

    package static var standard: Console {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let noColour = Environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return Console(
            isTerminal: isTerminal, showsProgress: isatty(STDERR_FILENO) == 1, width: isTerminal ? columns : nil,
            usesColour: isTerminal && !noColour, output: { Self.write($0, to: STDOUT_FILENO) },
            errors: { Self.write($0, to: STDERR_FILENO) })
    }

    /// What the terminal says; nil when it does not know.
    private static var columns: Int? {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    package func write(_ text: String) { output(text) }
    package func line(_ text: String) { output(text + "\n") }
    package func json(_ value: JSONValue) { line(String(decoding: value.serialized, as: UTF8.self)) }
    package func errorLine(_ text: String) { errors(text + "\n") }

    /// One line of progress in place of the last one; nothing unless someone looks at it.
    package func progress(_ text: String) {
        if showsProgress { errors("\r\u{1B}[2K" + text) }
    }

    package func endProgress() {
        if showsProgress { errors("\r\u{1B}[2K") }
    }

    /// Writes everything, or drops the rest when the reader has gone.
    package static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                // The reader is gone or the disk is full: nobody is left to be told.
                return
            }
        }
    }
}

/// The process's environment.
package enum Environment {
    package static subscript(name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
