import ArgumentParser
import ChainTypes
import CommandShell

/// What a devnet is started with.
struct DevnetOptions: ParsableArguments {
    @Option(help: "Where chain, keys and logs are kept; a second start goes on from there.")
    var dataDir = "devnet/data"

    @Flag(help: "Delete the chain in the data directory first.")
    var reset = false

    @Option(help: "Validators, a node each; 4 for a new chain, those of the genesis for one that goes on.")
    var validators: Int?

    @Option(
        help: ArgumentHelp(
            "Prover sidecars; 4 for a new chain, the fewest with which it proves; those of the genesis for one that goes on.",
            discussion: "A number, or what they do: honest:3,withholding:1. Strategies: "
                + ProverStrategy.names.joined(separator: ", "),
            valueName: "n|roster"))
    var provers: String?

    @Option(help: "Seconds from block to block, such as 2 or 0.5, for a new chain; 2 when not given.")
    var blockTime: Double?

    @Option(help: "Transfers per second; 0 for none.")
    var traffic = 2.0

    @Option(help: "The first node's JSON-RPC port; others follow it, and the ports for peers lie 100 above.")
    var rpcPort: UInt16 = 8545

    @OptionGroup var callers: RPCCallerOptions

    @Option(help: "End with status 0 once this many blocks with transfers were proven since the start.")
    var untilProven: Int?

    @Option(help: "With --until-proven: seconds without a proof after which to give up, with status 4.")
    var patience: UInt32 = 180

    @Flag(help: "Write one JSON object a line.")
    var json = false

    static let defaultValidators = 4
    static let defaultProvers = 4

    var blockMilliseconds: UInt64? { blockTime.map { UInt64(($0 * 1000).rounded()) } }

    /// What `--provers` says; nil when it is not given, or says nothing that `check` lets pass.
    var roster: ProverRoster? { provers.flatMap(ProverRoster.init) }

    func check() throws(CommandFailure) {
        guard (1...DevnetNode.maxNodes).contains(validators ?? 1) else {
            throw .usage("--validators: expected 1 to \(DevnetNode.maxNodes)")
        }
        guard provers == nil || roster != nil else {
            throw .usage(
                "--provers: expected 0 to \(ProverRoster.most), or strategies with numbers such as "
                    + "honest:3,withholding:1; strategies are \(ProverStrategy.names.joined(separator: ", "))")
        }
        guard (0.1...60).contains(blockTime ?? 1) else { throw .usage("--block-time: expected 0.1 to 60 seconds") }
        guard (0...1000).contains(traffic) else { throw .usage("--traffic: expected 0 to 1000 transfers per second") }
        guard (1...1_000_000).contains(untilProven ?? 1) else { throw .usage("--until-proven: expected at least 1") }
        guard patience > 0 else { throw .usage("--patience: expected at least 1 second") }
        try callers.check()
        guard rpcPort > 0 else { throw .usage("--rpc-port: expected 1 to 65535") }
    }
}
