package import JSONRPC

/// What a process of Cairn ends with; the numbers are documented and stable.
package enum ExitStatus: Int32, Sendable {
    case success = 0
    /// It failed, or a transaction reverted.
    case failure = 1
    case usage = 2
    case nodeUnreachable = 3
    case timeout = 4
    /// The node understood and refused.
    case rejected = 5
    /// EX_SOFTWARE of sysexits.h: the node met something that its rules exclude.
    case internalFault = 70
    /// EX_IOERR of sysexits.h: the disk is full or failing.
    case storageFault = 74
}

/// Why a command did not do what it was asked for.
package struct CommandFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let status: ExitStatus
    package let message: String
    /// The node's error object, when the node refused.
    package let refusal: RPCError?

    package init(_ status: ExitStatus, _ message: String, refusal: RPCError? = nil) {
        self.status = status
        self.message = message
        self.refusal = refusal
    }

    package init(_ message: String) { self.init(.failure, message) }

    package static func usage(_ message: String) -> CommandFailure { CommandFailure(.usage, message) }

    package init(_ error: RPCClientError) {
        let status: ExitStatus =
            switch error {
            case .invalidURL: .usage
            case .nodeUnreachable, .disconnected: .nodeUnreachable
            case .timedOut: .timeout
            case .rejected: .rejected
            case .httpStatus, .responseTooLarge, .invalidResponse, .cancelled: .failure
            }
        if case .rejected(let refusal) = error {
            self.init(status, "the node refused: \(refusal.message)", refusal: refusal)
        } else {
            self.init(status, "\(error)")
        }
    }

    package var description: String { message }

    /// The object that `--json` writes to standard error.
    package var json: JSONValue {
        var members = [
            JSONMember("status", .string("\(status)")), JSONMember("exitCode", .integer(Int64(status.rawValue))),
            JSONMember("message", .string(message)),
        ]
        if let refusal { members.append(JSONMember("refusal", refusal.json)) }
        return ["error": .object(members)]
    }
}
