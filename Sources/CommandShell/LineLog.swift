import Glibc
package import Logging

/// Writes a line to standard error for each event: time, level, who says it, and what.
package struct LineLog: LogHandler {
    private let label: String
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]

    package init(label: String) { self.label = label }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        let milliseconds = UInt64(max(0, now.tv_sec)) * 1_000 + UInt64(max(0, now.tv_nsec)) / 1_000_000
        let line = Self.line(event.level, label, "\(event.message)", milliseconds: milliseconds)
        // One write, so that lines of several threads do not mix.
        Console.write(line, to: STDERR_FILENO)
    }

    package static func line(
        _ level: Logger.Level, _ label: String, _ message: String, milliseconds: UInt64
    ) -> String {
        "\(UnixTime.stamp(milliseconds: milliseconds)) \(level) \(label): \(message)\n"
    }
}
