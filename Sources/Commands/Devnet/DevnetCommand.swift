import ArgumentParser
import ChainTypes
import CommandShell
import Glibc
import JSONRPC

struct DevnetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devnet",
        abstract: "Run a whole local chain: validators, provers and some traffic, each a process of its own.",
        discussion: """
            Examples: cairn devnet
                      cairn devnet --reset --until-proven 5
                      cairn devnet --validators 1 --provers 0      (blocks go on, proofs wait)
                      cairn devnet --provers honest:3,withholding:1,thief:1
            The chain is kept: a second start goes on where it was. Ctrl-C ends all processes. A node that dies is \
            reported with the command that starts it again; the others go on as long as they are more than two thirds.
            """)

    @OptionGroup var options: DevnetOptions

    func run() async throws {
        try options.check()
        let directory = DevnetDirectory(path: options.dataDir)
        try directory.checkIsOurs()
        let lock = try DirectoryLock(directory.path, inherited: true)
        defer { lock.release() }
        if options.reset { try directory.reset() }
        let isNew = !directory.hasChain
        let genesis = isNew ? try create(directory) : try resume(directory)
        let plan = DevnetPlan(
            directory: directory, genesis: genesis,
            nodes: try DevnetNode.all(genesis.validators.count, port: options.rpcPort),
            roster: options.roster ?? ProverRoster(honest: genesis.provers.count), traffic: options.traffic,
            isNew: isNew, callers: options.callers.arguments)
        let report = DevnetReport(json: options.json)
        try await DevnetSupervisor(plan: plan, report: report, goal: goal).run()
    }

    private var goal: DevnetGoal? {
        options.untilProven.map { DevnetGoal(blocks: $0, patience: .seconds(Int64(options.patience))) }
    }

    private func create(_ directory: DevnetDirectory) throws(CommandFailure) -> Genesis {
        try directory.create(
            validators: options.validators ?? DevnetOptions.defaultValidators,
            provers: options.roster?.count ?? DevnetOptions.defaultProvers, blockMilliseconds: options.blockMilliseconds
        )
    }

    private func resume(_ directory: DevnetDirectory) throws(CommandFailure) -> Genesis {
        let genesis = try GenesisReading.parse(directory.genesis)
        try directory.checkKeys(validators: genesis.validators.count)
        if let wanted = options.validators, wanted != genesis.validators.count {
            throw .usage(
                "the chain in \(directory.path) has \(genesis.validators.count) validators: "
                    + "use --reset to start anew with \(wanted)")
        }
        guard options.roster?.count ?? 0 <= genesis.provers.count else {
            throw .usage(
                "the chain in \(directory.path) has \(genesis.provers.count) provers: "
                    + "use --reset to start anew with more")
        }
        guard genesis.isDevnet || options.roster?.isHonest ?? true else {
            throw .usage(
                "--provers: strategies are test tools, and the genesis in \(directory.path) is not marked as a devnet")
        }
        if let wanted = options.blockMilliseconds, wanted != genesis.chain.blockIntervalMilliseconds {
            throw .usage(
                "the chain in \(directory.path) has a block every \(genesis.chain.blockIntervalMilliseconds) ms: "
                    + "use --reset to start anew with another time")
        }
        return genesis
    }
}

/// What to start.
struct DevnetPlan: Sendable {
    let directory: DevnetDirectory
    let genesis: Genesis
    /// At least one.
    let nodes: [DevnetNode]
    let roster: ProverRoster
    let traffic: Double
    let isNew: Bool
    /// Options of the nodes that say whom they answer.
    let callers: [String]

    var provers: Int { roster.count }

    /// The node that a sidecar, or anyone else by number, talks to.
    func node(for number: Int) -> DevnetNode { nodes[number % nodes.count] }

    /// Whether a process of this name is a node.
    static func isNode(_ name: String) -> Bool { name.hasPrefix("node-") }

    /// The cores divided among the provers; each has at least one thread.
    var threadsPerProver: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) / max(1, provers)) }
}

/// When to end by itself.
struct DevnetGoal: Sendable {
    let blocks: Int
    let patience: Duration
}
