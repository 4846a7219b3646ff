import ArgumentParser
import ByteCodec
import ChainTypes
import Circuits
import CommandShell
import FoundationEssentials
import JSONRPC
import Logging
import NodeRuntime
import PeerNetwork
import Replica
import Storage

struct NodeRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run one node: a validator when it is given a key, else a follower.",
        discussion: """
            Examples: cairn node --data-dir node --genesis genesis.json --key-file validator.key
                      cairn node --data-dir node --listen 0.0.0.0:30303 --peer 0x…@node.example.org:30303
                      cairn node --data-dir new --genesis genesis.json --peer 0x…@… --join-by-snapshot
            The chain is kept in the data directory and goes on from there. SIGINT and SIGTERM end the node after the \
            block in progress; a full disk ends it with status 74, and nothing committed is lost.
            """)

    @Option(help: "Where the chain is kept.")
    var dataDir: String

    @Option(help: "The genesis file (see: cairn genesis check); genesis.json in the data directory by default.")
    var genesis: String?

    @OptionGroup var rpc: RPCOptions

    @Option(help: "The file with the validator's key (see: cairn key new).")
    var keyFile: String?

    @OptionGroup var peering: PeerOptions

    @OptionGroup var snapshots: SnapshotOptions

    @Flag(help: .hidden)
    var withParent = false

    @OptionGroup var logging: LogOptions

    func run() async throws {
        let log = try logging.logger("node")
        try peering.check()
        try rpc.callers.check()
        try snapshots.check(peering)
        let genesis = try readGenesis()
        let keys = try validatorKeys(genesis, log)
        let program = try ChainProgram.of(genesis)
        for issue in GenesisReading.issues(of: genesis, program: program) where issue.severity == .warning {
            log.warning("genesis: \(issue): \(issue.explanation)")
        }
        let lock = try DirectoryLock(dataDir)
        defer { lock.release() }
        let transport = try peering.transport(genesis, dataDir: dataDir, log: try logging.logger("peers"))
        if let transport {
            do {
                let port = try await transport.start()
                log.info("node \(transport.node)\(port > 0 ? ", peers at port \(port)" : "")")
            } catch {
                throw CommandFailure("\(error.message) (choose another address with --listen)")
            }
        }
        warnIfAlone(genesis, keys, log)
        do {
            let known = try await snapshots.join(
                genesis, dataDir: dataDir, transport: transport, withParent: withParent, log)
            if let known { try await run(genesis, keys, program, transport, known: known, log) }
        } catch {
            await transport?.stop()
            throw error
        }
        await transport?.stop()
    }

    private func run(
        _ genesis: Genesis, _ keys: ValidatorKeys?, _ program: BlockProgram, _ transport: PeerTransport?,
        known: [Address], _ log: Logger
    ) async throws {
        let chain: ChainStore
        var restored: RestoredChain
        do {
            chain = try ChainStore.open(path: dataDir + "/chain", genesis: genesis)
            restored = try chain.load(validator: keys?.address)
        } catch let error as ChainStoreError {
            throw Self.failure(error)
        } catch let fault as StorageFault {
            throw CommandFailure(.storageFault, fault.message)
        }
        defer { chain.close() }
        let height = restored.tip.header.height
        log.info("chain \(genesis.chainId), \(height == 0 ? "starting at genesis" : "resumed at block \(height)")")
        if snapshots.noLostSignatures { restored.mayHaveSigned = false }
        if restored.mayHaveSigned {
            log.warning(
                """
                this directory began with a snapshot and has no record of what this validator signed since: it signs \
                nothing until a block is committed that is younger than this process by \
                \(Replica.silenceMargin / 1_000) s (--no-lost-signatures if it has signed nothing elsewhere)
                """)
        }
        let shelf = SnapshotShelf(
            chain: chain, folder: dataDir + "/snapshots", interval: snapshots.snapshotInterval, log: log)
        let peers = transport.map { NodePeers(transport: $0, shelf: shelf, known: known) }
        let host = NodeHost(
            chain: chain, restored: restored, keys: keys, checker: ProofChecker(program: program), peers: peers,
            pendingFile: PendingFile(path: dataDir + "/pending", log: log), shelf: transport == nil ? nil : shelf)
        try await serve(host, peers, log)
    }

    private func readGenesis() throws(CommandFailure) -> Genesis {
        if let genesis { return try GenesisReading.parse(genesis) }
        let path = "\(dataDir)/\(NodeInit.genesisName)"
        guard FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(
                "cannot read the genesis file \(path): there is no such file; prepare the directory with "
                    + "cairn node init --data-dir \(dataDir) --genesis FILE, or give --genesis")
        }
        return try GenesisReading.parse(path)
    }

    private func validatorKeys(_ genesis: Genesis, _ log: Logger) throws(CommandFailure) -> ValidatorKeys? {
        guard let keyFile else { return nil }
        let seed = try KeyFile.secret(keyFile)
        guard let keys = try? ValidatorKeys(seed: seed) else {
            throw CommandFailure("the key file \(keyFile) does not hold a secp256k1 key")
        }
        if !genesis.validators.contains(where: { $0.address == keys.address }) {
            log.warning("\(keys.address) is no validator of the genesis: this node follows until it becomes one")
        }
        return keys
    }

    /// A node without peers goes on only where it is the one validator; else it would wait without a word.
    private func warnIfAlone(_ genesis: Genesis, _ keys: ValidatorKeys?, _ log: Logger) {
        guard !peering.isNetworked, genesis.validators.map(\.address) != keys.map({ [$0.address] }) else { return }
        log.warning(
            "this node has no peers and does not decide blocks alone: give it a --peer, or a --listen for others to dial"
        )
    }

    private static func failure(_ error: ChainStoreError) -> CommandFailure {
        if case .fault(let fault) = error, fault.kind != .lockHeld { return CommandFailure(.storageFault, "\(error)") }
        return CommandFailure("\(error)")
    }

    // MARK: - Running

    private func serve(_ host: NodeHost, _ peers: NodePeers?, _ log: Logger) async throws {
        let monitor = NodeMonitor(host: host, peers: peers)
        let running = try await rpc.start { configuration in
            JSONRPCServer(
                configuration: configuration, handler: NodeRPC(host: host, peers: peers),
                health: { await monitor.health() },
                metrics: { await monitor.metrics() })
        }
        log.info("JSON-RPC at http://\(rpc.rpcHost):\(running.port)")
        let outcome = await run(host, peers, log)
        await running.shutdown()
        if case .failure(let failure) = outcome { throw failure }
        log.info("ended")
    }

    /// Tells once a second how catching up goes, and its end.
    private static func tell(_ progress: AsyncStream<CatchingUp>, _ log: Logger) async {
        var last: ContinuousClock.Instant?
        for await step in progress {
            let now = ContinuousClock.now
            if !step.isOver, let last, now - last < .seconds(1) { continue }
            last = step.isOver ? nil : now
            let rate = "\(Int(step.blocksPerSecond)) blocks/s"
            log.info(
                step.isOver
                    ? "caught up: blocks \(step.start + 1) to \(step.current), \(rate)"
                    : "catching up: block \(step.current) of \(step.target), \(rate)")
        }
    }

    /// Until a request to end, or the halt of the node.
    private func run(_ host: NodeHost, _ peers: NodePeers?, _ log: Logger) async -> Result<Void, CommandFailure> {
        let withParent = withParent
        let progress = Task { await Self.tell(host.catchingUp.listen(), log) }
        let pulse = Task { await NodePulse.tell(host, peers, log) }
        defer {
            progress.cancel()
            pulse.cancel()
        }
        return await withTaskGroup(of: Result<Void, CommandFailure>.self) { group in
            group.addTask {
                do throws(NodeHalt) {
                    try await host.run()
                    return .success(())
                } catch {
                    let status = ExitStatus(rawValue: error.exitCode) ?? .failure
                    return .failure(CommandFailure(status, error.message))
                }
            }
            group.addTask {
                if let reason = await Signals.firstTermination(withParent: withParent) {
                    log.info("ending: \(reason)")
                }
                return .success(())
            }
            let first = await group.next() ?? .success(())
            group.cancelAll()
            return first
        }
    }
}
