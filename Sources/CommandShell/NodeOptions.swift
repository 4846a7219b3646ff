package import ArgumentParser
package import JSONRPC

/// Which node to talk to, and for whom to write.
package struct NodeOptions: ParsableArguments {
    @Option(name: .long, help: "The node's JSON-RPC address. (env: CAIRN_RPC; default: \(defaultURL))")
    package var rpc: String?

    @Flag(name: .long, help: "Write JSON; errors go to standard error as a JSON object.")
    package var json = false

    package static let defaultURL = "http://127.0.0.1:8545"

    package init() {}

    /// The flag, else the environment, else this machine.
    package var url: String { rpc ?? Environment["CAIRN_RPC"] ?? Self.defaultURL }

    package func node() throws(CommandFailure) -> RemoteNode { try RemoteNode(url: url) }
}

/// A node behind JSON-RPC, with answers that can be read and errors that have an exit status.
package struct RemoteNode: Sendable {
    package let client: JSONRPCClient

    package init(url: String, timeoutSeconds: Int64 = 30) throws(CommandFailure) {
        do { client = try JSONRPCClient(url: url, timeoutSeconds: timeoutSeconds) } catch {
            throw CommandFailure(error)
        }
    }

    package func call(_ method: String, _ params: JSONValue = []) async throws(CommandFailure) -> Answer {
        do { return Answer(try await client.call(method, params), of: method) } catch { throw CommandFailure(error) }
    }
}
