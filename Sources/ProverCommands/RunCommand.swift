import ArgumentParser
import ChainTypes
import CommandShell
import Glibc
import JSONRPC
import Logging
import ProverRuntime

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Prove until told to end.",
        discussion: """
            Example: cairn-prover run --rpc http://127.0.0.1:8545 --key-file operator.key --data-dir prover
            The operator key has to be registered: see cairn prover register. Finished work is kept in the data \
            directory, so that a sidecar that was killed goes on where it was.
            """)

    @Option(name: .long, help: "The node's JSON-RPC address. (env: CAIRN_RPC; default: \(NodeOptions.defaultURL))")
    var rpc: String?

    @Option(help: "The file with the operator key (see: cairn key new).")
    var keyFile: String

    @Option(help: "Where finished work is kept.")
    var dataDir: String

    @Option(help: "Threads to prove with; all cores when not given.")
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "What the prover does: honest, or, on a devnet only, one of the ways to misbehave.",
            discussion: ProverStrategy.names.joined(separator: ", ")))
    var strategy = "honest"

    @Flag(help: .hidden)
    var withParent = false

    @OptionGroup var logging: LogOptions

    func run() async throws {
        guard let strategy = ProverStrategy(name: strategy) else {
            throw CommandFailure.usage("--strategy: expected one of \(ProverStrategy.names.joined(separator: ", "))")
        }
        let cores = Self.cores
        let threads = threads ?? cores
        guard (1...1024).contains(threads) else { throw CommandFailure.usage("--threads: expected 1 to 1024") }
        let log = try logging.logger("prover")
        let key = try KeyFile.key(keyFile)
        let lock = try DirectoryLock(dataDir)
        defer { lock.release() }
        let url = rpc ?? Environment["CAIRN_RPC"] ?? NodeOptions.defaultURL
        let client = try RemoteNode(url: url, timeoutSeconds: 60).client
        let options = SidecarOptions(operatorKey: key, dataPath: dataDir, threads: threads, strategy: strategy)
        let sidecar: Sidecar
        do { sidecar = try Sidecar(node: RPCNodeLink(client: client), options: options, log: log) } catch {
            throw Self.failure(error)
        }
        try await run(sidecar, log)
    }

    private func run(_ sidecar: Sidecar, _ log: Logger) async throws {
        let withParent = withParent
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                do { try await sidecar.run() } catch let fault as SidecarFault { throw Self.failure(fault) }
                return nil
            }
            group.addTask { await Signals.firstTermination(withParent: withParent) }
            if let reason = try await group.next() ?? nil { log.info("ending: \(reason)") }
            // A proof in progress cannot be interrupted, and nothing of it is lost but time. Not exit(3): destructors of
            // C libraries would take their state from the thread that proves.
            _exit(ExitStatus.success.rawValue)
        }
    }

    private static func failure(_ fault: SidecarFault) -> CommandFailure {
        if case .disk = fault { return CommandFailure(.storageFault, "\(fault)") }
        return CommandFailure(.failure, "\(fault)")
    }

    private static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
