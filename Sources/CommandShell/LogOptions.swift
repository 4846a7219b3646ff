import ArgumentParser
package import Logging

/// `--log-level`, for processes that run on.
package struct LogOptions: ParsableArguments {
    @Option(name: .customLong("log-level"), help: "trace, debug, info, notice, warning, error or critical.")
    package var level = "info"

    package init() {}

    /// A logger to standard error.
    package func logger(_ label: String) throws(CommandFailure) -> Logger {
        guard let level = Logger.Level(rawValue: level) else {
            throw .usage("--log-level: expected trace, debug, info, notice, warning, error or critical")
        }
        var logger = Logger(label: label) { LineLog(label: $0) }
        logger.logLevel = level
        return logger
    }
}
