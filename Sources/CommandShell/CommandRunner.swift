package import ArgumentParser
import JSONRPC

/// Runs a command line and turns every outcome into output and an exit status.
package enum CommandRunner {
    /// Returns the status for `exit`; errors have been written to the current console.
    package static func run(_ root: (some ParsableCommand).Type, _ arguments: [String]) async -> Int32 {
        let wantsJSON = arguments.contains("--json")
        do {
            var command = try root.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return ExitStatus.success.rawValue
        } catch let failure as CommandFailure {
            return report(failure, wantsJSON)
        } catch let error as RPCClientError {
            return report(CommandFailure(error), wantsJSON)
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            return report(error, of: root, wantsJSON)
        }
    }

    private static func report(_ failure: CommandFailure, _ wantsJSON: Bool) -> Int32 {
        let console = Console.current
        console.endProgress()
        console.errorLine(
            wantsJSON ? String(decoding: failure.json.serialized, as: UTF8.self) : "error: \(failure.message)")
        return failure.status.rawValue
    }

    /// Help and version requests come as errors too, which ArgumentParser can tell apart.
    private static func report(_ error: any Error, of root: (some ParsableCommand).Type, _ wantsJSON: Bool) -> Int32 {
        let code = root.exitCode(for: error)
        if code.isSuccess {
            Console.current.line(root.fullMessage(for: error))
            return code.rawValue
        }
        guard code == .validationFailure else { return report(CommandFailure(.failure, "\(error)"), wantsJSON) }
        if wantsJSON { return report(.usage(root.message(for: error)), true) }
        Console.current.errorLine(root.fullMessage(for: error))
        return ExitStatus.usage.rawValue
    }
}
