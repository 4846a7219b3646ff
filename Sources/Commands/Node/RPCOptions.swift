import ArgumentParser
import CommandShell
import JSONRPC

/// Where a node answers JSON-RPC.
struct RPCOptions: ParsableArguments {
    @Option(help: "The address to answer JSON-RPC on. It has no passwords: beware of addresses that others can reach.")
    var rpcHost = "127.0.0.1"

    @Option(help: "The port to answer JSON-RPC on.")
    var rpcPort: UInt16 = 8545

    @OptionGroup var callers: RPCCallerOptions

    func start(_ make: (JSONRPCServer.Configuration) -> JSONRPCServer) async throws(CommandFailure)
        -> RunningJSONRPCServer
    {
        var configuration = JSONRPCServer.Configuration()
        configuration.host = rpcHost
        configuration.port = Int(rpcPort)
        configuration.allowedOrigins = callers.allowOrigin
        configuration.allowedHosts = callers.allowHost
        do { return try await make(configuration).start() } catch {
            throw CommandFailure("\(error.message) (choose another port with --rpc-port)")
        }
    }
}

/// Whom JSON-RPC answers beside programs and pages of this machine.
struct RPCCallerOptions: ParsableArguments {
    @Option(
        name: .customLong("allow-origin"),
        help: """
            An origin of web pages, such as https://app.example.org, that may call; once for each, * for all. Pages of \
            this machine and browser extensions may.
            """)
    var allowOrigin: [String] = []

    @Option(
        name: .customLong("allow-host"),
        help: """
            A name by which callers reach this node, such as a container's; once for each, * for all. localhost and \
            addresses are allowed.
            """)
    var allowHost: [String] = []

    /// The same options for a process that is started.
    var arguments: [String] {
        allowOrigin.flatMap { ["--allow-origin", $0] } + allowHost.flatMap { ["--allow-host", $0] }
    }

    func check() throws(CommandFailure) {
        // Pages from files and sandboxes call themselves "null".
        for origin in allowOrigin
        where !["*", "null"].contains(origin) && (!origin.contains("://") || origin.hasSuffix("/")) {
            throw .usage("--allow-origin: expected an origin such as https://app.example.org, found \(origin)")
        }
        for host in allowHost where host.isEmpty || host.contains("/") || host.contains(":") {
            throw .usage("--allow-host: expected a name such as node.example.org, without a port, found \(host)")
        }
    }
}
